/** The PostgreSQL major versions installed on this host. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.version;
