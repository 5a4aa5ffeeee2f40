package dev.howdah.postgres.repository;

import java.time.Instant;

/**
 * A base copy in a repository: what a restore begins with.
 *
 * @param label its name in the repository
 * @param startedAt when taking it began
 * @param finishedAt when it was complete; the earliest moment it can be rolled forward to
 * @param start the position a recovery of it begins at
 * @param stop the position at which it is consistent
 * @param firstSegment the file of the write-ahead log that holds {@code start}
 * @param lastSegment the file that holds {@code stop}
 * @param bytes the size of the data directory when it was taken
 */
public record BaseCopy(
    String label,
    Kind kind,
    Instant startedAt,
    Instant finishedAt,
    Lsn start,
    Lsn stop,
    String firstSegment,
    String lastSegment,
    long bytes) {

  /** What a base copy is made of. */
  public enum Kind {
    /** Everything. */
    FULL,
    /** What changed since the last full one. */
    DIFFERENTIAL,
    /** What changed since the last one of any kind. */
    INCREMENTAL
  }
}
