package dev.howdah.server.succession;

import java.util.UUID;

/**
 * What is made beside a database to take its place.
 *
 * @param reason why
 * @param major its PostgreSQL major version
 * @param lineage the history it writes, begun by {@link Succession#prepare}
 */
public record Successor(Reason reason, int major, UUID lineage) {}
