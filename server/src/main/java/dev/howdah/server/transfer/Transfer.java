package dev.howdah.server.transfer;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Data on their way: from a database into a backup, from a backup into a database, or from one
 * database into another.
 *
 * @param number counts the transfers of an app
 * @param database the one in whose name it was asked for; empty when that is gone
 * @param fromPlace where the data come from, without login
 * @param toPlace where they go, without login
 * @param sourceBytes size of the source when it began; 0 when that is not known
 * @param processedBytes what has arrived, in pg_dump's form
 * @param warnings things without data that could not be made in the target
 * @param object what a backup is kept as, or a restore reads; empty when it needs none any more
 * @param schedule the name of the schedule that asked for it
 * @param deletedAt when a backup was deleted
 */
public record Transfer(
    UUID id,
    UUID app,
    Kind kind,
    int number,
    Optional<UUID> database,
    String fromName,
    String toName,
    String fromPlace,
    String toPlace,
    long sourceBytes,
    long processedBytes,
    int warnings,
    boolean succeeded,
    Optional<UUID> object,
    Optional<String> schedule,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> canceledAt,
    Optional<Instant> finishedAt,
    Optional<Instant> deletedAt) {

  /** What it does. */
  public enum Kind {
    /** From a database to a database. */
    COPY,
    /** From a database to where backups are kept. */
    BACKUP,
    /** From a backup to a database. */
    RESTORE
  }

  /** A line of what happened. */
  public record LogLine(Instant createdAt, String message) {}

  /** A transfer with everything that happened to it. */
  public record WithLogs(Transfer transfer, List<LogLine> logs) {}

  /** {@code c001}: how users call it (T5.3). */
  public String name() {
    char letter =
        switch (kind) {
          case COPY -> 'c';
          case BACKUP -> schedule.isPresent() ? 'a' : 'b';
          case RESTORE -> 'r';
        };
    return "%c%03d".formatted(letter, number);
  }

  /** Whether it is a backup that can be restored. */
  public boolean restorable() {
    return kind == Kind.BACKUP && succeeded && deletedAt.isEmpty() && object.isPresent();
  }
}
