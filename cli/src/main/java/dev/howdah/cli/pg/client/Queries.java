package dev.howdah.cli.pg.client;

/**
 * The SQL of {@link QueryCommands}. Names and order of the columns are a contract with scripts.
 * Everything must run for the ordinary owner of a database, on every supported major version.
 */
final class Queries {
  private Queries() {}

  /**
   * Pages that a table or B-tree would need for its rows at their average width, against those it
   * has. An estimate from the planner's statistics: only as fresh as the last ANALYZE.
   */
  static final String BLOAT =
      """
      WITH page AS (
        SELECT current_setting('block_size')::numeric AS size
      ), width AS (
        SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) AS bytes
          FROM pg_stats
         GROUP BY schemaname, tablename
      ), need AS (
        SELECT 'table' AS type, n.nspname AS schemaname, c.relname AS object_name,
               c.relpages::numeric AS pages,
               ceil(c.reltuples::numeric * (28 + 8 * ceil(w.bytes / 8)::numeric)
                    / (page.size - 24)) AS needed
          FROM page, pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN width w ON w.schemaname = n.nspname AND w.tablename = c.relname
         WHERE c.relkind IN ('r', 'm') AND c.reltuples >= 0
        UNION ALL
        SELECT 'index', n.nspname, t.relname || '::' || i.relname, i.relpages::numeric,
               1 + ceil(i.reltuples::numeric * (12 + 8 * ceil(k.bytes / 8)::numeric)
                        / ((page.size - 40) * 0.9))
          FROM page, pg_index x
          JOIN pg_class i ON i.oid = x.indexrelid
          JOIN pg_class t ON t.oid = x.indrelid
          JOIN pg_namespace n ON n.oid = t.relnamespace
          JOIN pg_am m ON m.oid = i.relam AND m.amname = 'btree'
         CROSS JOIN LATERAL (
           SELECT coalesce(sum((1 - s.null_frac) * s.avg_width), 8) AS bytes
             FROM pg_attribute a
             JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = t.relname
                            AND s.attname = a.attname
            WHERE a.attrelid = t.oid AND a.attnum = ANY (x.indkey)
         ) k
         WHERE i.reltuples >= 0
      )
      SELECT type, schemaname, object_name,
             round(pages / greatest(needed, 1), 1) AS bloat,
             pg_size_pretty(greatest(pages - needed, 0) * page.size) AS waste
        FROM need, page
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND pages > 0
       ORDER BY greatest(pages - needed, 0) DESC, pages / greatest(needed, 1) DESC
      """;

  static final String BLOCKING =
      """
      SELECT blocked.pid AS blocked_pid,
             blocker.query AS blocking_statement,
             age(now(), blocker.query_start) AS blocking_duration,
             blocker.pid AS blocking_pid,
             blocked.query AS blocked_statement,
             age(now(), blocked.query_start) AS blocked_duration
        FROM pg_stat_activity blocked
       CROSS JOIN LATERAL unnest(pg_blocking_pids(blocked.pid)) AS by(pid)
        JOIN pg_stat_activity blocker ON blocker.pid = by.pid
       ORDER BY blocked.query_start
      """;

  static final String CACHE_HIT =
      """
      SELECT 'index hit rate' AS name,
             sum(idx_blks_hit) / nullif(sum(idx_blks_hit + idx_blks_read), 0) AS ratio
        FROM pg_statio_user_indexes
      UNION ALL
      SELECT 'table hit rate',
             sum(heap_blks_hit) / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0)
        FROM pg_statio_user_tables
      """;

  static final String EXTENSIONS =
      """
      SELECT name, default_version, installed_version, comment
        FROM pg_available_extensions
       WHERE name = ANY (string_to_array(
               replace(coalesce(current_setting('extwlist.extensions', true), ''), ' ', ''), ','))
       ORDER BY name
      """;

  private static final String OWN =
      "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'";

  static final String INDEX_SIZE =
      """
      SELECT c.relname AS name, pg_size_pretty(pg_table_size(c.oid)) AS size
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE %s AND c.relkind = 'i'
       ORDER BY pg_table_size(c.oid) DESC
      """
          .formatted(OWN);

