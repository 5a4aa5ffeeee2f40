package dev.howdah.server.database;

import dev.howdah.postgres.tenant.Replacement;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What a feature that moves data between databases needs of this one. */
public final class DatabaseAccess {
  private final Addons addons;
  private final Visibility visibility;
  private final Clustering clustering;
  private final DatabaseStore store;

  DatabaseAccess(Addons addons, Visibility visibility, Clustering clustering, DatabaseStore store) {
    this.addons = addons;
    this.visibility = visibility;
    this.clustering = clustering;
    this.store = store;
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
