/** What the servers say, read from the files they append to. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.log;
