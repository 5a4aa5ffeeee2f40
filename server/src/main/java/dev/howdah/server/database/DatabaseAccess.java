package dev.howdah.server.database;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.dump.Moment;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.Preset;
import dev.howdah.postgres.tenant.Replacement;
import dev.howdah.postgres.tenant.TenantDatabase;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What features that copy or replace databases, or move data between them, need of this one. */
public final class DatabaseAccess {
  private final Addons addons;
  private final Visibility visibility;
  private final Jdbi jdbi;
  private final PlanCatalogue catalogue;
  private final Clustering clustering;
  private final DatabaseStore store;

  DatabaseAccess(
      Jdbi jdbi,
      Addons addons,
      Visibility visibility,
      PlanCatalogue catalogue,
      Clustering clustering,
      DatabaseStore store) {
    this.jdbi = jdbi;
    this.addons = addons;
    this.visibility = visibility;
    this.catalogue = catalogue;
    this.clustering = clustering;
    this.store = store;
  }

  /** How databases become clusters. */
  public Clustering clustering() {
    return clustering;
  }

  /** A database, whatever its state. */
  public Optional<Database> database(Handle handle, UUID id) {
    return store.find(handle, id);
  }

  /** The databases in use. */
  public List<Database> available(Handle handle) {
    return store.inState(handle, Database.State.AVAILABLE);
  }

  /** The plan of a database. */
  public DatabasePlan plan(Database database) {
    return catalogue.find(database.plan()).orElseThrow();
  }

  /** A plan that offers as much as any. */
  public DatabasePlan largestPlan() {
    return catalogue.plans().stream()
        .max(Comparator.comparingInt(plan -> plan.extensions().size()))
        .orElseThrow();
  }

  /** The cheapest plan that can what another can, and that so much fits. */
  public Optional<DatabasePlan> smallestHolding(long rows, long bytes, DatabasePlan like) {
    return catalogue.plans().stream()
        .filter(plan -> plan.features().containsAll(like.features()))
        .filter(plan -> plan.holds(rows, bytes))
        .min(Comparator.comparingInt(DatabasePlan::dollars));
  }

  /** Records that a database can be used now. */
  public void available(Handle handle, UUID id) {
    store.setState(handle, id, Database.State.AVAILABLE);
  }

