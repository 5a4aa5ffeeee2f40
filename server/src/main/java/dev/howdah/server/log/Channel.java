package dev.howdah.server.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of one app. Whoever writes gets a line's place in the order and never waits for a reader;
 * every reader goes its own pace with a {@link Cursor} and costs nothing while there is nothing to
 * read. Safe for use by any number of threads.
 */
public final class Channel {
  private final Journal journal;
  private final InstantSource clock;
  private final int perSecond;
  private final Runnable counted;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();

  // Guarded by lock.
  private final Map<String, Gate> gates = new HashMap<>();
  private boolean closed;

  /** What a source may log, and what of it was too much. */
  private static final class Gate {
    final Intake intake;
    long dropped;
    Instant since = Instant.EPOCH;

    Gate(int perSecond) {
      this.intake = new Intake(perSecond);
    }
  }

  Channel(Journal journal, InstantSource clock, int perSecond, Runnable counted) {
    this.journal = journal;
    this.clock = clock;
    this.perSecond = perSecond;
    this.counted = counted;
  }

  /**
   * Logs entries of one source. What is more than a source may log is dropped, and a line in its
   * place says how much it was.
   */
  public void write(List<LogEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      LogEntry first = entries.getFirst();
      String name = first.source() + "[" + first.process() + "]";
      Gate gate = gates.computeIfAbsent(name, key -> new Gate(perSecond));
      Instant now = clock.instant();
      int granted = gate.intake.take(entries.size(), now);
      List<LogEntry> admitted = new ArrayList<>(granted + 1);
      if (granted > 0 && gate.dropped > 0) {
        admitted.add(
            new LogEntry(
                now,
                LogLine.PLATFORM,
                LogLine.ROUTER,
                "Error L12 (Local buffer overflow): %d messages of %s dropped since %s."
                    .formatted(gate.dropped, name, LogLine.time(gate.since))));
        gate.dropped = 0;
      }
      admitted.addAll(entries.subList(0, granted));
      if (granted < entries.size()) {
        gate.since = gate.dropped == 0 ? now : gate.since;
        gate.dropped += entries.size() - granted;
        for (int i = granted; i < entries.size(); i++) {
          counted.run();
        }
      }
      if (!admitted.isEmpty()) {
        append(admitted, Optional.empty());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Logs entries with how far their origin is read then; both or neither survive a crash. */
  public void write(List<LogEntry> entries, Origin origin) {
    lock.lock();
    try {
      append(entries, Optional.of(origin));
    } finally {
      lock.unlock();
    }
  }

  private void append(List<LogEntry> entries, Optional<Origin> origin) {
    if (closed) {
      return;
    }
    try {
      journal.append(entries, origin);
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
    more.signalAll();
  }

  /** How far the origin of this name has been logged. */
  public Optional<Long> position(String origin) {
    lock.lock();
    try {
      return journal.position(origin);
    } finally {
      lock.unlock();
    }
  }

  /** Whether an entry of an origin without an order is logged already. */
  boolean knows(Origin origin) {
    lock.lock();
    try {
      return journal.knows(origin);
    } finally {
      lock.unlock();
    }
  }

  /** A reader of what comes after the line {@code sequence}. */
  public Cursor after(long sequence) {
    return new Cursor(journal.after(sequence));
  }

  /** A reader of the newest {@code lines} there are and of what comes. */
  public Cursor newest(int lines) {
    return after(Math.max(journal.first() - 1, journal.last() - lines));
  }

  /** The sequence number of the newest line; 0 when there was none. */
  public long last() {
    return journal.last();
  }

  /** Ends every reading, and takes no more lines. */
  void close() {
    lock.lock();
    try {
      closed = true;
      journal.close();
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether this channel is at its end. */
  public boolean closed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** One reader's place in a channel. For one thread at a time. */
  public final class Cursor {
    private Journal.Place place;
    private Instant newest = clock.instant();

    private Cursor(Journal.Place place) {
      this.place = place;
    }

    /** The sequence number of the line that was read last. */
    public long read() {
      return place.sequence() - 1;
    }

    /** Reads at most {@code most} lines; none when there are none yet. Does not wait. */
    public Read next(int most) {
      try {
        Journal.Batch batch = journal.read(place, most);
        Instant since = newest;
        place = batch.next();
        if (!batch.lines().isEmpty()) {
          newest = batch.lines().getLast().at();
        }
        return new Read(batch.lost(), since, batch.lines());
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    /**
     * Waits until there is more to read.
     *
     * @return false when there was nothing for so long, or the channel is closed
     */
    public boolean await(Duration patience) {
      lock.lock();
      try {
        long nanos = patience.toNanos();
        while (journal.last() < place.sequence() && !closed && nanos > 0) {
          nanos = more.awaitNanos(nanos);
        }
        return journal.last() >= place.sequence() && !closed;
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return false;
      } finally {
        lock.unlock();
      }
    }

    /** Whether the channel is at its end. */
    public boolean closed() {
      return Channel.this.closed();
    }

    /** Leaves what is waiting for a wait of its own: lets {@link #await} return now. */
    public void wake() {
      lock.lock();
      try {
        more.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * What a cursor got.
   *
   * @param lost lines before these that the reader was too slow for
   * @param since when the first of the lost ones may have been written
   */
  public record Read(long lost, Instant since, List<LogLine> lines) {}
}
