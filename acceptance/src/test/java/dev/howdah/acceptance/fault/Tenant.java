package dev.howdah.acceptance.fault;

import dev.howdah.acceptance.RunningServer;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A client of a database that has nothing but its URL, and trusts nobody but Howdah's CA. */
final class Tenant {
  private Tenant() {}

  /** Connects with TLS, having checked the server's certificate. */
  static Connection connect(RunningServer server, String url) throws SQLException {
    URI uri = URI.create(url);
    String[] user = uri.getUserInfo().split(":", 2);
    var properties = new Properties();
    properties.setProperty("user", user[0]);
    properties.setProperty("password", user[1]);
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", server.data().resolve("secrets/ca.pem").toString());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), properties);
  }

  /** The first column of the first row. */
  static String ask(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : "";
    }
  }

  /** The same on a connection of its own. */
  static String ask(RunningServer server, String url, String query) {
    try (var connection = connect(server, url)) {
      return ask(connection, query);
    } catch (SQLException e) {
      throw new AssertionError(query + ": " + e.getMessage(), e);
    }
  }

  /** Runs a statement. */
  static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Runs statements on a connection of its own. */
  static void run(RunningServer server, String url, String... statements) {
    try (var connection = connect(server, url);
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError(String.join("; ", statements) + ": " + e.getMessage(), e);
    }
  }
}
