package dev.howdah.server.database;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Configured;
import dev.howdah.postgres.cluster.UserSettings;
import dev.howdah.postgres.drill.Scratch;
import dev.howdah.postgres.dump.Moment;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.replication.Streaming;
import dev.howdah.postgres.replication.Upstream;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.tenant.Replacement;
import dev.howdah.postgres.tenant.TenantDatabase;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.secret.Tokens;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Translates databases and plans into what the PostgreSQL module understands. */
public final class Clustering {
  private final PostgresHost host;
  private final Endpoints endpoints;
  private final long hostMemory;
  private final Jdbi jdbi;
  private final DatabaseStore store;
  private final Protection protection;

  Clustering(
      PostgresHost host,
      Endpoints endpoints,
      long hostMemory,
      Jdbi jdbi,
      DatabaseStore store,
      Protection protection) {
    this.host = host;
    this.endpoints = endpoints;
    this.hostMemory = hostMemory;
    this.jdbi = jdbi;
    this.store = store;
    this.protection = protection;
  }

  /**
   * What the cluster of a database should be now, in the role it has, under a plan that need not be
   * its own yet.
   */
  public ClusterSpec spec(Database database, DatabasePlan plan) {
    return base(database, plan)
        .withArchiving(archiving(database, plan))
        .withReplication(role(database));
  }

  /** A follower has a lineage too: it archives to it from the moment that it writes. */
  private Optional<Archiving> archiving(Database database, DatabasePlan plan) {
    return plan.isProtected()
        ? jdbi.withHandle(handle -> protection.current(handle, database.id()))
        : Optional.empty();
  }

  /**
   * What follows a database to take its place: beside it, at first of the same version. It archives
   * nothing while it follows.
   */
  public ClusterSpec successor(Database database, DatabasePlan plan, Database.Following following) {
    return base(database, plan).withReplication(following(database, following));
  }

  private Replication role(Database database) {
    return database
        .following()
        .map(following -> {
          Database leader =
              jdbi.withHandle(handle -> store.find(handle, following.leaderId())).orElseThrow();
          return following(leader, following);
        })
        .orElseGet(() ->
            new Replication.Leader(
                jdbi.withHandle(handle -> store.followerRoles(handle, database.id()))));
  }

  private Replication following(Database leader, Database.Following following) {
    return new Replication.Follower(
        new Upstream(
            leader.host(),
            endpoints.dialAddress(),
            leader.port(),
            following.role(),
            following.password(),
            following.role()));
  }

  private ClusterSpec base(Database database, DatabasePlan plan) {
    return new ClusterSpec(
        database.id(),
        database.major(),
        database.port(),
        database.name(),
        endpoints.listenAddresses(),
        java.util.List.of(database.host()),
        plan.walSegmentSize(),
        plan.connections(),
        plan.extensions(),
        plan.settings(hostMemory),
        settings(database),
        Optional.empty());
  }

  /**
   * A cluster to try a backup in, which offers what a plan offers and is reached from this host
   * alone.
   */
  public ClusterSpec scratch(java.util.UUID id, int major, int port, DatabasePlan plan) {
    return new ClusterSpec(
        id,
        major,
        port,
        Scratch.DATABASE,
        java.util.List.of("127.0.0.1"),
        java.util.List.of("localhost"),
        plan.walSegmentSize(),
        plan.connections(),
        plan.extensions(),
        Map.of(),
        UserSettings.defaults(),
        Optional.empty());
  }

  /** The newest PostgreSQL of this host. */
  public int newestMajor() {
    return host.installations().newest().orElseThrow().major();
  }

  /** A port that no database has. */
  public int freePort(Tokens tokens) {
    return jdbi.inTransaction(handle -> {
      store.lockPorts(handle);
      return endpoints.allocate(store.ports(handle), tokens);
    });
  }

  /** Makes the cluster and starts its server. */
  void create(Database database, DatabasePlan plan) {
    host.clusters().create(spec(database, plan));
    host.clusters().start(database.id());
  }

  /**
   * Brings a cluster in line with a plan, restarting its server when it has to. Afterwards the
   * server runs, also when settings that this replaces had kept it from that.
   */
  public void configure(Database database, DatabasePlan plan) {
    configure(spec(database, plan));
  }

  /** The same with a specification that is not what the records say yet. */
  public void configure(ClusterSpec spec) {
    if (host.clusters().configure(spec) == Configured.RESTART_REQUIRED) {
      host.clusters().restart(spec.id());
    } else {
      host.clusters().start(spec.id());
    }
    // Also when an earlier try left the server down: what is configured must be seen to run.
    host.clusters().start(spec.id());
  }

  /** Stops a database's server and starts it again. */
  public void restart(Database database) {
    host.clusters().restart(database.id());
  }

  /** The SQL side of a database whose server is made to run first. */
  public TenantDatabase started(Database database) {
    host.clusters().start(database.id());
    return tenant(database);
  }

  /**
   * Stops a database's server and deletes its files, with what is staged or kept of it; and then
   * every history it wrote.
   */
  public void destroy(Database database) {
    host.clusters().destroy(database.id());
    protection.destroyAll(database.id());
  }

  /** Whether the cluster is told to archive, whatever the control database says. */
  boolean archives(Database database) {
    return host.clusters().archives(database.id());
  }

  /** Tells a follower's leader that it will not come back; its server is gone. */
  public void dismiss(Database follower) {
    follower
        .following()
        .ifPresent(following -> {
          Optional<Database> leader =
              jdbi.withHandle(handle -> store.find(handle, following.leaderId()));
          if (leader.isPresent() && running(leader.get())) {
            replication(leader.get()).dismiss(following.role(), following.role());
          }
          // One that does not run is told when it does: see the watch over followers.
        });
  }

  /** What a database's server is doing. */
  public ClusterState state(Database database) {
    return host.clusters().state(database.id());
  }

  /** Whether a database's server takes connections. */
  public boolean running(Database database) {
    return state(database) instanceof ClusterState.Running;
  }

  /** The SQL side of a database. */
  public TenantDatabase tenant(Database database) {
    return host.database(database.id(), database.name());
  }

  /** The SQL side of a database by its id and name. */
  TenantDatabase tenant(java.util.UUID id, String name) {
    return host.database(id, name);
  }

  /** The replication side of a database. */
  public Streaming replication(Database database) {
    return host.replication(database.id());
  }

  /** Holds the present moment of a database's content. */
  Moment hold(java.util.UUID id, String name) {
    return host.hold(id, name);
  }

  /** What can take the place of a database's content. */
  Replacement replacement(java.util.UUID id, String name) {
    return host.replacement(id, name);
  }

  /** Whether an extension is installed on this host for the database's version. */
  boolean offers(Database database, String extension) {
    return host.installations().require(database.major()).offers(extension);
  }

  static UserSettings settings(Database database) {
    return UserSettings.of(database.settings());
  }

  /** The settings that differ from what a new database has. */
  static Map<String, String> changed(UserSettings settings) {
    var changed = new java.util.TreeMap<>(settings.values());
    UserSettings.defaults().values().forEach(changed::remove);
    return changed;
  }
}
