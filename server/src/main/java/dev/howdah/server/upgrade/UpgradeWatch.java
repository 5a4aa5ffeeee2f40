package dev.howdah.server.upgrade;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.upgrade.Upgrade.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the copies that were prepared for upgrades following: nobody else starts their servers. */
public final class UpgradeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UpgradeWatch.class);

  private final Jdbi jdbi;
  private final PostgresHost host;
  private final Operations operations;
  private final UpgradeStore store;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("upgrades").factory());

  UpgradeWatch(Jdbi jdbi, PostgresHost host, Operations operations, UpgradeStore store) {
    this.jdbi = jdbi;
    this.host = host;
    this.operations = operations;
    this.store = store;
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
      List<Upgrade> prepared =
          jdbi.withHandle(handle ->
              store.inState(handle, State.PREPARED).stream()
                  .filter(upgrade -> operations.unfinished(handle, upgrade.databaseId()).isEmpty())
                  .toList());
      prepared.forEach(this::follow);
    } catch (RuntimeException unreadable) {
      log.warn("prepared upgrades cannot be looked at now; trying again", unreadable);
    }
  }

  private void follow(Upgrade prepared) {
    ClusterState state = host.successions().stagedState(prepared.databaseId());
    if (!(state instanceof ClusterState.Stopped || state instanceof ClusterState.Failed)) {
      return;
    }
    try {
      host.successions().startStaged(prepared.databaseId());
    } catch (RuntimeException failed) {
      log.warn(
          "what was prepared for the upgrade of database {} does not start; trying again: {}",
          prepared.databaseId(),
          failed.getMessage());
    }
  }
}
