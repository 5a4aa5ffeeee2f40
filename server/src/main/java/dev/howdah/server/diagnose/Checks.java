package dev.howdah.server.diagnose;

import java.util.List;

/** The checks of T16.2, with the thresholds of T16.3. */
final class Checks {
  static final String CONNECTION_COUNT = "Connection Count";
  static final String LOAD = "Load";

  private static final String OTHERS =
      " datname = current_database() AND backend_type = 'client backend'"
          + " AND pid <> pg_backend_pid() AND usename NOT IN ('postgres', 'howdah_monitor')";

  private static final String CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE" + OTHERS;

  private static String activity(String since, String longer, String what) {
    return "SELECT pid, date_trunc('second', now() - %1$s)::text AS duration, query"
            .formatted(since)
        + " FROM pg_stat_activity WHERE"
        + OTHERS
        + " AND now() - %s > interval '%s' %s ORDER BY %1$s".formatted(since, longer, what);
  }

  private static final String INDEXES =
      """
      WITH used AS (
        SELECT s.schemaname || '.' || s.relname || '::' || s.indexrelname AS index, s.idx_scan,
               CASE WHEN t.seq_scan + coalesce(t.idx_scan, 0) = 0 THEN 0
                    ELSE round(100.0 * s.idx_scan / (t.seq_scan + coalesce(t.idx_scan, 0)), 2)
               END AS index_scan_pct,
               t.n_tup_ins + t.n_tup_upd + t.n_tup_del AS writes,
               round(s.idx_scan::numeric
                     / nullif(t.n_tup_ins + t.n_tup_upd + t.n_tup_del, 0), 2) AS scans_per_write,
               pg_relation_size(s.indexrelid) AS index_bytes,
               pg_relation_size(s.relid) AS table_bytes
          FROM pg_stat_user_indexes s
          JOIN pg_stat_user_tables t USING (relid)
          JOIN pg_index i ON i.indexrelid = s.indexrelid
         WHERE NOT i.indisunique
      )
      SELECT reason, index, index_scan_pct, scans_per_write,
             pg_size_pretty(index_bytes) AS index_size, pg_size_pretty(table_bytes) AS table_size
        FROM (
          SELECT *, CASE
              WHEN idx_scan = 0 THEN 'Never Used Indexes'
              WHEN scans_per_write <= 1 AND index_scan_pct < 10 AND writes > 100
                THEN 'Low Scans, High Writes'
              WHEN index_scan_pct < 5 AND index_bytes > 100 * 1024 * 1024
                THEN 'Seldom Used Large Indexes'
            END AS reason
            FROM used
           WHERE index_bytes > 64 * 1024 * 1024 AND table_bytes > 64 * 1024 * 1024
        ) AS reasons
       WHERE reason IS NOT NULL
       ORDER BY reason, index_bytes DESC
      """;

  /** Pages that a table or B-tree has against those that its rows would need. */
  private static final String BLOAT =
      """
      WITH width AS (
        SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) AS bytes
          FROM pg_stats GROUP BY schemaname, tablename
      ), need AS (
        SELECT 'table' AS type, n.nspname || '.' || c.relname AS object, c.relpages AS pages,
               ceil(c.reltuples * (28 + 8 * ceil(w.bytes / 8)) / 8168) AS needed
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN width w ON w.schemaname = n.nspname AND w.tablename = c.relname
         WHERE c.relkind = 'r' AND c.reltuples >= 0
        UNION ALL
        SELECT 'index', n.nspname || '.' || t.relname || '::' || c.relname, c.relpages,
               ceil(c.reltuples * (12 + 8 * ceil(k.bytes / 8)) / (8168 * 0.9)) + 1
          FROM pg_index i
          JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_class t ON t.oid = i.indrelid
          JOIN pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
          CROSS JOIN LATERAL (
            SELECT sum((1 - s.null_frac) * s.avg_width) AS bytes
              FROM pg_attribute b
              JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = t.relname
                             AND s.attname = b.attname
             WHERE b.attrelid = t.oid AND b.attnum = ANY (i.indkey)) AS k
         WHERE c.reltuples >= 0 AND k.bytes IS NOT NULL
      )
      SELECT type, object, round((pages / greatest(needed, 1))::numeric, 1) AS bloat,
             pg_size_pretty(((pages - needed) * 8192)::bigint) AS waste
        FROM need
       WHERE pages / greatest(needed, 1) > 10 AND (pages - needed) * 8192 > 64 * 1024 * 1024
         AND object NOT LIKE 'pg\\_%' AND object NOT LIKE 'information\\_schema.%'
       ORDER BY pages - needed DESC
      """;

