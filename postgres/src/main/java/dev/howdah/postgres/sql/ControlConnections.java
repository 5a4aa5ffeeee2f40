package dev.howdah.postgres.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Howdah's own connections to one server: over its Unix socket, with peer authentication, and with
 * every setting that a tenant could have planted ({@code ALTER DATABASE … SET}) overridden in the
 * startup packet, which wins over both database and role settings.
 */
public final class ControlConnections {

  /** The role that may everything; for provisioning only. */
  public static final String SUPERUSER = "postgres";

  /** The role that reads statistics and rows, and can change nothing. */
  public static final String MONITOR = "howdah_monitor";

  /**
   * What provisioning does is not for the tenant's log and statistics, which would keep the
   * verifiers of passwords. Only a superuser may ask for this.
   */
  private static final Map<String, String> SILENT =
      Map.of(
          "log_statement", "none",
          "log_min_duration_statement", "-1",
          "log_min_error_statement", "panic",
          "pg_stat_statements.track", "none",
          "auto_explain.log_min_duration", "-1");

  /** No answer to a question of ours comes near it; a server taken over may send without end. */
  private static final String LARGEST_ANSWER = "32M";

  private final Path socketDirectory;
  private final Path socket;
  private final int major;

  /** Connections to the server of a major version whose socket is in a directory. */
  public ControlConnections(Path socketDirectory, int port, int major) {
    this.socketDirectory = socketDirectory;
    this.major = major;
    socket = socketDirectory.resolve(".s.PGSQL." + port);
  }

  /** A new connection as superuser. The caller closes it. */
  public Connection superuser(String database) throws SQLException {
    return superuser(database, Duration.ofSeconds(60));
  }

  /** The same, for statements that may take longer. */
  public Connection superuser(String database, Duration patience) throws SQLException {
    return connect(database, SUPERUSER, patience);
  }

  /** A new connection as the monitoring role. The caller closes it. */
  public Connection monitor(String database) throws SQLException {
    return monitor(database, Duration.ofSeconds(10));
  }

  /** The same, for statements that may take longer. */
  public Connection monitor(String database, Duration patience) throws SQLException {
    return connect(database, MONITOR, patience);
  }

  /** The driver's properties for a role: how a pool opens the same kind of connection. */
  public Map<String, String> properties(String role) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("user", role);
    properties.put("socketFactory", UnixSocketFactory.class.getName());
    properties.put("socketFactoryArg", socket.toString());
    properties.put("sslmode", "disable");
    properties.put("gssEncMode", "disable");
    properties.put("ApplicationName", "howdah");
    properties.put("connectTimeout", "5");
    properties.put("loginTimeout", "10");
    return properties;
  }

  /** The driver's URL for a database. Its host name is for form's sake: the socket decides. */
  public static String url(String database) {
    // A name with a slash or question mark in it would change the URL's meaning.
    return "jdbc:postgresql://localhost/"
        + java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8);
  }

  private Connection connect(String database, String role, Duration timeout) throws SQLException {
    Properties all = new Properties();
    all.putAll(properties(role));
    // A server that is stopped with SIGSTOP, or a disk that hangs, must not hold us for ever.
    all.put("socketTimeout", String.valueOf(timeout.plusSeconds(10).toSeconds()));
    all.put("maxResultBuffer", LARGEST_ANSWER);
    Map<String, String> pinned = pinned(timeout);
    if (major >= 14) {
      pinned.put("idle_session_timeout", "0");
    }
    if (major >= 17) {
      pinned.put("transaction_timeout", "0");
    }
    if (role.equals(SUPERUSER)) {
      pinned.putAll(SILENT);
    }
    all.put("options", options(pinned));
    Connection connection = DriverManager.getConnection(url(database), all);
    try {
      verify(connection);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * The socket's directory is the server's user's: a link in it could lead us to another tenant's
   * server, or our own, where we are superuser too.
   */
  private void verify(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_catalog.current_setting('unix_socket_directories')")) {
      if (!row.next() || !socketDirectory.toString().equals(row.getString(1))) {
        throw new SQLException("the socket " + socket + " leads to another server", "08004");
      }
    }
  }

  private static Map<String, String> pinned(Duration timeout) {
    Map<String, String> pinned = new LinkedHashMap<>();
    pinned.put("search_path", "pg_catalog");
    pinned.put("role", "none");
    pinned.put("default_transaction_read_only", "off");
    // What we record as done must not be forgotten by a crash.
    pinned.put("synchronous_commit", "on");
    pinned.put("default_transaction_isolation", "read\\ committed");
    pinned.put("default_transaction_deferrable", "off");
    pinned.put("statement_timeout", String.valueOf(timeout.toMillis()));
    pinned.put("lock_timeout", "10000");
    pinned.put("idle_in_transaction_session_timeout", "0");
    // Without it a backslash in a quoted name or text would mean something else.
    pinned.put("standard_conforming_strings", "on");
    pinned.put("transform_null_equals", "off");
    pinned.put("local_preload_libraries", "");
    pinned.put("default_tablespace", "");
    pinned.put("temp_tablespaces", "");
    pinned.put("jit", "off");
    return pinned;
  }

  private static String options(Map<String, String> pinned) {
    return pinned.entrySet().stream()
        .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
        .collect(Collectors.joining(" "));
  }
}
