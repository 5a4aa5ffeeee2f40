package dev.howdah.server.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.server.operation.Operations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells those who wait for an operation how far it is, by the bytes that were copied or replayed,
 * and ends a step whose operation was taken from it. May be called by many threads.
 *
 * @param from percent of the whole at which the step begins
 * @param to percent at which it ends
 */
public record Completion(
    Operations operations,
    InstantSource clock,
    UUID operation,
    int from,
    int to,
    AtomicInteger shown,
    AtomicReference<Instant> looked)
    implements Progress {

  /** How often it is looked whether the operation goes on. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Tells of a step of an operation, and that it has begun. */
  public static Completion of(
      Operations operations, InstantSource clock, UUID operation, int from, int to) {
    operations.report(operation, text(from));
    return new Completion(
        operations,
        clock,
        operation,
        from,
        to,
        new AtomicInteger(from),
        new AtomicReference<>(clock.instant()));
  }

  @Override
  public void at(long done, long total) {
    int percent = total <= 0 ? from : from + (int) ((to - from) * Math.min(done, total) / total);
    if (shown.getAndSet(percent) != percent) {
      operations.report(operation, text(percent));
    }
    Instant last = looked.get();
    Instant now = clock.instant();
    if (Duration.between(last, now).compareTo(LOOK) >= 0 && looked.compareAndSet(last, now)) {
      if (operations.isOvertaken(operation)) {
        throw new PostgresException("it is not wanted any more");
      }
    }
  }

  /** As the book has it (B6.9). */
  public static String text(int percent) {
    return "preparing (" + percent + "% completed)";
  }
}
