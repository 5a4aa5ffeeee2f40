package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets a running server read its files, and asks it what it could not put into force. What it has
 * more of than they say, because the leader that it followed had, it may keep until it starts anew:
 * nobody is interrupted so that it gives something back.
 */
final class Reload {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Reload() {}

  /**
   * Does so.
   *
   * @param settings the content of the file of its settings
   */
  static Configured of(Postmaster postmaster, ControlConnections connections, String settings) {
    try {
      Instant before = Loaded.ask(connections).at();
      postmaster.reload();
      Instant end = Instant.now().plus(PATIENCE);
      while (true) {
        // A new session knows what the server knew when it began.
        Loaded loaded = Loaded.ask(connections);
        if (loaded.at().isAfter(before) || Instant.now().isAfter(end)) {
          return StartOptions.needsRestart(loaded.waiting(), settings)
              ? Configured.RESTART_REQUIRED
              : Configured.IN_FORCE;
        }
        Thread.sleep(5);
      }
    } catch (SQLException e) {
      throw new PostgresException(
          "the server could not be asked about its settings: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while a server read its settings", e);
    }
  }

  /** When the server last read its files, and what of settings that wait for a restart it has. */
  private record Loaded(Instant at, Map<String, String> waiting) {

    static Loaded ask(ControlConnections connections) throws SQLException {
      try (Connection connection = connections.monitor("postgres");
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  """
                  SELECT extract(epoch FROM pg_conf_load_time()) * 1000000, name, setting
                  FROM (SELECT) one LEFT JOIN pg_settings ON pending_restart
                  """)) {
        long micros = 0;
        Map<String, String> waiting = new HashMap<>();
        while (row.next()) {
          micros = row.getBigDecimal(1).longValue();
          if (row.getString(2) != null) {
            waiting.put(row.getString(2), row.getString(3));
          }
        }
        return new Loaded(Instant.EPOCH.plusNanos(micros * 1000), waiting);
      }
    }
  }
}
