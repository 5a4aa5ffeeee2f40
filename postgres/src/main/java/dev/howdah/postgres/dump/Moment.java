package dev.howdah.postgres.dump;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/**
 * A moment of a database, held while it is open: what pg_dump dumps of it and what is counted
 * beside it are the same. Nothing of the tenant's runs in it.
 */
public final class Moment implements AutoCloseable {
  /** What counting a large table may take. */
  private static final Duration PATIENCE = Duration.ofHours(6);

  private final Session session;
  private final String snapshot;

  private Moment(Session session, String snapshot) {
    this.session = session;
    this.snapshot = snapshot;
  }

  /**
   * Holds the present moment.
   *
   * @throws PostgresException when the server does not answer
   */
  public static Moment hold(ControlConnections connections, String database) {
    try {
      var session = new Session(connections.monitor(database, PATIENCE));
      try {
        session.begin();
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        // The monitoring role is past all policies; should it not be, then an error and no lower
        // number.
        session.execute("SET LOCAL row_security = off");
        // Who waits for a table that pg_dump holds goes first: then nothing is counted.
        session.execute("SET LOCAL lock_timeout = '1s'");
        String snapshot =
            session.rows("SELECT pg_export_snapshot()", row -> row.getString(1)).getFirst();
        return new Moment(session, snapshot);
      } catch (SQLException failed) {
        session.close();
        throw failed;
      }
    } catch (SQLException e) {
      throw new PostgresException("its present state cannot be held: " + e.getMessage(), e);
    }
  }

  /** What pg_dump is told. */
  String snapshot() {
    return snapshot;
  }

  /** Rows by table; to be asked when pg_dump has locked its tables, and once. */
  Map<String, Long> count() throws SQLException {
    return Census.take(session);
  }

  /** Lets go of it; who counts meanwhile is told so. */
  @Override
  public void close() {
    session.abort();
  }
}
