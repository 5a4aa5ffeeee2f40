package dev.howdah.server.addon;

import dev.howdah.server.app.App;
import dev.howdah.server.app.AppRoutes;
import dev.howdah.server.app.Apps;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Destroys an app with its add-ons. The app is hidden and its name free at once. */
public final class AppRemoval implements AppRoutes.Removal {
  static final String DESTROY_APP = "destroy-app";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final Jdbi jdbi;
  private final Apps apps;
  private final Addons addons;
  private final Operations operations;

  /** Removal of apps and of {@code addons} in them. */
  public AppRemoval(Jdbi jdbi, Apps apps, Addons addons, Operations operations) {
    this.jdbi = jdbi;
    this.apps = apps;
    this.addons = addons;
    this.operations = operations;
  }

  @Override
  public App destroy(Caller caller, String reference) {
    record Started(App app, Operation operation, List<Operation> parts) {}
    Started started =
        jdbi.inTransaction(handle -> {
          App app = apps.lock(handle, apps.findOwned(handle, caller, reference));
          List<Addon> own = addons.ofApp(handle, app.id());
          own.forEach(addon -> requireUnshared(handle, app, addon));
          // What was made last may depend on what was made first, as a follower on its leader.
          List<Operation> parts =
              own.reversed().stream()
                  .map(addon -> addons.deprovision(handle, caller, addon))
                  .toList();
          apps.markDeleting(handle, app);
          return new Started(
              app, operations.submit(handle, DESTROY_APP, app.id(), Map.of()), parts);
        });
    started.parts().forEach(part -> operations.wake(part.id()));
    operations.await(started.operation().id(), PATIENCE);
    return started.app();
  }

  /** Other apps must not lose their data because this one goes. */
  private void requireUnshared(Handle handle, App app, Addon addon) {
    List<String> others = addons.elsewhere(handle, addon);
    if (!others.isEmpty()) {
      throw ApiError.invalid(
          "%s has the add-on %s, which is attached to other apps (%s). Detach it there first, or"
                  .formatted(app.name(), addon.name(), String.join(", ", others))
              + " destroy it with `heroku addons:destroy %s --app %s --force`."
                  .formatted(addon.name(), app.name()));
    }
  }

  /** How it is carried out. */
  public Procedure procedure() {
    return new Procedure(
        DESTROY_APP,
        Duration.ofHours(1),
        List.of(
            new Procedure.Step("addons", this::awaitAddons),
            new Procedure.Step("delete", this::delete)),
        List.of());
  }

  private Outcome awaitAddons(Operation operation) {
    return remaining(operation) == 0
        ? Outcome.done()
        : new Outcome.Again(LOOK_AGAIN, "destroying " + remaining(operation) + " add-ons");
  }

  private Outcome delete(Operation operation) {
    return Outcome.done(handle -> apps.delete(handle, operation.subject()));
  }

  private int remaining(Operation operation) {
    return jdbi.withHandle(handle -> addons.ofApp(handle, operation.subject())).size();
  }
}