  /**
   * Records that a database is what took its place. Whether that keeps to its plan is measured
   * anew.
   */
  public void succeed(Handle handle, UUID id, int major, UUID lineage) {
    store.setIncarnation(handle, id, major, lineage);
    store.setCompliance(handle, id, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The names of the add-ons that follow a database. */
  public List<String> followerNames(Handle handle, UUID leader) {
    return store.followerNames(handle, leader);
  }

  /** Records where the content of a database comes from. */
  public void setOrigin(Handle handle, UUID id, Database.Origin origin) {
    store.setOrigin(handle, id, origin);
  }

  /** The roles that whatever follows a database streams as. */
  public List<String> followerRoles(Handle handle, UUID leader) {
    return store.followerRoles(handle, leader);
  }

  /** Records what will follow a database to take its place. */
  public void beginSuccessor(Handle handle, Database.Following following) {
    store.insertSuccessor(handle, following.leaderId(), following);
  }

  /** What follows a database to take its place, if anything does. */
  public Optional<Database.Following> successor(Handle handle, UUID database) {
    return store.successor(handle, database);
  }

  /** Records that nothing follows a database to take its place any more. */
  public void endSuccessor(Handle handle, UUID database) {
    store.deleteSuccessor(handle, database);
  }

  /**
   * Gives the content of a cluster, which came from elsewhere, the logins that are recorded of the
   * database, and no others. A named credential that the content does not know is made anew.
   */
  public void rekey(Database database) {
    rekey(database, clustering.started(database));
  }

  /** As {@link #rekey(Database)}, where the content is not in the database's place yet. */
  public void rekey(Database database, TenantDatabase content) {
    int connections = plan(database).connections();
    Set<String> known = content.credentials();
    Map<String, Login> logins = new HashMap<>();
    List<Credential> unknown = new ArrayList<>();
    for (Credential credential :
        jdbi.withHandle(handle -> store.credentials(handle, database.id()))) {
      if (credential.state() != Credential.State.ACTIVE) {
        continue;
      }
      if (credential.name().equals(Database.DEFAULT_CREDENTIAL)
          || known.contains(credential.name())) {
        logins.put(credential.name(), login(credential));
      } else {
        unknown.add(credential);
      }
    }
    content.rekey(logins, connections);
    unknown.forEach(credential ->
        content.createCredential(
            new Identifier(credential.name()), login(credential), Preset.NONE, connections));
  }

  private static Login login(Credential credential) {
    return Login.of(credential.userName(), credential.password());
  }

  /** Records that a follower is a database of its own now, with the credentials it had. */
  public void separate(Handle handle, Database follower) {
    if (follower.following().isEmpty()) {
      return;
    }
    List<Credential> credentials = store.credentials(handle, follower.id());
    store.endFollowing(handle, follower.id());
    credentials.stream()
        .filter(credential -> credential.state() == Credential.State.ACTIVE)
        .forEach(credential ->
            store.insert(
                handle,
                new Credential(
                    UUID.randomUUID(),
                    follower.id(),
                    credential.name(),
                    credential.userName(),
                    credential.password(),
                    Credential.State.ACTIVE,
                    credential.createdAt())));
  }

  /**
   * A database in use, and how its owner reaches it.
   *
   * @param host the host of its endpoint
   * @param name the database's name, which is its owner's role, too
   */
  public record Reach(
      UUID id, String host, int port, int major, String name, String user, String password) {
    /** Says nothing of the password. */
    @Override
    public String toString() {
      return "%s@%s:%d/%s".formatted(user, host, port, name);
    }
  }

  /**
   * A database that the caller may change.
   *
   * @param app the app that its add-on was made for
   */
  public record Owned(UUID app, Reach reach) {}

  /** A database that the caller may change. */
  public Owned manageable(Handle handle, Caller caller, String reference) {
    Addon addon = visibility.manageable(handle, caller, reference);
    return find(handle, addon.id())
        .map(reach -> new Owned(addon.appId(), reach))
        .orElseThrow(() -> ApiError.conflict(addon.name() + " is not available."));
  }

  /** The same, refused while something else is being done to it. */
  public Owned idle(Handle handle, Caller caller, String reference) {
    Addon addon = addons.take(handle, visibility.manageable(handle, caller, reference));
    store.find(handle, addon.id()).ifPresent(database -> Databases.refuseFollower(addon, database));
    return find(handle, addon.id())
        .map(reach -> new Owned(addon.appId(), reach))
        .orElseThrow(() -> ApiError.conflict(addon.name() + " is not available."));
  }

  /** A database in use. */
  public Optional<Reach> find(Handle handle, UUID id) {
    return store
        .find(handle, id)
        .filter(database -> database.state() == Database.State.AVAILABLE)
        .flatMap(database -> owner(handle, database).map(owner -> reach(database, owner)));
  }

  /** The database that has a port of this host. */
  public Optional<Reach> atPort(Handle handle, int port) {
    return store.atPort(handle, port).flatMap(database -> find(handle, database.id()));
  }

  /** Bytes that a database has on disk; 0 when its server does not answer. */
  public long bytes(Reach reach) {
    try {
      return clustering.tenant(reach.id(), reach.name()).statistics().bytes();
    } catch (RuntimeException unreachable) {
      return 0;
    }
  }

  /**
   * The present moment of a database, held; empty when its server does not answer. The caller
   * closes it.
   */
  public Optional<Moment> hold(Reach reach) {
    try {
      return Optional.of(clustering.hold(reach.id(), reach.name()));
    } catch (PostgresException unreachable) {
      return Optional.empty();
    }
  }

  /** What can take the place of a database's content. */
  public Replacement replacement(Reach reach) {
    return clustering.replacement(reach.id(), reach.name());
  }

  private Optional<Credential> owner(Handle handle, Database database) {
    return store.credentials(handle, database.id()).stream()
        .filter(credential -> credential.name().equals(Database.DEFAULT_CREDENTIAL))
        .filter(credential -> credential.state() == Credential.State.ACTIVE)
        .findFirst();
  }

  private static Reach reach(Database database, Credential owner) {
    return new Reach(
        database.id(),
        database.host(),
        database.port(),
        database.major(),
        database.name(),
        owner.userName(),
        owner.password());
  }
}
