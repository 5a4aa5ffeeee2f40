package dev.howdah.server.protection;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One history of write-ahead log and what is known of its repository.
 *
 * @param databaseId the database that writes it, or wrote it
 * @param beganAt when it was begun
 * @param earliest the earliest moment that can be reached; empty before the first base copy
 * @param newestBase when the newest base copy was complete
 * @param newestFull when the newest full one was
 * @param baseWanted whether somebody asked for one
 * @param baseProblem why the last try at one failed
 * @param proven up to where every commit is known to be in the repository
 * @param gap the hole in it that no base copy has ended yet
 */
record Lineage(
    UUID id,
    UUID databaseId,
    Instant beganAt,
    Optional<Instant> earliest,
    Optional<Instant> newestBase,
    Optional<Instant> newestFull,
    boolean baseWanted,
    Optional<String> baseProblem,
    Optional<Proof.Beat> proven,
    Optional<Gap> gap) {

  /**
   * Write-ahead log that was lost.
   *
   * @param since the last moment before it that is safe
   * @param forgetting whether the backlog is still being dropped
   * @param drops how often a backlog was dropped; a base copy ends the gap only if none was since
   */
  record Gap(Instant since, boolean forgetting, int drops) {}
}
