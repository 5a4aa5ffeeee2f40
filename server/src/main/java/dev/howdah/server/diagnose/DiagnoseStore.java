package dev.howdah.server.diagnose;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.platform.Wire;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;

/** Every SQL statement about reports, and the sessions that they are made in. */
final class DiagnoseStore {
  private static final String TOO_MANY_CONNECTIONS = "53300";
  private static final int MOST_ROWS = 50;

  /** The database takes no more connections. */
  static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1;

    Full(Exception cause) {
      super(cause);
    }
  }

  /** A question could not be answered. */
  static final class Unanswered extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unanswered(Exception cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Asks a database. */
  @FunctionalInterface
  interface Asking {
    /** The rows of a query, by column. */
    List<Map<String, Object>> rows(String sql);
  }

  /**
   * Asks a database as its owner, so that what the owner has planted there gains nothing; nothing
   * is found by its name but what is PostgreSQL's own.
   */
  <T> T ask(DatabaseAccess.Reach reach, Function<Asking, T> work) {
    try (Connection connection = connect(reach)) {
      return work.apply(sql -> rows(connection, sql));
    } catch (SQLException refused) {
      if (TOO_MANY_CONNECTIONS.equals(refused.getSQLState())) {
        throw new Full(refused);
      }
      throw new Unanswered(refused);
    }
  }

  private static Connection connect(DatabaseAccess.Reach reach) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", reach.user());
    properties.setProperty("password", reach.password());
    properties.setProperty("sslmode", "require");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "30");
    properties.setProperty("ApplicationName", "howdah diagnose");
    properties.setProperty(
        "options",
        "-c search_path=pg_catalog -c statement_timeout=15s -c lock_timeout=2s"
            + " -c default_transaction_read_only=on");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(reach.host(), reach.port(), reach.name()),
        properties);
  }

  private static List<Map<String, Object>> rows(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.setMaxRows(MOST_ROWS);
      List<Map<String, Object>> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          Map<String, Object> row = new LinkedHashMap<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            Object value = result.getObject(i);
            row.put(
                result.getMetaData().getColumnLabel(i),
                value == null ? "" : value instanceof Number ? value : value.toString());
          }
          rows.add(row);
        }
      }
      return rows;
    } catch (SQLException failed) {
      throw new Unanswered(failed);
    }
  }

  void insert(Handle handle, Report report) {
    handle
        .createUpdate(
            """
            insert into diagnose_report (id, database_id, app, name, checks, created_at)
            values (:id, :database, :app, :name, cast(:checks as json), :now)
            """)
        .bind("id", report.id())
        .bind("database", report.databaseId())
        .bind("app", report.app())
        .bind("name", report.database())
        .bind("checks", new String(Wire.write(report.checks()), UTF_8))
        .bind("now", utc(report.createdAt()))
        .execute();
  }

  void deleteBefore(Handle handle, Instant oldest) {
    handle
        .createUpdate("delete from diagnose_report where created_at < :oldest")
        .bind("oldest", utc(oldest))
        .execute();
  }

  Optional<Report> find(Handle handle, UUID id, Instant oldest) {
    return handle
        .createQuery("select * from diagnose_report where id = :id and created_at >= :oldest")
        .bind("id", id)
        .bind("oldest", utc(oldest))
        .map((row, context) -> {
          List<Report.Finding> findings = new ArrayList<>();
          for (JsonNode check : Wire.read(row.getString("checks").getBytes(UTF_8))) {
            findings.add(
                new Report.Finding(
                    check.path("name").stringValue(),
                    check.path("status").stringValue(),
                    check.path("results")));
          }
          return new Report(
              uuid(row, "id"),
              uuid(row, "database_id"),
              row.getString("app"),
              row.getString("name"),
              instant(row, "created_at"),
              findings);
        })
        .findOne();
  }
}
