package dev.howdah.postgres.tenant;

/**
 * How many rows a database has.
 *
 * @param rows rows in all tables of the tenant
 * @param exact counted, rather than taken from PostgreSQL's own running estimate
 */
public record RowCount(long rows, boolean exact) {}
