package dev.howdah.postgres.drill;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.dump.ConnectionParameters;
import dev.howdah.postgres.dump.Side;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.TenantDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/**
 * Clusters that a backup is restored into to see whether it can be. What a dump runs there, it runs
 * under an operating system user that owns nothing else, in a cluster that is deleted afterwards.
 */
public final class Scratch {
  /** The database of a scratch cluster, and the role of its owner. */
  public static final String DATABASE = "drill";

  private static final String USER = "drill_login";
  private static final int CONNECTIONS = 20;

  /** What checking a large database may take. */
  private static final Duration PATIENCE = Duration.ofHours(12);

  private static final String HAS_HEAP_CHECK =
      "SELECT FROM pg_proc WHERE proname = 'verify_heapam'";

  private static final String INDEXES =
      """
      SELECT count(bt_index_check(c.oid, true)::text)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
      WHERE a.amname = 'btree' AND i.indisready AND i.indisvalid AND c.relpersistence = 'p'
      """;

  private static final String HEAPS =
      """
      SELECT count(*) FROM pg_class c CROSS JOIN LATERAL verify_heapam(c.oid) AS damage
      WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence = 'p'
      """;

  private static final String TABLES =
      """
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%'
        AND n.nspname NOT IN ('information_schema', '_heroku')
      """;

  private static final String ROWS =
      """
      SELECT coalesce(sum((xpath('/row/n/text()', query_to_xml(
        format('select count(*) as n from %I.%I', n.nspname, c.relname),
        false, true, '')))[1]::text::bigint), 0)::bigint
      """;

  private final Clusters clusters;
  private final Function<UUID, ControlConnections> connections;

  /** Scratch clusters among the others of a host. */
  public Scratch(Clusters clusters) {
    this.clusters = clusters;
    this.connections = clusters::connections;
  }

  /**
   * What a restored backup contains.
   *
   * @param tables tables, each partition for itself
   * @param rows rows in all of them
   */
  public record Inventory(long tables, long rows) {}

  /** Makes a cluster anew, empty, and says how it is filled. */
  public Side make(ClusterSpec spec, String password) {
    clusters.destroy(spec.id());
    clusters.create(spec);
    clusters.start(spec.id());
    new TenantDatabase(() -> connections.apply(spec.id()), DATABASE)
        .provision(Login.of(USER, password), CONNECTIONS);
    return new Side(
        new ConnectionParameters(
            "127.0.0.1",
            Optional.empty(),
            spec.port(),
            DATABASE,
            USER,
            password,
            "require",
            Optional.of(DATABASE)),
        spec.port(),
        OptionalInt.of(spec.major()));
  }

  /**
   * Looks at every page of every table and at every index, and counts.
   *
   * @throws PostgresException that says what is damaged
   */
  public Inventory check(UUID id) {
    try (Session session = new Session(connections.apply(id).superuser(DATABASE, PATIENCE))) {
      session.execute("CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA pg_catalog");
      session.number(INDEXES);
      long damaged = session.exists(HAS_HEAP_CHECK) ? session.number(HEAPS) : 0;
      if (damaged > 0) {
        throw new PostgresException(damaged + " damaged places in its tables");
      }
      return new Inventory(
          session.number("SELECT count(*) " + TABLES), session.number(ROWS + TABLES));
    } catch (SQLException e) {
      throw new PostgresException("checking it failed: " + e.getMessage(), e);
    }
  }

  /** Deletes a cluster, if there is one. Idempotent. */
  public void destroy(UUID id) {
    clusters.destroy(id);
  }
}
