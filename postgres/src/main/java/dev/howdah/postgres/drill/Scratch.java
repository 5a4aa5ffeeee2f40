package dev.howdah.postgres.drill;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.dump.Census;
import dev.howdah.postgres.dump.ConnectionParameters;
import dev.howdah.postgres.dump.Side;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.TenantDatabase;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.SortedMap;
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
  private static final int PRIORITY = 10;

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
   * @param rows by table, each partition for itself
   */
  public record Inventory(SortedMap<String, Long> rows) {

    /** Rows in all tables. */
    public long total() {
      return rows.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** Makes a cluster anew, empty, and says how it is filled. */
  public Side make(ClusterSpec spec, String password) {
    clusters.destroy(spec.id());
    clusters.create(spec);
    clusters.start(spec.id());
    giveWay(spec.id());
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

  /** Whatever the server does from now on, everything else on the host goes first. */
  private void giveWay(UUID id) {
    if (clusters.state(id) instanceof ClusterState.Running running) {
      Command.of("renice", "-n", PRIORITY, "-p", running.pid()).run();
      Command.of("ionice", "-c", "3", "-p", running.pid()).run();
    }
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
      session.begin();
      Inventory inventory = new Inventory(Census.take(session));
      session.commit();
      return inventory;
    } catch (SQLException e) {
      throw new PostgresException("checking it failed: " + e.getMessage(), e);
    }
  }

  /**
   * Asks a query of the owner's with the owner's rights; answers why it is not true, or nothing
   * when it is.
   *
   * @param password of the owner's login from now on
   */
  public Optional<String> objection(UUID id, String query, String password) {
    try {
      long port;
      try (Session session = new Session(connections.apply(id).superuser(DATABASE))) {
        port = session.number("SELECT current_setting('port')::int");
      }
      new TenantDatabase(() -> connections.apply(id), DATABASE)
          .provision(Login.of(USER, password), CONNECTIONS);
      try (Session owner = owner(port, password)) {
        List<String> answer = owner.rows(query, row -> String.valueOf(row.getString(1)));
        return answer.equals(List.of("t"))
            ? Optional.empty()
            : Optional.of(
                "%s answered %s, and is to answer t.".formatted(query, String.join(", ", answer)));
      }
    } catch (SQLException e) {
      return Optional.of("%s cannot be asked: %s".formatted(query, e.getMessage()));
    }
  }

  private static Session owner(long port, String password) throws SQLException {
    var login = new Properties();
    login.put("user", USER);
    login.put("password", password);
    login.put("sslmode", "require");
    login.put("readOnly", "true");
    login.put("connectTimeout", "5");
    login.put("socketTimeout", String.valueOf(PATIENCE.toSeconds()));
    login.put("maxResultBuffer", "1M");
    return new Session(
        DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE, login));
  }

  /** Deletes a cluster, if there is one. Idempotent. */
  public void destroy(UUID id) {
    clusters.destroy(id);
  }
}
