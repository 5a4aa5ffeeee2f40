package dev.howdah.server.diagnose;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One question to a database, and what its answer means.
 *
 * @param sql gives the rows to show; runs as the owner of the database
 * @param grade how bad these rows are
 */
record Check(String name, String sql, Function<List<Map<String, Object>>, Status> grade) {

  /** How bad it is. */
  enum Status {
    GREEN,
    YELLOW,
    RED,
    SKIPPED;

    String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Green without rows, otherwise this. */
  static Function<List<Map<String, Object>>, Status> any(Status status) {
    return rows -> rows.isEmpty() ? Status.GREEN : status;
  }

  /** By the largest number in a column: red and yellow when it is above. */
  static Function<List<Map<String, Object>>, Status> above(
      String column, double yellow, double red) {
    return rows -> {
      double worst =
          rows.stream()
              .map(row -> row.get(column))
              .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : 0)
              .max()
              .orElse(0);
      return worst > red ? Status.RED : worst > yellow ? Status.YELLOW : Status.GREEN;
    };
  }

  /** By the share that the first number is of a limit: red and yellow from there on. */
  static Function<List<Map<String, Object>>, Status> share(
      String column, double limit, double yellow, double red) {
    return rows -> {
      double value =
          rows.stream()
              .map(row -> row.get(column))
              .mapToDouble(one -> one instanceof Number number ? number.doubleValue() : 0)
              .findFirst()
              .orElse(0);
      return value >= limit * red
          ? Status.RED
          : value >= limit * yellow ? Status.YELLOW : Status.GREEN;
    };
  }
}
