package dev.howdah.server.database;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Configured;
import dev.howdah.postgres.cluster.UserSettings;
import dev.howdah.postgres.tenant.Replacement;
import dev.howdah.postgres.tenant.TenantDatabase;
import java.util.Map;
import java.util.Optional;

/** Translates databases and plans into what the PostgreSQL module understands. */
final class Clustering {
  private final PostgresHost host;
  private final Endpoints endpoints;
  private final long hostMemory;

  Clustering(PostgresHost host, Endpoints endpoints, long hostMemory) {
    this.host = host;
    this.endpoints = endpoints;
    this.hostMemory = hostMemory;
  }

  ClusterSpec spec(Database database, DatabasePlan plan) {
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

  /** Makes the cluster and starts its server. */
  void create(Database database, DatabasePlan plan) {
    host.clusters().create(spec(database, plan));
    host.clusters().start(database.id());
  }

  /**
   * Brings a cluster in line with a plan, restarting its server when it has to. Afterwards the
   * server runs, also when settings that this replaces had kept it from that.
   */
  void configure(Database database, DatabasePlan plan) {
    if (host.clusters().configure(spec(database, plan)) == Configured.RESTART_REQUIRED) {
      host.clusters().restart(database.id());
    } else {
      host.clusters().start(database.id());
    }
    // Also when an earlier try left the server down: what is configured must be seen to run.
    host.clusters().start(database.id());
  }

  /** The SQL side of a database whose server is made to run first. */
  TenantDatabase started(Database database) {
    host.clusters().start(database.id());
    return tenant(database);
  }

  void destroy(Database database) {
    host.clusters().destroy(database.id());
  }

  ClusterState state(Database database) {
    return host.clusters().state(database.id());
  }

  boolean running(Database database) {
    return state(database) instanceof ClusterState.Running;
  }

  TenantDatabase tenant(Database database) {
    return host.database(database.id(), database.name());
  }

  /** The SQL side of a database by its id and name. */
  TenantDatabase tenant(java.util.UUID id, String name) {
    return host.database(id, name);
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
