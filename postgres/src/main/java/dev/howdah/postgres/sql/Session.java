package dev.howdah.postgres.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection, spoken to in frozen statements: names are put in quoted, values as parameters,
 * and nothing else is ever put into SQL text.
 */
public final class Session implements AutoCloseable {

  private final Connection connection;

  /** Takes over a connection, in autocommit mode. */
  public Session(Connection connection) {
    this.connection = connection;
  }

  /** Begins a transaction; without {@link #commit} it is rolled back at the end. */
  public void begin() throws SQLException {
    connection.setAutoCommit(false);
  }

  /** Undoes the transaction, and returns to autocommit. */
  public void rollback() throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }

  /** Commits the transaction, and returns to autocommit. */
  public void commit() throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
  }

  /**
   * Runs a statement without parameters.
   *
   * @param sql the text, with {@code %s} for each name
   * @param names what replaces them, quoted
   */
  public void execute(String sql, Identifier... names) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(names.length == 0 ? sql : sql.formatted((Object[]) names));
    }
  }

  /**
   * Runs {@code CREATE} or {@code ALTER ROLE} with a verifier at its end: such statements take no
   * parameters, and a verifier is made of harmless characters by construction.
   */
  public void executeWithPassword(String sql, Identifier role, ScramVerifier verifier)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql.formatted(role) + " PASSWORD '" + verifier.value() + "'");
    }
  }

  /** Runs a statement that ends with a number, which SQL does not take as parameter there. */
  public void executeWithNumber(String sql, int number, Identifier... names) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql.formatted((Object[]) names) + " " + number);
    }
  }

  /** Whether a query has any row. */
  public boolean exists(String query, Object... parameters) throws SQLException {
    return !rows(query, row -> true, parameters).isEmpty();
  }

  /** The names that a query gives in its first column. */
  public List<Identifier> names(String query, Object... parameters) throws SQLException {
    return rows(query, row -> new Identifier(row.getString(1)), parameters);
  }

  /** The number that a query gives. */
  public long number(String query, Object... parameters) throws SQLException {
    return rows(query, row -> row.getLong(1), parameters).getFirst();
  }

  /** Every row of a query. */
  public <T> List<T> rows(String query, Row<T> mapper, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        List<T> rows = new ArrayList<>();
        while (result.next()) {
          rows.add(mapper.map(result));
        }
        return rows;
      }
    }
  }

  /** Ends the connection now, whatever another thread does with it. */
  public void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException gone) {
      // That is what was wanted.
    }
  }

  /** Ends the connection. */
  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** One name after another, for statements that take a list. */
  public static String list(List<Identifier> names) {
    return String.join(", ", names.stream().map(Identifier::quoted).toArray(String[]::new));
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  public interface Row<T> {

    /** Reads the current row. */
    T map(ResultSet row) throws SQLException;
  }
}
