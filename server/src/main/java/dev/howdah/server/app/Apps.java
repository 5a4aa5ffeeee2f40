package dev.howdah.server.app;

import dev.howdah.server.account.Account;
import dev.howdah.server.account.Accounts;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with apps, and who may do it. */
public final class Apps {
  /** The stack of every app. */
  public static final String STACK = "howdah-1";

  private static final int NAME_TRIES = 20;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Accounts accounts;
  private final Names names;
  private final List<String> regions;
  private final AppStore store = new AppStore();

  /** What happens in the transaction that makes an app. */
  @FunctionalInterface
  public interface Created {
    /** Called with the new app's row in place. */
    void in(Handle handle, App app, Caller caller);
  }

  /**
   * Apps kept in the control database.
   *
   * @param regions the labels an app may carry, the default first
   */
  public Apps(
      Jdbi jdbi, InstantSource clock, Accounts accounts, Names names, List<String> regions) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.accounts = accounts;
    this.names = names;
    this.regions = List.copyOf(regions);
  }

  /** The apps the caller owns or works on, by name. */
  public List<App> list(Caller caller) {
    return jdbi.withHandle(handle -> store.list(handle, caller.accountId()));
  }

  /** An app the caller owns or works on, by name or id. */
  public App find(Caller caller, String reference) {
    return jdbi.withHandle(handle -> find(handle, caller, reference));
  }

  /** As {@link #find(Caller, String)}, in the caller's transaction. */
  public App find(Handle handle, Caller caller, String reference) {
    App app =
        store
            .find(handle, reference)
            .orElseThrow(() -> ApiError.notFound("app", "Couldn't find that app."));
    if (!app.ownerId().equals(caller.accountId())
        && !store.collaborates(handle, app.id(), caller.accountId())) {
      throw ApiError.forbidden("You do not have access to the app " + app.name() + ".");
    }
    return app;
  }

  /** An app the caller owns. */
  public App findOwned(Handle handle, Caller caller, String reference) {
    App app = find(handle, caller, reference);
    if (!app.ownerId().equals(caller.accountId())) {
      throw ApiError.forbidden(
          "Only the owner of " + app.name() + " (" + app.ownerEmail() + ") may do this.");
    }
    return app;
  }

  /** Whether the caller owns the app or works on it. */
  public boolean mayUse(Handle handle, Caller caller, App app) {
    return app.ownerId().equals(caller.accountId())
        || store.collaborates(handle, app.id(), caller.accountId());
  }

  /** Any app by id, whoever asks, also one that is being destroyed. */
  public Optional<App> find(Handle handle, UUID id) {
    return store.find(handle, id);
  }

  /** Locks the app until the transaction ends, and reads it anew. */
  public App lock(Handle handle, App app) {
    store.lock(handle, app.id());
    return store
        .find(handle, app.id())
        .filter(found -> !found.deleting())
        .orElseThrow(() -> ApiError.notFound("app", "Couldn't find that app."));
  }

  /**
   * Locks several apps until the transaction ends, always in the same order, so that two
   * transactions that change the same apps never wait for each other in a circle.
   */
  public void lockAll(Handle handle, Collection<UUID> apps) {
    new TreeSet<>(apps).forEach(app -> store.lock(handle, app));
  }

  /**
   * Makes an app, under a made-up name when none is given. A request that was sent before gives the
   * app it made then.
   */
  public App create(
      Caller caller,
      Optional<String> name,
      Optional<String> region,
      Optional<String> stack,
      Optional<String> requestId,
      Created created) {
    requireStack(stack);
    String where = region.orElse(regions.getFirst());
    if (!regions.contains(where)) {
      throw ApiError.invalid(
          "There is no region " + where + ". Choose from: " + String.join(", ", regions) + ".");
    }
    return jdbi.inTransaction(handle -> {
      Optional<App> before = madeBy(handle, caller, requestId);
      if (before.isPresent()) {
        return before.get();
      }
      Instant now = clock.instant();
      for (int i = 0; i < NAME_TRIES; i++) {
        App app =
            new App(
                UUID.randomUUID(),
                name.orElseGet(names::app),
                caller.accountId(),
                caller.email(),
                where,
                STACK,
                false,
                0,
                false,
                now,
                now,
                Optional.empty());
        if (store.insert(handle, app, requestId)) {
          created.in(handle, app, caller);
          return store.find(handle, app.id()).orElseThrow();
        }
        // The other sending of this request may have been faster, by a moment.
        Optional<App> meanwhile = madeBy(handle, caller, requestId);
        if (meanwhile.isPresent()) {
          return meanwhile.get();
        }
        if (name.isPresent()) {
          throw taken(name.get());
        }
      }
      throw ApiError.conflict("No free name was found. Choose one yourself.");
    });
  }

  /** Changes name, maintenance mode or stack. Renaming is the owner's to do. */
  public App change(
      Caller caller,
      String reference,
      Optional<String> name,
      Optional<Boolean> maintenance,
      Optional<String> stack) {
    requireStack(stack);
    return jdbi.inTransaction(handle -> {
      App app =
          name.isPresent() ? findOwned(handle, caller, reference) : find(handle, caller, reference);
      app = lock(handle, app);
      if (name.isPresent()
          && !name.get().equals(app.name())
          && store.nameTaken(handle, name.get())) {
        throw taken(name.get());
      }
      store.update(
          handle,
          app.id(),
          name.orElse(app.name()),
          maintenance.orElse(app.maintenance()),
          app.stack(),
          clock.instant());
      return store.find(handle, app.id()).orElseThrow();
    });
  }

  /** Hides an app and frees its name, as the first step of destroying it. */
  public void markDeleting(Handle handle, App app) {
    store.markDeleting(handle, app.id(), clock.instant());
  }

  /** Removes the last of an app. Its add-ons must be gone. */
  public void delete(Handle handle, UUID app) {
    store.delete(handle, app);
  }

  /** Who works on the app, the owner first. */
  public List<Collaborator> collaborators(Caller caller, String reference) {
    return jdbi.withHandle(handle -> {
      App app = find(handle, caller, reference);
      var all = new java.util.ArrayList<Collaborator>();
      all.add(
          new Collaborator(app.id(), app.id(), app.ownerId(), app.ownerEmail(), app.createdAt()));
      all.addAll(store.collaborators(handle, app.id()));
      return List.copyOf(all);
    });
  }

  /** Lets another account work on the app. */
  public Collaborator addCollaborator(Caller caller, String reference, String email) {
    return jdbi.inTransaction(handle -> {
      App app = lock(handle, findOwned(handle, caller, reference));
      Account account =
          accounts
              .findByEmail(handle, email)
              .orElseThrow(() ->
                  ApiError.notFound(
                      "user",
                      "There is no account for "
                          + email
                          + ". An operator can make one with `howdah accounts:create`."));
      Collaborator collaborator =
          new Collaborator(
              UUID.randomUUID(), app.id(), account.id(), account.email(), clock.instant());
      if (account.id().equals(app.ownerId()) || !store.insert(handle, collaborator)) {
        throw ApiError.invalid(account.email() + " works on " + app.name() + " already.");
      }
      return collaborator;
    });
  }

  /** Takes an account off the app: the owner anyone, everybody themselves. */
  public Collaborator removeCollaborator(Caller caller, String reference, String who) {
    return jdbi.inTransaction(handle -> {
      App app = find(handle, caller, reference);
      Collaborator found =
          store.collaborators(handle, app.id()).stream()
              .filter(c -> c.email().equalsIgnoreCase(who) || c.id().toString().equals(who))
              .findFirst()
              .orElseThrow(
                  () -> ApiError.notFound("collaborator", "Couldn't find that collaborator."));
      if (!found.accountId().equals(caller.accountId())) {
        findOwned(handle, caller, reference);
      }
      store.deleteCollaborator(handle, found.id());
      return found;
    });
  }

  /** The labels an app may carry, the default first. */
  public List<String> regions() {
    return regions;
  }

  private Optional<App> madeBy(Handle handle, Caller caller, Optional<String> requestId) {
    return requestId.flatMap(id -> store.madeBy(handle, caller.accountId(), id));
  }

  private static void requireStack(Optional<String> stack) {
    stack
        .filter(wanted -> !wanted.equals(STACK))
        .ifPresent(wanted -> {
          throw ApiError.invalid("There is no stack " + wanted + ". Choose from: " + STACK + ".");
        });
  }

  private static ApiError taken(String name) {
    return ApiError.invalid("Name " + name + " is already taken");
  }
}
