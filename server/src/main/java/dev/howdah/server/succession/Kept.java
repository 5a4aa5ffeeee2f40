package dev.howdah.server.succession;

import java.time.Instant;
import java.util.UUID;

/**
 * What is kept of a database beside what is in its place.
 *
 * @param reason of the exchange that began it
 * @param undone whether that exchange was undone, and what had come by it is what is kept
 * @param major its PostgreSQL major version
 * @param lineage the history it wrote, and goes on with when it is brought back
 * @param replacedAt since when it has not been in its place
 * @param until when it is deleted
 */
public record Kept(
    UUID databaseId,
    Reason reason,
    boolean undone,
    int major,
    UUID lineage,
    Instant replacedAt,
    Instant until) {}
