package dev.howdah.postgres.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Howdah's own connections to one server: over its Unix socket, with peer authentication, and with
 * every setting that a tenant could have planted ({@code ALTER DATABASE … SET}) overridden in the
 * startup packet.
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class ControlConnections {

  /** The role that may everything; for provisioning only. */
  public static final String SUPERUSER = "postgres";

  /** The role that reads statistics and rows, and can change nothing. */
  public static final String MONITOR = "howdah_monitor";

  /** Connections to the server whose socket is in a directory. */
  public ControlConnections(Path socketDirectory, int port) {
    throw new UnsupportedOperationException();
  }

  /** A new connection as superuser. The caller closes it. */
  public Connection superuser(String database) throws SQLException {
    throw new UnsupportedOperationException();
  }

  /** A new connection as the monitoring role. The caller closes it. */
  public Connection monitor(String database) throws SQLException {
    throw new UnsupportedOperationException();
  }
}
