/** Everything PostgreSQL on one host: {@link dev.howdah.postgres.PostgresHost} is the way in. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres;
