/** The SQL side of one tenant's database: logins, rights, limits, numbers. */
@org.jspecify.annotations.NullMarked
package dev.howdah.postgres.tenant;
