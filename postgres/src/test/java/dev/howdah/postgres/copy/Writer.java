package dev.howdah.postgres.copy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestSession;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes numbered rows into a database, one transaction each, and remembers what was acknowledged:
 * what a copy holds is held against that. Some transactions are rolled back, and the table is
 * updated all over, so that there is something to get wrong.
 */
public final class Writer implements AutoCloseable {

  private final Thread thread;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong begun = new AtomicLong();
  private final List<Exception> failures = new CopyOnWriteArrayList<>();
  private volatile boolean running = true;

  /** Begins to write; the table is made when it is not there. */
  public Writer(TestDatabase database) throws SQLException {
    try (TestSession session = database.connect()) {
      session.run(
          """
          CREATE TABLE IF NOT EXISTS numbered (n bigint PRIMARY KEY, word text,
            at timestamptz DEFAULT clock_timestamp());
          CREATE TABLE IF NOT EXISTS account (id int PRIMARY KEY, balance int);
          INSERT INTO account SELECT i, 0 FROM generate_series(1, 20) i ON CONFLICT DO NOTHING;
          """);
      long last =
          Long.parseLong(session.run("SELECT coalesce(max(n), 0) FROM numbered").getFirst());
      acknowledged.set(last);
      begun.set(last);
    }
    thread = Thread.ofPlatform().daemon().name("writer").start(() -> write(database));
  }

  private void write(TestDatabase database) {
    try (TestSession session = database.connect()) {
      session.connection().setAutoCommit(false);
      while (running) {
        long n = begun.incrementAndGet();
        session.run(
            ("INSERT INTO numbered (n, word) VALUES (%d, repeat('x', %d));"
                    + "UPDATE account SET balance = balance + 1 WHERE id = %d;"
                    + "UPDATE account SET balance = balance - 1 WHERE id = %d")
                .formatted(n, n % 700, n % 20 + 1, (n * 7) % 20 + 1));
        session.connection().commit();
        acknowledged.set(n);
        if (n % 10 == 0) {
          session.run("INSERT INTO numbered (n) VALUES (-%d)".formatted(n));
          session.connection().rollback();
        }
      }
    } catch (SQLException e) {
      if (running) {
        failures.add(e);
      }
    }
  }

  /** The highest number whose commit was acknowledged; so were all below it. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /** The highest number that was sent at all. */
  public long begun() {
    return begun.get();
  }

  /** What kept it from writing, which nothing should. */
  public List<Exception> failures() {
    return failures;
  }

  @Override
  public void close() {
    running = false;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
