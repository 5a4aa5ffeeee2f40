package dev.howdah.server.transfer;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A copy of one database into another.
 *
 * @param number counts the transfers of an app
 * @param database the one in whose name it was asked for; empty when that is gone
 * @param fromPlace where the data come from, without login
 * @param toPlace where they go, without login
 * @param sourceBytes size of the source when it began; 0 when that is not known
 * @param processedBytes what has arrived, in pg_dump's form
 * @param warnings things without data that could not be made in the target
 */
public record Transfer(
    UUID id,
    UUID app,
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
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> canceledAt,
    Optional<Instant> finishedAt) {

  /** A line of what happened. */
  public record LogLine(Instant createdAt, String message) {}

  /** A transfer with everything that happened to it. */
  public record WithLogs(Transfer transfer, List<LogLine> logs) {}

  /** {@code c001}: how users call it (T5.3). */
  public String name() {
    return "c%03d".formatted(number);
  }
}
