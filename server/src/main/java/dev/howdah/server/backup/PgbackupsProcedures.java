package dev.howdah.server.backup;

import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.transfer.Transfer;
import dev.howdah.server.transfer.Transfers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** How the add-on comes to an app and goes. */
final class PgbackupsProcedures {
  static final String INSTALL = "install-pgbackups";
  static final String REMOVE = "remove-pgbackups";
  static final String CHANGE_PLAN = "change-pgbackups-plan";

  private static final Duration DEADLINE = Duration.ofMinutes(10);

  private final Jdbi jdbi;
  private final Addons addons;
  private final InstantSource clock;
  private final Transfers transfers;
  private final BackupStore store;

  PgbackupsProcedures(
      Jdbi jdbi, InstantSource clock, Addons addons, Transfers transfers, BackupStore store) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.addons = addons;
    this.transfers = transfers;
    this.store = store;
  }

  List<Procedure> all() {
    return List.of(
        new Procedure(
            INSTALL,
            DEADLINE,
            List.of(new Procedure.Step("install", this::install)),
            List.of(new Procedure.Step("forget", this::forget))),
        new Procedure(
            REMOVE, DEADLINE, List.of(new Procedure.Step("remove", this::remove)), List.of()),
        new Procedure(
            CHANGE_PLAN,
            DEADLINE,
            List.of(new Procedure.Step("record", this::changePlan)),
            List.of()));
  }

  private Outcome install(Operation operation) {
    if (jdbi.withHandle(handle -> second(handle, operation.subject()))) {
      return new Outcome.Fail("The app has the add-on pgbackups already.");
    }
    return Outcome.done(handle -> {
      addons.lockApps(handle, operation.subject());
      addons
          .find(handle, operation.subject())
          .ifPresent(addon -> schedule(handle, addon.appId(), addon.plan()));
      addons.provisioned(handle, operation.subject(), by(operation), email(operation));
    });
  }

  /** The automatic plans back the primary database up every day, the other one does not. */
  private void schedule(Handle handle, UUID app, String plan) {
    store.deleteOfAddon(handle, app);
    if (Retention.ofAddon(plan).daily() > 0) {
      store.put(handle, Schedule.ofAddon(app, clock.instant()));
    }
  }

  private boolean second(Handle handle, UUID id) {
    return addons.find(handle, id).stream()
        .flatMap(addon -> addons.ofApp(handle, addon.appId()).stream())
        .anyMatch(
            other -> other.service().equals(PgbackupsProvider.SERVICE) && !other.id().equals(id));
  }

  private Outcome forget(Operation operation) {
    return Outcome.done(handle -> addons.forget(handle, operation.subject()));
  }

  /** With the add-on go the backups that were taken while it was there (B4.19). */
  private Outcome remove(Operation operation) {
    Optional<Addon> addon = jdbi.withHandle(handle -> addons.find(handle, operation.subject()));
    return Outcome.done(handle -> {
      addon.ifPresent(found -> {
        store.deleteOfAddon(handle, found.appId());
        deleteBackups(handle, found.appId(), found.createdAt());
      });
      addons.forget(handle, operation.subject());
    });
  }

  private void deleteBackups(Handle handle, UUID app, Instant since) {
    for (Transfer backup : transfers.backups(handle, app)) {
      if (backup.finishedAt().isPresent() && !backup.createdAt().isBefore(since)) {
        transfers.delete(handle, backup);
      }
    }
  }

  private Outcome changePlan(Operation operation) {
    String plan = operation.input().path("to").asString();
    return Outcome.done(handle -> {
      addons
          .find(handle, operation.subject())
          .ifPresent(addon -> schedule(handle, addon.appId(), plan));
      addons.planChanged(handle, operation.subject(), plan, by(operation), email(operation));
    });
  }

  private static UUID by(Operation operation) {
    return UUID.fromString(operation.input().path("by").asString());
  }

  private static String email(Operation operation) {
    return operation.input().path("email").asString();
  }
}
