package dev.howdah.acceptance.protection;

import dev.howdah.acceptance.TestApp.PostgresUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Statements over TLS with nothing but a URL, by a client that gives up when nobody answers. */
final class Sql {
  private Sql() {}

  /** Connects; fails after a while when the server is silent. */
  static Connection connect(String url) throws SQLException {
    PostgresUrl address = PostgresUrl.of(url);
    var properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password());
    properties.setProperty("sslmode", "require");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "30");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(address.host(), address.port(), address.database()),
        properties);
  }

  /** Runs statements on a connection of their own. */
  static void run(String url, String... statements) {
    try (var connection = connect(url);
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError(String.join("; ", statements) + ": " + e.getMessage(), e);
    }
  }

  /** The first column of the first row, read on a connection of its own. */
  static String ask(String url, String query) {
    try (var connection = connect(url)) {
      return ask(connection, query);
    } catch (SQLException e) {
      throw new AssertionError(query + ": " + e.getMessage(), e);
    }
  }

  /** The first column of the first row. */
  static String ask(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }
}
