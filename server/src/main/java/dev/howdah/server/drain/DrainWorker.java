package dev.howdah.server.drain;

import dev.howdah.server.log.Channel;
import dev.howdah.server.log.LogEntry;
import dev.howdah.server.log.LogLine;
import dev.howdah.server.log.LogText;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the lines of one app to one receiver, in order, at the receiver's own pace. It holds one
 * batch at a time; what comes meanwhile waits in the app's log, and what that no longer has when
 * the receiver is ready is counted and told to the receiver in its place (L10).
 */
final class DrainWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DrainWorker.class);
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final int MOST_LINES = 1000;

  private final Drain drain;
  private final Channel channel;
  private final Outlet outlet;
  private final DrainCursor cursor;
  private final InstantSource clock;
  private final Channel.Cursor lines;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final Thread thread;

  /** What was read and does not fit into the batch before. */
  private Channel.@Nullable Read rest;

  DrainWorker(Drain drain, Channel channel, Outlet outlet, DrainCursor cursor, InstantSource clock)
      throws IOException {
    this.drain = drain;
    this.channel = channel;
    this.outlet = outlet;
    this.cursor = cursor;
    this.clock = clock;
    OptionalLong known = cursor.read();
    long begin = known.orElse(channel.last());
    if (known.isEmpty()) {
      cursor.write(begin);
    }
    this.lines = channel.after(begin);
    this.thread = Thread.ofVirtual().name(drain.token()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Drain drain() {
    return drain;
  }

  /** Lines the receiver has taken, since the start. */
  long delivered() {
    return delivered.get();
  }

  /** Lines that were gone before the receiver could take them, since the start. */
  long lost() {
    return lost.get();
  }

  /** Attempts that failed, since the start. */
  long failures() {
    return failures.get();
  }

  /** Stops, and waits a moment for it. */
  @Override
  public void close() {
    stopped.countDown();
    thread.interrupt();
    outlet.close();
    try {
      thread.join(Duration.ofSeconds(1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration pause = SHORTEST_PAUSE;
    Batch batch = null;
    while (stopped.getCount() > 0 && !lines.closed()) {
      try {
        if (batch == null) {
          batch = collect();
        }
        if (batch == null) {
          var _ = lines.await(IDLE);
          continue;
        }
        outlet.send(batch);
        cursor.write(batch.last());
        delivered.addAndGet(batch.lines().stream().filter(line -> line.sequence() > 0).count());
        batch = null;
        pause = SHORTEST_PAUSE;
      } catch (IOException | RuntimeException failed) {
        if (stopped.getCount() == 0) {
          return;
        }
        outlet.close();
        if (failures.getAndIncrement() == 0 || pause.equals(SHORTEST_PAUSE)) {
          log.info("drain {} does not take lines now; trying again: {}", drain, failed.toString());
          tell(failed);
        }
        if (!waited(pause)) {
          return;
        }
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    }
  }

  private boolean waited(Duration pause) {
    try {
      return !stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      return false;
    }
  }

  private @Nullable Batch collect() {
    Channel.Read read = rest == null ? lines.next(MOST_LINES) : rest;
    rest = null;
    if (read.lines().isEmpty()) {
      return null;
    }
    List<LogLine> batch = new ArrayList<>(read.lines().size() + 1);
    if (read.lost() > 0) {
      lost.addAndGet(read.lost());
      batch.add(
          LogLine.notice(
              clock.instant(),
              "Error L10 (output buffer overflow): drain '%s' dropped %d messages since %s."
                  .formatted(drain.token(), read.lost(), LogLine.time(read.since()))));
    }
    int bytes = 0;
    for (LogLine line : read.lines()) {
      if (bytes > outlet.batchBytes()) {
        int taken = batch.size() - (read.lost() > 0 ? 1 : 0);
        List<LogLine> later = read.lines().subList(taken, read.lines().size());
        rest = new Channel.Read(0, read.since(), List.copyOf(later));
        break;
      }
      batch.add(line);
      bytes += line.message().length() + 100;
    }
    return new Batch(UUID.randomUUID(), batch, batch.getLast().sequence());
  }

  /** What the owner can mend is said in the app's log. */
  private void tell(Exception failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        channel.write(
            List.of(
                new LogEntry(
                    clock.instant(),
                    LogLine.PLATFORM,
                    "logplex",
                    LogText.clean(
                        "Error L14 (Certificate validation error) -> drain '%s': %s"
                            .formatted(drain.token(), cause.getMessage())))));
        return;
      }
    }
  }
}