  static final String INDEX_USAGE =
      """
      SELECT relname,
             CASE WHEN coalesce(idx_scan, 0) + seq_scan = 0 OR idx_scan IS NULL
                  THEN 'Insufficient data'
                  ELSE (100 * idx_scan / (seq_scan + idx_scan))::text
             END AS percent_of_times_index_used,
             n_live_tup AS rows_in_table
        FROM pg_stat_user_tables
       ORDER BY n_live_tup DESC
      """;

  static final String LOCKS =
      """
      SELECT a.pid, c.relname, l.transactionid, l.granted, %s AS query_snippet,
             age(now(), a.query_start) AS age
        FROM pg_stat_activity a
        JOIN pg_locks l ON l.pid = a.pid
        LEFT JOIN pg_class c ON c.oid = l.relation
       WHERE a.query <> '<insufficient privilege>'
         AND a.pid <> pg_backend_pid()
         AND l.mode = 'ExclusiveLock'
       ORDER BY a.query_start
      """;

  static final String LONG_RUNNING =
      """
      SELECT pid, age(now(), query_start) AS duration, query
        FROM pg_stat_activity
       WHERE query <> ''
         AND state <> 'idle'
         AND age(now(), query_start) > interval '5 minutes'
       ORDER BY age(now(), query_start) DESC
      """;

  static final String RECORDS_RANK =
      """
      SELECT relname AS name, n_live_tup AS estimated_count
        FROM pg_stat_user_tables
       ORDER BY n_live_tup DESC
      """;

  static final String SEQ_SCANS =
      """
      SELECT relname AS name, seq_scan AS count
        FROM pg_stat_user_tables
       ORDER BY seq_scan DESC
      """;

  /** Where the extension is; nothing when it is not installed. */
  static final String STATEMENTS_SCHEMA =
      """
      SELECT quote_ident(n.nspname)
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
       WHERE e.extname = 'pg_stat_statements'
      """;

  /**
   * The columns of pg_stat_statements were renamed in versions 13 and 17; read as JSON they can be
   * asked for by either name. Placeholders: the query, schema, {@code calls} or {@code total},
   * number of rows.
   */
  static final String STATEMENTS =
      """
      SELECT interval '1 millisecond' * s.total AS total_exec_time,
             to_char(100 * s.total / nullif(sum(s.total) OVER (), 0), 'FM90D0') || '%%'
               AS prop_exec_time,
             to_char(s.calls, 'FM999G999G999G990') AS ncalls,
             interval '1 millisecond' * s.io AS sync_io_time,
             %s AS query
        FROM (
          SELECT p.query, p.calls,
                 coalesce(j ->> 'total_exec_time', j ->> 'total_time')::float8 AS total,
                 coalesce(j ->> 'shared_blk_read_time', j ->> 'blk_read_time')::float8
                   + coalesce(j ->> 'shared_blk_write_time', j ->> 'blk_write_time')::float8 AS io
            FROM %s.pg_stat_statements p, to_jsonb(p) j
           WHERE p.userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
        ) s
       ORDER BY s.%s DESC
       LIMIT %d
      """;

  static final String TABLE_INDEXES_SIZE =
      """
      SELECT c.relname AS table, pg_size_pretty(pg_indexes_size(c.oid)) AS index_size
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE %s AND c.relkind IN ('r', 'm')
       ORDER BY pg_indexes_size(c.oid) DESC
      """
          .formatted(OWN);

  static final String TABLE_SIZE =
      """
      SELECT c.relname AS name, pg_size_pretty(pg_table_size(c.oid)) AS size
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE %s AND c.relkind IN ('r', 'm')
       ORDER BY pg_table_size(c.oid) DESC
      """
          .formatted(OWN);

  static final String TOTAL_INDEX_SIZE =
      """
      SELECT pg_size_pretty(coalesce(sum(pg_table_size(c.oid)), 0)::bigint) AS size
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE %s AND c.relkind = 'i'
      """
          .formatted(OWN);

  static final String TOTAL_TABLE_SIZE =
      """
      SELECT c.relname AS name, pg_size_pretty(pg_total_relation_size(c.oid)) AS size
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE %s AND c.relkind IN ('r', 'm')
       ORDER BY pg_total_relation_size(c.oid) DESC
      """
          .formatted(OWN);

