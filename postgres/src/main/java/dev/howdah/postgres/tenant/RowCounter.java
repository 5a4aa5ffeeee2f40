package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;

/**
 * Counts the rows of a tenant. PostgreSQL's running estimate costs nothing and may be wrong by the
 * rows of the last minute; counting costs time, and is worth it only where the answer matters.
 */
final class RowCounter {

  /** From this share of the limit on, the estimate is not good enough. */
  private static final double NEAR = 0.6;

  /** Beyond this multiple of the limit, no count would change the answer. */
  private static final long FAR_ABOVE = 3;

  /**
   * Rows by table. After a crash the running estimate begins at zero again; then the planner's
   * number, which is as old as the last vacuum, is the better one. Tables of extensions are not the
   * tenant's rows.
   */
  private static final String ESTIMATE =
      """
      SELECT coalesce(sum(CASE
          WHEN s.n_live_tup = 0 AND s.n_dead_tup = 0 AND s.n_tup_ins + s.n_tup_del = 0
          THEN greatest(c.reltuples, 0) ELSE s.n_live_tup END), 0)::bigint
      FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
      WHERE NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      """;

  private static final String MATERIALIZED =
      """
      SELECT coalesce(sum(greatest(c.reltuples, s.n_live_tup, 0)), 0)::bigint
      FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE c.relkind = 'm'
      """;

  private static final String IS_TABLE =
      """
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND c.relkind = 'r'
      """;

  private static final String TABLES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', '_heroku')
        AND NOT EXISTS (SELECT FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      """;

  private record Table(Identifier schema, Identifier name) {}

  private RowCounter() {}

  static long estimate(Session session) throws SQLException {
    return session.number(ESTIMATE);
  }

  static RowCount count(Session session, long limit) throws SQLException {
    long estimate = estimate(session);
    if (estimate < limit * NEAR || estimate > limit * FAR_ABOVE) {
      return new RowCount(estimate, false);
    }
    try {
      return new RowCount(exact(session), true);
    } catch (SQLException lockedOrTooSlow) {
      return new RowCount(estimate, false);
    }
  }

  /** Of a materialized view the estimate is taken: it cannot be locked against an exchange. */
  private static long exact(Session session) throws SQLException {
    List<Table> tables =
        session.rows(
            TABLES,
            row -> new Table(new Identifier(row.getString(1)), new Identifier(row.getString(2))));
    session.begin();
    // Should a table be exchanged for a view all the same, then its functions change nothing.
    session.execute("SET TRANSACTION READ ONLY");
    // The monitoring role is past all policies; should it not be, then an error and no lower
    // number.
    session.execute("SET LOCAL row_security = off");
    long rows = session.number(MATERIALIZED);
    for (Table table : tables) {
      session.execute("LOCK TABLE ONLY %s.%s IN ACCESS SHARE MODE", table.schema(), table.name());
      if (!session.exists(IS_TABLE, table.schema().name(), table.name().name())) {
        throw new SQLException("a table was exchanged while it was counted");
      }
      rows +=
          session.number("SELECT count(*) FROM ONLY %s.%s".formatted(table.schema(), table.name()));
    }
    session.commit();
    return rows;
  }
}
