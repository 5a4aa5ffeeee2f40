/**
 * Upgrades of databases to a newer major version of PostgreSQL: prepared on a copy that follows,
 * tried on one that is thrown away, run within seconds, and undone or confirmed as any succession.
 */
@org.jspecify.annotations.NullMarked
package dev.howdah.server.upgrade;
