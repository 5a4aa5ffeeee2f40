package dev.howdah.server.succession;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
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
 * @param interruptedAt since when nobody could get into the database when it was exchanged
 * @param openedAt when everybody could again
 */
public record Kept(
    UUID databaseId,
    Reason reason,
    boolean undone,
    int major,
    UUID lineage,
    Instant replacedAt,
    Instant until,
    Instant interruptedAt,
    Optional<Instant> openedAt) {

  /** How long nobody could get in; empty while nobody can. */
  public Optional<Duration> interruption() {
    return openedAt.map(opened -> Duration.between(interruptedAt, opened));
  }
}
