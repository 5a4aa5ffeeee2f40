package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;

/** Lets a running server read its files, and asks it what it could not put into force. */
final class Reload {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Reload() {}

  static Configured of(Postmaster postmaster, ControlConnections connections) {
    try {
      Instant before = Loaded.ask(connections).at();
      postmaster.reload();
      Instant end = Instant.now().plus(PATIENCE);
      while (true) {
        // A new session knows what the server knew when it began.
        Loaded loaded = Loaded.ask(connections);
        if (loaded.at().isAfter(before) || Instant.now().isAfter(end)) {
          return loaded.waiting() ? Configured.RESTART_REQUIRED : Configured.IN_FORCE;
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

  /** When the server last read its files, and whether a setting waits for a restart. */
  private record Loaded(Instant at, boolean waiting) {

    static Loaded ask(ControlConnections connections) throws SQLException {
      try (Connection connection = connections.monitor("postgres");
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  """
                  SELECT extract(epoch FROM pg_conf_load_time()) * 1000000,
                    EXISTS (SELECT FROM pg_settings WHERE pending_restart)
                  """)) {
        row.next();
        long micros = row.getBigDecimal(1).longValue();
        return new Loaded(Instant.EPOCH.plusNanos(micros * 1000), row.getBoolean(2));
      }
    }
  }
}
