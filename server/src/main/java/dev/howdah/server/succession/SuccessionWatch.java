package dev.howdah.server.succession;

import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives up what was kept long enough. */
public final class SuccessionWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SuccessionWatch.class);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Operations operations;
  private final Succession succession;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("succession").factory());

  SuccessionWatch(Jdbi jdbi, InstantSource clock, Operations operations, Succession succession) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.operations = operations;
    this.succession = succession;
  }

  /** Begins to look, every {@code interval}. */
  public void start(Duration interval) {
    var _ =
        timer.scheduleWithFixedDelay(
            this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops looking. */
  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void look() {
    try {
      List<Operation> begun =
          jdbi.inTransaction(handle ->
              succession.store().expired(handle, clock.instant()).stream()
                  .filter(kept -> operations.unfinished(handle, kept.databaseId()).isEmpty())
                  .map(kept -> {
                    log.info(
                        "what was kept of database {} since {} is deleted",
                        kept.databaseId(),
                        kept.replacedAt());
                    return operations.submit(
                        handle, SuccessionProcedures.CONFIRM, kept.databaseId(), Map.of());
                  })
                  .toList());
      begun.forEach(operation -> operations.wake(operation.id()));
    } catch (RuntimeException unreadable) {
      log.warn("what is kept of databases cannot be looked at now; trying again", unreadable);
    }
  }
}
