package dev.howdah.server.protection;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Long work for lineages: one at a time for each of them, so many at a time in all, and after a
 * failure again later and later.
 */
final class Chores {
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(10);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(30);

  private final ExecutorService workers;
  private final InstantSource clock;
  private final Semaphore places;
  private final Set<UUID> underWay = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<UUID, Retry> retries = new ConcurrentHashMap<>();

  private record Retry(int failures, Instant next) {}

  Chores(ExecutorService workers, InstantSource clock, int atOnce) {
    this.workers = workers;
    this.clock = clock;
    this.places = new Semaphore(atOnce);
  }

  /**
   * Begins the work for a lineage, unless it is under way or failed a moment ago.
   *
   * @param failed hears why it failed; not when it was interrupted
   */
  void begin(UUID lineage, Runnable work, Consumer<RuntimeException> failed) {
    Retry retry = retries.get(lineage);
    if ((retry != null && clock.instant().isBefore(retry.next())) || !underWay.add(lineage)) {
      return;
    }
    var _ =
        workers.submit(() -> {
          try {
            places.acquire();
            try {
              work.run();
              retries.remove(lineage);
            } catch (RuntimeException failure) {
              if (!Thread.currentThread().isInterrupted()) {
                retries.compute(lineage, (id, last) -> later(last));
                failed.accept(failure);
              }
            } finally {
              places.release();
            }
          } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
          } finally {
            underWay.remove(lineage);
          }
        });
  }

  private Retry later(@org.jspecify.annotations.Nullable Retry last) {
    int failures = last == null ? 1 : last.failures() + 1;
    return new Retry(failures, clock.instant().plus(pause(failures)));
  }

  static Duration pause(int failures) {
    Duration pause = SHORTEST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10));
    return pause.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : pause;
  }
}
