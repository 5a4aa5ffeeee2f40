package dev.howdah.server.control;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Howdah's own database: a pool, migrated, and held by a lock so that one server at a time works on
 * it.
 */
public final class ControlDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlDatabase.class);

  /** The newest migration in this directory; a test compares it with the files. */
  static final int SCHEMA_VERSION = 11;

  private static final String MIGRATIONS = "classpath:dev/howdah/server/control";
  private static final long LOCK = 0x486f77646168L;
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(20);

  /** Seconds. A host that is very busy must not look like a lock that was lost. */
  private static final int HELD_PATIENCE = 60;

  /** No statement of ours waits or idles this long; one that does must not hold up the rest. */
  private static final String PATIENT_SESSION =
      "set lock_timeout = '60s'; set idle_in_transaction_session_timeout = '60s'";

  private final String url;
  private final Map<String, String> properties;
  private final HikariDataSource pool;
  private volatile Connection lock;
  private final Jdbi jdbi;

  private ControlDatabase(
      String url, Map<String, String> properties, HikariDataSource pool, Connection lock) {
    this.url = url;
    this.properties = Map.copyOf(properties);
    this.pool = pool;
    this.lock = lock;
    this.jdbi = Jdbi.create(pool).installPlugin(new PostgresPlugin());
  }

  /**
   * Connects, takes the lock and migrates. Waits a moment for a server that is just going away.
   *
   * @throws IllegalStateException when another server works on the same database
   */
  public static ControlDatabase open(String url, Map<String, String> properties) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    properties.forEach(config::addDataSourceProperty);
    config.setPoolName("control");
    config.setMaximumPoolSize(12);
    config.setMinimumIdle(2);
    config.setConnectionInitSql(PATIENT_SESSION);
    config.setInitializationFailTimeout(Duration.ofSeconds(30).toMillis());
    HikariDataSource pool = new HikariDataSource(config);
    try {
      Connection lock = own(url, properties);
      takeLock(lock);
      migrate(pool, lock);
      return new ControlDatabase(url, properties, pool, lock);
    } catch (SQLException broken) {
      pool.close();
      throw new IllegalStateException(
          "The control database does not answer: " + broken.getMessage(), broken);
    } catch (RuntimeException refused) {
      pool.close();
      throw refused;
    }
  }

  /** Statements and transactions. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /** Whether this server still holds its lock, without which it must not go on. */
  public boolean held() {
    try {
      return lock.isValid(HELD_PATIENCE);
    } catch (SQLException gone) {
      return false;
    }
  }

  /**
   * Takes the lock again, in a new session, after its session was lost: PostgreSQL ends all of them
   * when one of its processes dies.
   *
   * @param patience how long to try; the old session may still be about to end
   * @return false when another server has it, or the database does not answer
   */
  public boolean retake(Duration patience) {
    close(lock);
    Instant giveUp = Instant.now().plus(patience);
    do {
      try {
        Connection fresh = own(url, properties);
        if (tryLock(fresh)) {
          lock = fresh;
          return true;
        }
        close(fresh);
      } catch (SQLException notYet) {
        log.debug("the lock cannot be taken again yet", notYet);
      }
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    } while (Instant.now().isBefore(giveUp));
    return false;
  }

  @Override
  public void close() {
    pool.close();
    close(lock);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException gone) {
      log.debug("the lock's connection was gone already", gone);
    }
  }

  /** A connection outside the pool: the lock lives as long as its session. */
  private static Connection own(String url, Map<String, String> properties) throws SQLException {
    var all = new java.util.Properties();
    all.putAll(properties);
    all.setProperty("tcpKeepAlive", "true");
    return java.sql.DriverManager.getConnection(url, all);
  }

  private static void takeLock(Connection connection) throws SQLException {
    Instant giveUp = Instant.now().plus(LOCK_PATIENCE);
    while (!tryLock(connection)) {
      if (Instant.now().isAfter(giveUp)) {
        throw new IllegalStateException(
            "Another Howdah server works on this control database. Stop it first"
                + " (`howdah down`), or give this one a --data directory of its own.");
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  private static boolean tryLock(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
      statement.setLong(1, LOCK);
      try (var result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }

  /** Flyway costs half a second to load, so it is asked only when there is something to do. */
  private static void migrate(HikariDataSource pool, Connection connection) throws SQLException {
    if (version(connection) == SCHEMA_VERSION) {
      return;
    }
    Flyway.configure().dataSource(pool).locations(MIGRATIONS).load().migrate();
  }

  private static int version(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var table = statement.executeQuery("select to_regclass('flyway_schema_history')")) {
      if (!table.next() || table.getString(1) == null) {
        return 0;
      }
    }
    try (var statement = connection.createStatement();
        var newest =
            statement.executeQuery(
                "select max(version::int) from flyway_schema_history where success")) {
      return newest.next() ? newest.getInt(1) : 0;
    }
  }
}