  private static final String HIT_RATE =
      """
      SELECT name, round(ratio, 5) AS ratio FROM (
        SELECT 'overall index hit rate' AS name,
               sum(idx_blks_hit) / nullif(sum(idx_blks_hit + idx_blks_read), 0) AS ratio
          FROM pg_statio_user_indexes
        UNION ALL
        SELECT 'overall cache hit rate',
               sum(heap_blks_hit) / nullif(sum(heap_blks_hit + heap_blks_read), 0)
          FROM pg_statio_user_tables
        UNION ALL
        SELECT schemaname || '.' || tables.relname,
               idx_scan::numeric / nullif(seq_scan + idx_scan, 0)
          FROM pg_stat_user_tables tables
          JOIN pg_class ON pg_class.oid = relid
         -- Pages as last counted: asking for the size would wait for whoever has the table locked.
         WHERE relpages > 8 * 1024 AND idx_scan IS NOT NULL
      ) AS rates
      WHERE ratio < 0.99
      """;

  private static final String BLOCKING =
      """
      SELECT blocked.pid AS blocked_pid, blocker.query AS blocking_statement,
             date_trunc('second', now() - blocker.query_start)::text AS blocking_duration,
             blocker.pid AS blocking_pid, blocked.query AS blocked_statement,
             date_trunc('second', now() - blocked.query_start)::text AS blocked_duration
        FROM pg_stat_activity blocked
        CROSS JOIN LATERAL unnest(pg_blocking_pids(blocked.pid)) AS by (pid)
        JOIN pg_stat_activity blocker ON blocker.pid = by.pid
       WHERE blocked.wait_event_type = 'Lock' AND blocked.datname = current_database()
      """;

  /** Of its own range, and of the column that it fills. */
  private static final String SEQUENCES =
      """
      SELECT s.schemaname || '.' || s.sequencename AS sequence, s.last_value, m.most AS max_value,
             round(100.0 * s.last_value / m.most, 1) AS used_pct
        FROM pg_sequences s
        JOIN pg_class c ON c.relname = s.sequencename AND c.relkind = 'S'
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
                             AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
                             AND d.deptype IN ('a', 'i')
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        CROSS JOIN LATERAL (
          SELECT least(s.max_value, CASE a.atttypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647
                                    ELSE s.max_value END) AS most) AS m
       WHERE s.last_value IS NOT NULL AND NOT s.cycle AND s.increment_by > 0
         AND s.last_value > 0.75 * m.most
       ORDER BY 4 DESC
      """;

  private static final String UNLOGGED =
      """
      SELECT n.nspname || '.' || c.relname AS name, pg_size_pretty(pg_relation_size(c.oid)) AS size
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND c.relpersistence = 'u' ORDER BY 1
      """;

  private static final String TABLE_WRAPAROUND =
      """
      SELECT n.nspname || '.' || c.relname AS name, age(c.relfrozenxid) AS age,
             round(100.0 * age(c.relfrozenxid) / 2147483648, 1) AS used_pct
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm', 't') AND c.relfrozenxid <> '0'
         AND age(c.relfrozenxid) > 2147483648 * 0.5
       ORDER BY 2 DESC LIMIT 20
      """;

  private static final String DATABASE_WRAPAROUND =
      """
      SELECT datname AS name, age(datfrozenxid) AS age,
             round(100.0 * age(datfrozenxid) / 2147483648, 1) AS used_pct
        FROM pg_database
       WHERE datname = current_database() AND age(datfrozenxid) > 2147483648 * 0.5
      """;

  private static final String SCHEMAS =
      """
      SELECT count(*) FROM pg_namespace
       WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', '_heroku')
      """;

  private Checks() {}

  /** All that are asked with SQL, for a plan of so many connections. */
  static List<Check> all(int connections) {
    return List.of(
        new Check(CONNECTION_COUNT, CONNECTIONS, Check.share("count", connections, 0.75, 0.9)),
        new Check(
            "Long Queries",
            activity("query_start", "1 minute", "AND state = 'active'"),
            Check.any(Check.Status.RED)),
        new Check(
            "Long Transactions", activity("xact_start", "1 hour", ""), Check.any(Check.Status.RED)),
        new Check(
            "Idle in Transaction",
            activity("state_change", "1 minute", "AND state LIKE 'idle in transaction%'"),
            Check.any(Check.Status.RED)),
        new Check("Indexes", INDEXES, Check.any(Check.Status.YELLOW)),
        new Check("Bloat", BLOAT, Check.any(Check.Status.RED)),
        new Check("Hit Rate", HIT_RATE, Check.any(Check.Status.RED)),
        new Check("Blocking Queries", BLOCKING, Check.any(Check.Status.RED)),
        new Check("Sequences", SEQUENCES, Check.above("used_pct", 75, 90)),
        new Check("Unlogged Tables", UNLOGGED, Check.any(Check.Status.YELLOW)),
        new Check(
            "Table Transaction ID Wraparound", TABLE_WRAPAROUND, Check.above("used_pct", 50, 75)),
        new Check(
            "Database Transaction ID Wraparound",
            DATABASE_WRAPAROUND,
            Check.above("used_pct", 50, 75)),
        new Check("Schema Count", SCHEMAS, Check.above("count", 19, 50)));
  }
}
