package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writers that insert numbered rows, each on a connection of its own and each row a transaction,
 * and the book of when every row was sent and when it was acknowledged. A connection that breaks is
 * followed by another with numbers of its own; the row it waited for is in doubt and may be there
 * or not. So whatever is copied from the database, at whatever moment, must have of every
 * connection the rows from the first to some last one, without a hole.
 *
 * <p>Times are the clock's on this machine, which is PostgreSQL's too, and monotonic besides, for
 * gaps. All methods may be called while the writers write.
 */
final class Ledger implements AutoCloseable {
  private static final String TABLE =
      "create table if not exists ledger (session bigint, n bigint, primary key (session, n))";

  private static final long NOT_ACKNOWLEDGED = Long.MAX_VALUE;

  /** Numbers of connections; of all ledgers, as one database may have had several. */
  private static final AtomicLong SESSIONS = new AtomicLong();

  /** The rows of one connection, in their order, in microseconds since 1970 and nanoseconds. */
  private static final class Session {
    private final long id = SESSIONS.incrementAndGet();
    private long[] sent = new long[1024];
    private long[] acknowledged = new long[1024];
    private long[] sentNanos = new long[1024];
    private long[] acknowledgedNanos = new long[1024];
    private final Instant opened = Instant.now();
    private int rows;
    private boolean broken;

    /** Notes that the connection was lost rather than closed. */
    synchronized void breakOff() {
      broken = true;
    }

    synchronized boolean isBroken() {
      return broken;
    }

    synchronized int send() {
      if (rows == sent.length) {
        sent = java.util.Arrays.copyOf(sent, rows * 2);
        acknowledged = java.util.Arrays.copyOf(acknowledged, rows * 2);
        sentNanos = java.util.Arrays.copyOf(sentNanos, rows * 2);
        acknowledgedNanos = java.util.Arrays.copyOf(acknowledgedNanos, rows * 2);
      }
      acknowledged[rows] = NOT_ACKNOWLEDGED;
      acknowledgedNanos[rows] = NOT_ACKNOWLEDGED;
      sentNanos[rows] = System.nanoTime();
      sent[rows] = micros(Instant.now());
      return ++rows;
    }

    synchronized void acknowledge() {
      acknowledged[rows - 1] = micros(Instant.now());
      acknowledgedNanos[rows - 1] = System.nanoTime();
    }

    synchronized int rows() {
      return rows;
    }

    /** How many rows were sent before a moment. */
    synchronized long sentBefore(Instant moment) {
      return LongStream.of(sent).limit(rows).takeWhile(at -> at < micros(moment)).count();
    }

    /** How many rows were acknowledged before a moment. */
    synchronized long acknowledgedBefore(Instant moment) {
      return LongStream.of(acknowledged).limit(rows).takeWhile(at -> at < micros(moment)).count();
    }

    /** When row {@code n} was sent, on the monotonic clock. */
    synchronized long sentNanos(long n) {
      return sentNanos[(int) n - 1];
    }

    /** When row {@code n} was acknowledged, on the monotonic clock; the largest if it never was. */
    synchronized long acknowledgedNanos(long n) {
      return n > rows ? NOT_ACKNOWLEDGED : acknowledgedNanos[(int) n - 1];
    }

    /** When row {@code n} was acknowledged; the largest if it never was. */
    synchronized long acknowledged(long n) {
      return n > rows ? NOT_ACKNOWLEDGED : acknowledged[(int) n - 1];
    }

    synchronized LongStream acknowledgements() {
      return LongStream.of(java.util.Arrays.copyOf(acknowledgedNanos, rows))
          .filter(at -> at != NOT_ACKNOWLEDGED);
    }
  }

  /**
   * What a copy has of the book.
   *
   * @param rows how many rows
   * @param firstMissing when the first row that it has not was acknowledged; null if it has all
   */
  record Reading(long rows, @Nullable Instant firstMissing) {

    /** The commits that are lost if the original ended at a moment: back to the first that is. */
    Duration lossAt(Instant end) {
      return firstMissing == null || firstMissing.isAfter(end)
          ? Duration.ZERO
          : Duration.between(firstMissing, end);
    }
  }

  private final Supplier<String> url;
  private final List<Session> sessions = new CopyOnWriteArrayList<>();
  private final List<Thread> writers = new ArrayList<>();
  private volatile boolean over;

  private Ledger(Supplier<String> url) {
    this.url = url;
  }

  /**
   * Makes the table and begins to write.
   *
   * @param url asked before every connection; while it throws, the last answer counts
   */
  static Ledger open(Supplier<String> url, int connections) {
    Sql.run(url.get(), TABLE);
    var ledger = new Ledger(url);
    for (int i = 0; i < connections; i++) {
      ledger.writers.add(Thread.ofVirtual().start(ledger::write));
    }
    return ledger;
  }

  private void write() {
    String address = url.get();
    while (!over) {
      var session = new Session();
      try (Connection connection = Sql.connect(address);
          var insert = connection.prepareStatement("insert into ledger values (?, ?)")) {
        sessions.add(session);
        insert.setLong(1, session.id);
        while (!over) {
          insert.setLong(2, session.send());
          insert.execute();
          session.acknowledge();
        }
      } catch (SQLException down) {
        session.breakOff();
        pause();
      }
      try {
        address = url.get();
      } catch (RuntimeException | AssertionError noAnswer) {
        // Howdah is away, or the database has no address yet; its clients would not know better.
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many connections there were. As long as none breaks, it is the number of writers. */
  int sessions() {
    return sessions.size();
  }

  /** How many rows were acknowledged. */
  long acknowledged() {
    return sessions.stream().flatMapToLong(Session::acknowledgements).count();
  }

  /** Waits until so many more rows were acknowledged: the database takes writes. */
  void awaitMore(int rows) {
    long enough = acknowledged() + rows;
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (acknowledged() < enough) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + rows + " rows were acknowledged within 90 seconds");
      }
      pause();
    }
  }

