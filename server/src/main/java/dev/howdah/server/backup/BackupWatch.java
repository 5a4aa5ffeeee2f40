package dev.howdah.server.backup;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks regularly for backups that are due. */
public final class BackupWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackupWatch.class);

  private final Backups backups;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("backups").factory());

  /** A watch over {@code backups}, which begins with {@link #start}. */
  public BackupWatch(Backups backups) {
    this.backups = backups;
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
      backups.look();
    } catch (RuntimeException unreadable) {
      log.warn("scheduled backups cannot begin now; trying again at the next look", unreadable);
    }
  }
}
