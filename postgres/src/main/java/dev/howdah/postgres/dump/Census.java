package dev.howdah.postgres.dump;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts the rows of every table that a dump holds data of: all but those of extensions, and each
 * partition for itself.
 */
public final class Census {
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', '_heroku')
        AND NOT EXISTS (SELECT FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 1, 2
      """;

  private static final String IS_TABLE =
      """
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND c.relkind = 'r'
      """;

  private record Table(Identifier schema, Identifier name) {}

  private Census() {}

  /** Rows by table, in the session's transaction; all tables are locked first, as pg_dump does. */
  public static SortedMap<String, Long> take(Session session) throws SQLException {
    List<Table> tables =
        session.rows(
            TABLES,
            row -> new Table(new Identifier(row.getString(1)), new Identifier(row.getString(2))));
    for (Table table : tables) {
      session.execute("LOCK TABLE ONLY %s.%s IN ACCESS SHARE MODE", table.schema(), table.name());
      if (!session.exists(IS_TABLE, table.schema().name(), table.name().name())) {
        throw new SQLException("a table was exchanged meanwhile");
      }
    }
    var rows = new TreeMap<String, Long>();
    for (Table table : tables) {
      rows.put(
          table.schema().name() + "." + table.name().name(),
          session.number(
              "SELECT count(*) FROM ONLY %s.%s".formatted(table.schema(), table.name())));
    }
    return rows;
  }

  /** The first table that has other rows than it should, in words; empty when there is none. */
  public static java.util.Optional<String> difference(
      Map<String, Long> expected, Map<String, Long> found) {
    return expected.entrySet().stream()
        .filter(table -> !table.getValue().equals(found.get(table.getKey())))
        .findFirst()
        .map(table -> {
          Long rows = found.get(table.getKey());
          return rows == null
              ? "The table %s is not in it.".formatted(table.getKey())
              : "%s has %d rows in it, and had %d when it was dumped."
                  .formatted(table.getKey(), rows, table.getValue());
        });
  }
}
