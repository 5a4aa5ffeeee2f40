package dev.howdah.server.telemetry;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.os.HostUse;
import dev.howdah.postgres.os.ServerUse;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogEntry;
import dev.howdah.server.log.LogLine;
import dev.howdah.server.log.LogText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures every database regularly, and says what it measured in the logs of the apps it is
 * attached to. A database that does not answer holds up no other.
 */
final class Sampler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sampler.class);
  private static final int AT_ONCE = 4;

  /** A sample that is older says nothing of now. */
  private static final int OLDEST = 3;

  private final PostgresHost host;
  private final Channels channels;
  private final InstantSource clock;
  private final Duration interval;
  private final Supplier<List<Observed>> databases;
  private final Semaphore room = new Semaphore(AT_ONCE);
  private final Set<UUID> underWay = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<UUID, Sample> newest = new ConcurrentHashMap<>();
  private volatile Map<UUID, Observed> known = Map.of();
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sample-", 0).factory());
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("samples").factory());

  Sampler(
      PostgresHost host,
      Channels channels,
      InstantSource clock,
      Duration interval,
      Supplier<List<Observed>> databases) {
    this.host = host;
    this.channels = channels;
    this.clock = clock;
    this.interval = interval;
    this.databases = databases;
  }

  void start() {
    long millis = interval.toMillis();
    // On the minute, whenever it was started.
    long first = millis - Math.floorMod(clock.instant().toEpochMilli(), millis);
    var _ = timer.scheduleAtFixedRate(this::round, first, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    workers.shutdownNow();
  }

  /** A database with what was measured of it last. */
  record Measured(Observed database, Sample sample) {}

  /** Of every database, what is not too old. */
  List<Measured> measured() {
    Instant oldest = clock.instant().minus(interval.multipliedBy(OLDEST));
    Map<UUID, Observed> all = known;
    List<Measured> measured = new ArrayList<>();
    newest.forEach((id, sample) -> {
      Observed database = all.get(id);
      if (database != null && sample.at().isAfter(oldest)) {
        measured.add(new Measured(database, sample));
      }
    });
    return measured;
  }

  private void round() {
    try {
      Map<UUID, Observed> all =
          databases.get().stream().collect(Collectors.toMap(Observed::id, database -> database));
      known = all;
      newest.keySet().retainAll(all.keySet());
      for (Observed database : all.values()) {
        if (underWay.add(database.id())) {
          var _ = workers.submit(() -> sample(database));
        }
      }
    } catch (RuntimeException unreadable) {
      log.warn("databases cannot be measured now; trying again", unreadable);
    }
  }

  private void sample(Observed database) {
    try {
      room.acquire();
      try {
        measure(database).ifPresent(sample -> tell(database, sample));
      } finally {
        room.release();
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException unreachable) {
      log.info("database {} cannot be measured now: {}", database.id(), unreachable.toString());
    } finally {
      underWay.remove(database.id());
    }
  }

  private Optional<Sample> measure(Observed database) {
    if (!(host.clusters().state(database.id()) instanceof ClusterState.Running running)) {
      return Optional.empty();
    }
    var tenant = host.database(database.id(), database.database());
    var statistics = tenant.statistics();
    ServerUse use = ServerUse.of(running.pid());
    Instant now = clock.instant();
    // A server that was started again counts from its start.
    Optional<Sample> before =
        Optional.ofNullable(newest.get(database.id()))
            .filter(older ->
                use.readBytes() >= older.server().readBytes()
                    && use.writeBytes() >= older.server().writeBytes());
    Sample sample =
        new Sample(
            now,
            statistics,
            HostUse.now(),
            use,
            host.clusters().volume(),
            tenant.temporaryBytes(),
            before.map(older -> use.readBytes() - older.server().readBytes()).orElse(0L),
            before.map(older -> use.writeBytes() - older.server().writeBytes()).orElse(0L),
            before.map(older -> Duration.between(older.at(), now)),
            lag(database, statistics.currentTransaction()));
    newest.put(database.id(), sample);
    return Optional.of(sample);
  }

  /** How many transactions a follower is behind its leader as it is now. */
  private OptionalLong lag(Observed database, long shown) {
    if (database.leader().isEmpty()) {
      return OptionalLong.empty();
    }
    Observed leader = known.get(database.leader().get());
    if (leader == null) {
      return OptionalLong.empty();
    }
    long current = host.database(leader.id(), leader.database()).statistics().currentTransaction();
    return OptionalLong.of(Math.max(0, current - shown));
  }

  private void tell(Observed database, Sample sample) {
    if (!database.speaks()) {
      return;
    }
    for (Observed.Audience audience : database.audiences()) {
      String line = LogText.clean(MetricsLine.of(sample, audience.attachment(), database.addon()));
      channels
          .of(audience.app())
          .write(List.of(new LogEntry(sample.at(), LogLine.APP, MetricsLine.PROCESS, line)));
    }
  }
}