  /**
   * The longest time without any acknowledged row between two moments of {@link System#nanoTime},
   * the edges included.
   */
  Duration longestGap(long from, long to) {
    long[] times =
        LongStream.concat(
                sessions.stream()
                    .flatMapToLong(Session::acknowledgements)
                    .filter(at -> at > from && at < to),
                LongStream.of(from, to))
            .sorted()
            .toArray();
    long longest = 0;
    for (int i = 1; i < times.length; i++) {
      longest = Math.max(longest, times[i] - times[i - 1]);
    }
    return Duration.ofNanos(longest);
  }

  /** Stops writing; afterwards no row is on its way. */
  void stop() {
    over = true;
    for (Thread writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    stop();
  }

  /**
   * Compares a copy with the book. Fails unless it has every row acknowledged before {@code from},
   * none sent after {@code to}, and is as the original was at one single moment: of every
   * connection the first rows without a hole, and no row whose predecessor of another connection it
   * lacks.
   *
   * @return how far the copy goes
   */
  Reading check(Connection copy, Instant from, Instant to) {
    var comparison = new Comparison(rows(copy));
    sessions.forEach(session -> comparison.compare(session, from, to));
    return comparison.finish();
  }

  /**
   * Compares the database itself after its data was replaced by that of another moment, with the
   * writers going on. Connections opened before {@code replaced} are held against that moment as in
   * {@link #check}. What later ones wrote went to the old data or to the new: all of it is there or
   * nothing is; and all of it of those that were never cut off.
   */
  Reading checkReplaced(Connection database, Instant replaced, Instant from, Instant to) {
    var comparison = new Comparison(rows(database));
    for (Session session : sessions) {
      if (session.opened.isBefore(replaced)) {
        comparison.compare(session, from, to);
      } else {
        comparison.compareWhole(session);
      }
    }
    return comparison.finish();
  }

  /** What a copy has beside what the book has. */
  private static final class Comparison {
    private final Map<Long, Long> found;
    private final List<String> problems = new ArrayList<>();
    private long latestSent = Long.MIN_VALUE;
    private long earliestMissing = NOT_ACKNOWLEDGED;
    private long earliestMissingTime = NOT_ACKNOWLEDGED;
    private long rows;

    Comparison(Map<Long, Long> found) {
      this.found = found;
    }

    void compare(Session session, Instant from, Instant to) {
      long last = take(session);
      long atLeast = session.acknowledgedBefore(from);
      if (last < atLeast) {
        problems.add(
            "session %d: %d rows, and %d were acknowledged before %s"
                .formatted(session.id, last, atLeast, from));
      }
      long atMost = session.sentBefore(to);
      if (last > atMost) {
        problems.add(
            "session %d: %d rows, and only %d were sent before %s"
                .formatted(session.id, last, atMost, to));
      }
      if (last > 0) {
        latestSent = Math.max(latestSent, session.sentNanos(last));
      }
      earliestMissing = Math.min(earliestMissing, session.acknowledgedNanos(last + 1));
      earliestMissingTime = Math.min(earliestMissingTime, session.acknowledged(last + 1));
    }

    void compareWhole(Session session) {
      long last = take(session);
      long acknowledged = session.acknowledgements().count();
      if (last < acknowledged && (last > 0 || !session.isBroken())) {
        problems.add(
            "session %d: %d rows, and %d were acknowledged"
                .formatted(session.id, last, acknowledged));
      }
    }

    private long take(Session session) {
      Long there = found.remove(session.id);
      long last = there == null ? 0 : there;
      if (last > session.rows()) {
        throw new AssertionError(
            "session %d has %d rows, %d sent".formatted(session.id, last, session.rows()));
      }
      rows += last;
      return last;
    }

    Reading finish() {
      found.keySet().forEach(session -> problems.add("nobody wrote session " + session));
      if (earliestMissing < latestSent) {
        problems.add(
            "not one moment: a row is missing that was acknowledged %d µs before one that is there"
                .formatted((latestSent - earliestMissing) / 1000));
      }
      assertThat(problems).as("the copy beside the book").isEmpty();
      return new Reading(
          rows,
          earliestMissingTime == NOT_ACKNOWLEDGED
              ? null
              : Instant.EPOCH.plus(earliestMissingTime, ChronoUnit.MICROS));
    }
  }

  /** How many rows of every connection are there, none of them missing before the last. */
  private static Map<Long, Long> rows(Connection copy) {
    var found = new TreeMap<Long, Long>();
    try (var statement = copy.createStatement();
        var rows =
            statement.executeQuery(
                "select session, count(*), min(n), max(n) from ledger group by session")) {
      while (rows.next()) {
        long count = rows.getLong(2);
        assertThat(Stream.of(rows.getLong(3), rows.getLong(4)))
            .as("the first and last row of session %s, which has %s", rows.getLong(1), count)
            .containsExactly(1L, count);
        found.put(rows.getLong(1), count);
      }
    } catch (SQLException e) {
      throw new AssertionError("could not read the copy: " + e.getMessage(), e);
    }
    return found;
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
