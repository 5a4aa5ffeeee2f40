package dev.howdah.postgres.supervision;

import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Clusters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries {@link Supervision}'s decisions out: looks once a second, on one virtual thread, and
 * starts each server on a thread of its own, since one may recover for an hour while another only
 * needs 40 ms. What it starts is never in two hands: {@code Clusters} lets one call per cluster in.
 */
public final class Supervisor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** How long one cluster's directory may hold up the look at all others, once. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration TRIM_PERIOD = Duration.ofMinutes(1);

  /** Beyond what its readers leave of it: only where nobody reads it, or nobody fast enough. */
  private static final long LONGEST_LOG = 512L << 20;

  private final Clusters clusters;
  private final Supplier<Set<UUID>> desired;
  private final Clock clock;

  /** Clusters whose start is under way; they are not looked at meanwhile. */
  private final Set<UUID> underWay = ConcurrentHashMap.newKeySet();

  /** One thread as long as every look returns; one more for each look that does not. */
  private final ExecutorService lookers =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("look-", 0).factory());

  // Guarded by this.
  private final Map<UUID, Future<ClusterState>> looks = new HashMap<>();
  private Attempts attempts = Attempts.none();
  private @Nullable Thread thread;

  /**
   * A supervisor that is not running yet.
   *
   * @param desired the clusters that should run now; whoever stops a server on purpose takes it out
   *     of this set first
   */
  public Supervisor(Clusters clusters, Supplier<Set<UUID>> desired, Clock clock) {
    this.clusters = clusters;
    this.desired = desired;
    this.clock = clock;
  }

  /** Begins to look and act. */
  public synchronized void start() {
    if (thread == null) {
      thread = Thread.ofVirtual().name("supervisor").start(this::loop);
    }
  }

  /** Looks once and begins what is to be done; for tests and for the impatient. */
  public synchronized void tick() {
    Set<UUID> wanted = Set.copyOf(desired.get());
    Map<UUID, ClusterState> observed = new HashMap<>();
    for (UUID id : wanted) {
      observed.put(
          id, underWay.contains(id) ? new ClusterState.Starting(0, clock.instant()) : look(id));
    }
    looks.keySet().retainAll(wanted);
    Supervision.Plan plan = Supervision.plan(wanted, observed, attempts, clock.instant());
    attempts = plan.attempts();
    for (Supervision.Action action : plan.actions()) {
      switch (action) {
        case Supervision.Action.Start(UUID id, String reason) -> begin(id, reason);
      }
    }
  }

  /** Stops looking; leaves every server as it is. */
  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
      thread = null;
    }
  }

  /** What a cluster is doing; one that does not let us find out in time is left alone. */
  private ClusterState look(UUID id) {
    ClusterState unknown = new ClusterState.Starting(0, clock.instant());
    Future<ClusterState> running = looks.get(id);
    if (running != null && !running.isDone()) {
      return unknown;
    }
    Future<ClusterState> look =
        running == null ? lookers.submit(() -> clusters.state(id)) : running;
    looks.put(id, look);
    try {
      ClusterState state = look.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      looks.remove(id);
      return state;
    } catch (TimeoutException e) {
      LOG.warn("cluster {} cannot be looked at and is left alone until it can", id);
      return unknown;
    } catch (ExecutionException e) {
      looks.remove(id);
      LOG.warn("cluster {} cannot be looked at: {}", id, String.valueOf(e.getCause()));
      return unknown;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unknown;
    }
  }

  private void begin(UUID id, String reason) {
    LOG.info("starting the server of cluster {}: {}", id, reason);
    underWay.add(id);
    Thread.ofVirtual()
        .name("start " + id)
        .start(() -> {
          try {
            clusters.start(id);
          } catch (RuntimeException e) {
            LOG.warn("cluster {} is not up and will be tried again: {}", id, e.getMessage());
          } finally {
            underWay.remove(id);
          }
        });
  }

  private void trimLogs() {
    for (UUID id : desired.get()) {
      try {
        clusters.trimLog(id, LONGEST_LOG);
      } catch (RuntimeException e) {
        LOG.warn("the log of cluster {} is not cut: {}", id, e.getMessage());
      }
    }
  }

  private void loop() {
    Instant trimmed = Instant.EPOCH;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        tick();
        if (clock.instant().isAfter(trimmed.plus(TRIM_PERIOD))) {
          trimmed = clock.instant();
          trimLogs();
        }
      } catch (RuntimeException e) {
        // A round that fails, say for a full process table, must not be the last.
        LOG.error("could not look after the servers; the next round is in a second", e);
      }
      try {
        Thread.sleep(PERIOD);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
