package dev.howdah.server.telemetry;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.log.LogFile;
import dev.howdah.postgres.log.LogWatch;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the logs of all servers as they grow. One thread, which the kernel wakes; servers that have
 * much to say take turns.
 */
final class LogCollector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogCollector.class);

  /** How often it is asked which databases there are. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final Duration MOMENT = Duration.ofMillis(10);
  private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

  /** What is left of a log that has been read: enough to see why a server failed. */
  private static final long KEPT = 32L << 20;

  private final PostgresHost host;
  private final Channels channels;
  private final InstantSource clock;
  private final LogLimits limits;
  private final Supplier<List<Observed>> databases;
  private final LogWatch watch;
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread =
      Thread.ofPlatform().name("log-collector").daemon().unstarted(this::run);

  // The thread's own.
  private final Map<UUID, LogTail> tails = new HashMap<>();
  private final Set<UUID> soon = new HashSet<>();
  private final Set<UUID> now = new HashSet<>();

  LogCollector(
      PostgresHost host,
      Channels channels,
      InstantSource clock,
      LogLimits limits,
      Supplier<List<Observed>> databases) {
    this.host = host;
    this.channels = channels;
    this.clock = clock;
    this.limits = limits;
    this.databases = databases;
    try {
      this.watch = LogWatch.open(Path.of("/"));
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  void start() {
    thread.start();
  }

  /** How many messages were dropped because more was logged than can be kept. */
  long dropped() {
    return dropped.get();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(2));
      watch.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException gone) {
      log.debug("the watch of logs was gone already", gone);
    }
  }

  private void run() {
    Instant looked = Instant.EPOCH;
    Instant forgotten = clock.instant();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Instant time = clock.instant();
        if (Duration.between(looked, time).compareTo(LOOK) >= 0 || time.isBefore(looked)) {
          looked = time;
          look();
          now.addAll(tails.keySet()); // in case the kernel had more to tell than it keeps
        }
        if (Duration.between(forgotten, time).compareTo(FORGET_EVERY) >= 0) {
          forgotten = time;
          tails.values().forEach(tail -> tail.forget(KEPT));
        }
        Duration patience = now.isEmpty() ? soon.isEmpty() ? LOOK : MOMENT : Duration.ZERO;
        Set<UUID> due = watch.await(patience);
        due.addAll(now);
        due.addAll(soon);
        now.clear();
        soon.clear();
        due.forEach(this::pump);
      } catch (InterruptedException stop) {
        return;
      } catch (RuntimeException unreadable) {
        log.warn("the logs of servers cannot be read now; trying again", unreadable);
        looked = clock.instant();
      }
    }
  }

  private void look() {
    Map<UUID, Observed> wanted =
        databases.get().stream().collect(Collectors.toMap(Observed::id, database -> database));
    for (UUID gone : Set.copyOf(tails.keySet())) {
      if (!wanted.containsKey(gone)) {
        tails.remove(gone);
        watch.forget(gone);
      }
    }
    wanted.forEach((id, database) -> {
      Path file = host.clusters().logFile(id);
      LogTail tail =
          tails.computeIfAbsent(
              id,
              none ->
                  new LogTail(
                      database, new LogFile(file), channels, clock, limits.perSecond(), dropped));
      tail.observe(database);
      watch.watch(id, Objects.requireNonNull(file.getParent()));
    });
  }

  private void pump(UUID id) {
    LogTail tail = tails.get(id);
    if (tail == null) {
      return;
    }
    try {
      switch (tail.pump()) {
        case GROWTH -> {}
        case MOMENT -> soon.add(id);
        case NOW -> now.add(id);
      }
    } catch (IOException | RuntimeException unreadable) {
      log.warn("the log of database {} cannot be read now; trying again", id, unreadable);
    }
  }
}
