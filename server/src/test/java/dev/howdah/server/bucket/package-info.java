@org.jspecify.annotations.NullMarked
package dev.howdah.server.bucket;
