/** Logical copies: pg_dump and pg_restore as processes that nobody has to trust. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.dump;