  static final String UNUSED_INDEXES =
      """
      SELECT s.schemaname || '.' || s.relname AS table, s.indexrelname AS index,
             pg_size_pretty(pg_relation_size(s.indexrelid)) AS index_size,
             s.idx_scan AS index_scans
        FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
       WHERE NOT i.indisunique
         AND s.idx_scan < 50
         AND pg_relation_size(s.relid) > 5 * current_setting('block_size')::int
       ORDER BY pg_relation_size(s.indexrelid) / nullif(s.idx_scan, 0) DESC NULLS FIRST,
             pg_relation_size(s.indexrelid) DESC
      """;

  static final String USER_CONNECTIONS =
      """
      SELECT usename AS credential, count(*) AS connections
        FROM pg_stat_activity
       WHERE state IS NOT NULL AND datname = current_database()
       GROUP BY usename
       ORDER BY connections DESC
      """;

  static final String VACUUM_STATS =
      """
      WITH setting AS (
        SELECT s.schemaname, s.relname, s.last_vacuum, s.last_autovacuum, s.n_dead_tup,
               greatest(c.reltuples, 0) AS rows,
               coalesce(
                 (SELECT option_value::float8 FROM pg_options_to_table(c.reloptions)
                   WHERE option_name = 'autovacuum_vacuum_threshold'),
                 current_setting('autovacuum_vacuum_threshold')::float8) AS base,
               coalesce(
                 (SELECT option_value::float8 FROM pg_options_to_table(c.reloptions)
                   WHERE option_name = 'autovacuum_vacuum_scale_factor'),
                 current_setting('autovacuum_vacuum_scale_factor')::float8) AS factor
          FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
      )
      SELECT schemaname AS schema, relname AS table,
             to_char(last_vacuum, 'YYYY-MM-DD HH24:MI') AS last_vacuum,
             to_char(last_autovacuum, 'YYYY-MM-DD HH24:MI') AS last_autovacuum,
             to_char(rows, '9G999G999G999') AS rowcount,
             to_char(n_dead_tup, '9G999G999G999') AS dead_rowcount,
             to_char(base + factor * rows, '9G999G999G999') AS autovacuum_threshold,
             CASE WHEN base + factor * rows < n_dead_tup THEN 'yes' END AS expect_autovacuum
        FROM setting
       ORDER BY schemaname, relname
      """;

  /** Placeholder: the prefix of the names. */
  static final String FOREIGN_TABLES =
      """
      SELECT 'CREATE FOREIGN TABLE ' || quote_ident('%1$s_' || c.relname) || '('
               || string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod),
                             ', ' ORDER BY a.attnum)
               || ') SERVER %1$s_db OPTIONS (schema_name ' || quote_literal(n.nspname)
               || ', table_name ' || quote_literal(c.relname) || ');' AS statement
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'v', 'm', 'p')
         AND n.nspname NOT IN ('pg_catalog', 'information_schema', '_heroku')
         AND n.nspname !~ '^pg_(toast|temp)'
         AND pg_table_is_visible(c.oid)
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                          AND d.objid = c.oid AND d.deptype = 'e')
       GROUP BY c.relname, n.nspname
       ORDER BY c.relname
      """;

  static final String MANDELBROT =
      """
      WITH RECURSIVE z(ix, iy, cx, cy, x, y, i) AS (
        SELECT ix, iy, x::float, y::float, x::float, y::float, 0
          FROM (SELECT -2.2 + 0.031 * i, i FROM generate_series(0, 101) AS i) AS xs(x, ix),
               (SELECT -1.5 + 0.031 * i, i FROM generate_series(0, 101) AS i) AS ys(y, iy)
        UNION ALL
        SELECT ix, iy, cx, cy, x * x - y * y + cx, y * x * 2 + cy, i + 1
          FROM z WHERE x * x + y * y < 16 AND i < 100
      )
      SELECT string_agg(substring(' .,,,-----++++%%%%@@@@#### ', least(greatest(i, 1), 27), 1), ''
                        ORDER BY ix) AS picture
        FROM (SELECT ix, iy, max(i) AS i FROM z GROUP BY iy, ix) AS points
       GROUP BY iy
       ORDER BY iy
      """;
}
