/** PostgreSQL versions, and the way from one to a newer one. */
@org.jspecify.annotations.NullMarked
package dev.howdah.cli.pg.upgrade;
