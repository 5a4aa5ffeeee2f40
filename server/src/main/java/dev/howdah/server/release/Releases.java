package dev.howdah.server.release;

import dev.howdah.server.app.App;
import dev.howdah.server.app.Apps;
import dev.howdah.server.log.AppEvents;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Wire;
import dev.howdah.server.secret.Vault;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import tools.jackson.databind.JsonNode;

/**
 * Releases and config vars. Whatever changes what dynos see goes through {@link #create}, in the
 * transaction of the change itself.
 */
public final class Releases {
  /** All config vars of an app together, names and values (B1.14). */
  static final int MAX_CONFIG_BYTES = 64 * 1024;

  /** The process that releases are logged by (B3.36). */
  private static final String API = "api";

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final AttachedVars attachedVars;
  private final AppEvents events;
  private final ReleaseStore store;

  /** Releases kept in the control database, config sealed by {@code vault}. */
  public Releases(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      AttachedVars attachedVars,
      AppEvents events,
      Vault vault) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.attachedVars = attachedVars;
    this.events = events;
    this.store = new ReleaseStore(vault);
  }

  /** Records what the app's dynos see from now on. */
  public Release create(Handle handle, UUID app, UUID account, String email, String description) {
    Release release =
        new Release(
            UUID.randomUUID(),
            app,
            apps.find(handle, app).orElseThrow().name(),
            store.nextVersion(handle, app, clock.instant()),
            description,
            account,
            email,
            attachedVars.plans(handle, app),
            clock.instant());
    Release.Config config =
        new Release.Config(store.vars(handle, app), attachedVars.of(handle, app));
    store.insert(handle, release, new String(Wire.write(config), StandardCharsets.UTF_8));
    events.record(handle, app, API, description + " by " + email);
    events.record(handle, app, API, "Release v" + release.version() + " created by " + email);
    return release;
  }

  /** As {@link #create(Handle, UUID, UUID, String, String)}, by the one who asks. */
  public Release create(Handle handle, UUID app, Caller caller, String description) {
    return create(handle, app, caller.accountId(), caller.email(), description);
  }

  /** A part of the app's releases. */
  public List<Release> list(Caller caller, String app, Reply.Window window) {
    return jdbi.withHandle(
        handle -> store.list(handle, apps.find(handle, caller, app).id(), window));
  }

  /** The version of the app's newest release. */
  public int newest(Caller caller, String app) {
    return apps.find(caller, app).lastVersion();
  }

  /** One release, by id or version. */
  public Release find(Caller caller, String app, String reference) {
    return jdbi.withHandle(handle -> find(handle, apps.find(handle, caller, app), reference));
  }

  /** What dynos of that release saw. */
  public SortedMap<String, String> configOf(Caller caller, String app, String reference) {
    return jdbi.withHandle(
        handle -> config(handle, find(handle, apps.find(handle, caller, app), reference)).all());
  }

  /** Brings back the config vars the user had set in an older release, as a new release. */
  public Release rollBack(Caller caller, String appReference, String reference) {
    return jdbi.inTransaction(handle -> {
      App app = apps.lock(handle, apps.find(handle, caller, appReference));
      Release target = find(handle, app, reference);
      if (target.version() == app.lastVersion()) {
        throw ApiError.invalid(
            "v" + target.version() + " is the current release. Choose an older one.");
      }
      Release.Config wanted = config(handle, target);
      SortedMap<String, String> attached = attachedVars.of(handle, app.id());
      store.vars(handle, app.id()).keySet().forEach(name -> store.unsetVar(handle, app.id(), name));
      wanted
          .user()
          .forEach((name, value) -> {
            if (!attached.containsKey(name)) {
              store.setVar(handle, app.id(), name, value);
            }
          });
      return create(handle, app.id(), caller, "Rollback to v" + target.version());
    });
  }

  /** The app's config vars as dynos see them. */
  public SortedMap<String, String> config(Caller caller, String app) {
    return jdbi.withHandle(handle -> current(handle, apps.find(handle, caller, app).id()));
  }

  /**
   * Sets config vars, or removes those whose value is empty. Makes one release if anything changed.
   */
  public SortedMap<String, String> change(
      Caller caller, String reference, Map<String, Optional<String>> changes) {
    return jdbi.inTransaction(handle -> {
      App app = apps.lock(handle, apps.find(handle, caller, reference));
      SortedMap<String, String> before = store.vars(handle, app.id());
      SortedMap<String, String> attached = attachedVars.of(handle, app.id());
      List<String> set = new ArrayList<>();
      List<String> removed = new ArrayList<>();
      new TreeMap<>(changes)
          .forEach((name, value) -> {
            if (value.isPresent()) {
              if (attached.containsKey(name)) {
                if (value.get().equals(attached.get(name))) {
                  return;
                }
                attachedVars.override(handle, app.id(), name);
              }
              if (!value.get().equals(before.get(name))) {
                store.setVar(handle, app.id(), name, value.get());
                set.add(name);
              }
            } else if (before.containsKey(name)) {
              store.unsetVar(handle, app.id(), name);
              removed.add(name);
            } else if (attached.containsKey(name)) {
              throw ApiError.invalid(
                  name
                      + " is set by an add-on and cannot be removed. Detach or destroy the"
                      + " add-on instead.");
            }
          });
      SortedMap<String, String> after = current(handle, app.id());
      if (size(after) > MAX_CONFIG_BYTES) {
        throw ApiError.invalid(
            "The config vars of an app may hold 64 kB together. Nothing was changed.");
      }
      if (!set.isEmpty() || !removed.isEmpty()) {
        create(handle, app.id(), caller, description(set, removed));
      }
      return after;
    });
  }

  /** Removes a var the user set, when an attachment is about to bring it. */
  public void giveWay(Handle handle, UUID app, String name) {
    store.unsetVar(handle, app, name);
  }

  /** Whether the user set this var. */
  public boolean isSetByUser(Handle handle, UUID app, String name) {
    return store.vars(handle, app).containsKey(name);
  }

  private SortedMap<String, String> current(Handle handle, UUID app) {
    return new Release.Config(store.vars(handle, app), attachedVars.of(handle, app)).all();
  }

  private Release find(Handle handle, App app, String reference) {
    return store
        .find(handle, app.id(), reference)
        .orElseThrow(() -> ApiError.notFound("release", "Couldn't find that release."));
  }

  private Release.Config config(Handle handle, Release release) {
    JsonNode json = Wire.read(store.config(handle, release.id()).getBytes(StandardCharsets.UTF_8));
    return new Release.Config(map(json.path("user")), map(json.path("attached")));
  }

  private static SortedMap<String, String> map(JsonNode object) {
    var map = new TreeMap<String, String>();
    object.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().stringValue()));
    return map;
  }

  private static int size(Map<String, String> vars) {
    return vars.entrySet().stream()
        .mapToInt(entry ->
            entry.getKey().getBytes(StandardCharsets.UTF_8).length
                + entry.getValue().getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }

  static String description(List<String> set, List<String> removed) {
    List<String> parts = new ArrayList<>();
    if (!set.isEmpty()) {
      parts.add("Set " + String.join(", ", set));
    }
    if (!removed.isEmpty()) {
      parts.add((parts.isEmpty() ? "Remove " : "remove ") + String.join(", ", removed));
    }
    return String.join(" and ", parts) + " config vars";
  }
}
