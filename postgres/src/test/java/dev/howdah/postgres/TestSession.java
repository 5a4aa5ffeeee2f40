package dev.howdah.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A connection that tests type SQL into. */
public record TestSession(Connection connection) implements AutoCloseable {

  /** Runs statements; the last one's rows come back as text, columns separated by a bar. */
  public List<String> run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(sql);
      List<String> last = new ArrayList<>();
      while (true) {
        if (rows) {
          last = read(statement.getResultSet());
        } else if (statement.getUpdateCount() < 0) {
          return last;
        } else {
          last = new ArrayList<>();
        }
        rows = statement.getMoreResults();
      }
    }
  }

  private static List<String> read(ResultSet result) throws SQLException {
    List<String> lines = new ArrayList<>();
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      lines.add(
          IntStream.rangeClosed(1, columns)
              .mapToObj(column -> text(result, column))
              .collect(Collectors.joining("|")));
    }
    return lines;
  }

  private static String text(ResultSet result, int column) {
    try {
      String value = result.getString(column);
      return value == null ? "" : value;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
