package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;

/** Reads {@link DatabaseStatistics} in two round trips. */
final class StatisticsQuery {

  private static final String NUMBERS =
      """
      SELECT current_setting('server_version') AS version,
        pg_database_size(current_database()) AS bytes,
        (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
            AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', '_heroku')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
              AND d.objid = c.oid AND d.deptype = 'e')) AS tables,
        (SELECT count(*) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
          AND nspname NOT IN ('information_schema', '_heroku')) AS schemas,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
          AND backend_type = 'client backend'
          AND usename NOT IN ('postgres', 'howdah_monitor')) AS connections,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
          AND backend_type = 'client backend' AND wait_event_type = 'Lock'
          AND usename NOT IN ('postgres', 'howdah_monitor')) AS waiting,
        txid_snapshot_xmax(txid_current_snapshot()) AS current_transaction,
        (SELECT coalesce(sum(idx_blks_hit) / nullif(sum(idx_blks_hit + idx_blks_read), 0), 1)
          FROM pg_statio_user_indexes) AS index_hits,
        (SELECT coalesce(sum(heap_blks_hit) / nullif(sum(heap_blks_hit + heap_blks_read), 0), 1)
          FROM pg_statio_user_tables) AS table_hits,
        (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()) AS wal_bytes
      """;

  private static final String EXTENSIONS =
      """
      SELECT e.extname, e.extversion, coalesce(a.default_version, e.extversion)
      FROM pg_extension e LEFT JOIN pg_available_extensions a ON a.name = e.extname
      ORDER BY 1
      """;

  private StatisticsQuery() {}

  static DatabaseStatistics run(Session session) throws SQLException {
    long rows = RowCounter.estimate(session);
    List<DatabaseStatistics.InstalledExtension> extensions =
        session.rows(
            EXTENSIONS,
            row ->
                new DatabaseStatistics.InstalledExtension(
                    row.getString(1), row.getString(2), row.getString(3)));
    return session
        .rows(
            NUMBERS,
            row ->
                new DatabaseStatistics(
                    // Distributions add their own words in parentheses.
                    row.getString("version").replaceFirst(" .*", ""),
                    row.getLong("bytes"),
                    row.getInt("tables"),
                    rows,
                    row.getInt("schemas"),
                    row.getInt("connections"),
                    row.getInt("waiting"),
                    row.getLong("current_transaction"),
                    row.getDouble("index_hits"),
                    row.getDouble("table_hits"),
                    row.getLong("wal_bytes"),
                    extensions))
        .getFirst();
  }
}
