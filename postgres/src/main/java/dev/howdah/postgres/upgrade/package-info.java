/** From one major version to a newer one, by PostgreSQL's own pg_upgrade. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.upgrade;
