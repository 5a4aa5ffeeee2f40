package dev.howdah.server.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the platform says in the logs of apps. It is recorded in the transaction of what it speaks
 * of, so that it is said when that happened and only then, and brought into the log right after the
 * commit, once, whatever crashes in between.
 */
public final class AppEvents implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AppEvents.class);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final String ORIGIN = "event";

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Channels channels;
  private final LogStore store = new LogStore();
  private final Semaphore news = new Semaphore(0);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition round = lock.newCondition();
  private long rounds; // guarded by lock
  private final Thread publisher = Thread.ofVirtual().name("app-events").unstarted(this::run);

  /** Events of apps, on their way into {@code channels}. */
  public AppEvents(Jdbi jdbi, InstantSource clock, Channels channels) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.channels = channels;
  }

  /**
   * Lets the platform say something in an app's log when the caller's transaction commits.
   *
   * @param process which part of the platform, such as {@code api}
   */
  public void record(Handle handle, UUID app, String process, String message) {
    for (LogEntry entry :
        LogEntry.of(clock.instant(), LogLine.PLATFORM, process, LogText.clean(message))) {
      store.insertEvent(handle, app, entry);
    }
    handle.afterCommit(news::release);
  }

  /** Begins to bring them into the logs; what an earlier server left comes first. */
  public void start() {
    publisher.start();
  }

  /** Stops. What is recorded and not yet in a log gets there after the next start. */
  @Override
  public void close() {
    publisher.interrupt();
    try {
      publisher.join(LOOK);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits a moment until what has been committed by now is in the logs. */
  void settle() {
    lock.lock();
    try {
      // The round that is under way may have looked before the commit; the one after it has not.
      long enough = rounds + 2;
      long nanos = LOOK.toNanos();
      news.release(2);
      while (rounds < enough && nanos > 0) {
        nanos = round.awaitNanos(nanos);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      rounds++;
      round.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      channels.retain(jdbi.withHandle(store::apps));
    } catch (RuntimeException unreadable) {
      log.warn("logs of apps that are gone are not deleted now", unreadable);
    }
    while (!Thread.currentThread().isInterrupted()) {
      try {
        while (publish()) {}
        ended();
        if (!news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
          endGone();
        }
      } catch (InterruptedException stop) {
        return;
      } catch (RuntimeException unreadable) {
        log.warn("events of apps cannot be logged now; trying again", unreadable);
        if (!pause()) {
          return;
        }
      }
    }
  }

  private boolean pause() {
    try {
      var _ = news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException stop) {
      return false;
    }
  }

  /** Returns whether there may be more. */
  private boolean publish() {
    List<LogStore.Event> events = jdbi.withHandle(store::events);
    for (LogStore.Event event : events) {
      Channel channel = channels.of(event.app());
      Origin origin = new Origin(ORIGIN, event.id());
      // A crash may have come between the log and the record that it is there.
      if (!channel.knows(origin)) {
        channel.write(List.of(event.entry()), origin);
      }
    }
    if (!events.isEmpty()) {
      jdbi.useHandle(handle -> store.deleteEvents(handle, events));
    }
    return events.size() == LogStore.MOST_EVENTS;
  }

  /** The log of an app that is gone ends, and with it whoever reads it. */
  private void endGone() {
    var open = channels.open();
    if (!open.isEmpty()) {
      var living = jdbi.withHandle(handle -> store.living(handle, open));
      open.stream().filter(app -> !living.contains(app)).forEach(channels::delete);
    }
  }
}
