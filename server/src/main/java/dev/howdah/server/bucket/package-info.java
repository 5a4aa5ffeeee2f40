/** Where large objects are kept: a directory or a bucket elsewhere, encrypted either way. */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.bucket;
