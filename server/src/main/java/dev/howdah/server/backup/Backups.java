package dev.howdah.server.backup;

import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Attachments;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabaseAccess.Owned;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.transfer.Transfer;
import dev.howdah.server.transfer.Transfers;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Backups that are taken on demand and by schedule, and how many of them are kept. */
public final class Backups {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Addons addons;
  private final Attachments attachments;
  private final DatabaseAccess databases;
  private final Transfers transfers;
  private final BackupStore store = new BackupStore();

  /** Backups made by {@code transfers}. */
  public Backups(
      Jdbi jdbi,
      InstantSource clock,
      Addons addons,
      Attachments attachments,
      DatabaseAccess databases,
      Transfers transfers) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.addons = addons;
    this.attachments = attachments;
    this.databases = databases;
    this.transfers = transfers;
  }

  /** How the add-on comes and goes. */
  public List<Procedure> procedures() {
    return new PgbackupsProcedures(jdbi, clock, addons, transfers, store).all();
  }

  /**
   * Begins a backup of a database.
   *
   * @param expire whether the oldest backup goes when there are as many as the plan allows
   */
  public Transfer capture(
      Caller caller, String reference, boolean expire, Optional<String> requestId) {
    Owned owned = jdbi.withHandle(handle -> databases.manageable(handle, caller, reference));
    Transfer begun =
        transfers.capture(
            caller,
            reference,
            requestId,
            (handle, app) -> makeRoom(handle, app, owned.reach().id(), expire));
    transfers.clean();
    return begun;
  }

  /** Deletes the oldest backups that users took, where the plan allows no more (B4.8). */
  private void makeRoom(Handle handle, UUID app, UUID database, boolean expire) {
    Optional<Addon> addon = addon(handle, app);
    int most = retention(handle, addon, Optional.of(database)).manual();
    List<Transfer> taken =
        transfers.backups(handle, app).stream()
            .filter(backup -> backup.schedule().isEmpty())
            .filter(backup -> backup.succeeded() || backup.finishedAt().isEmpty())
            .sorted(Comparator.comparing(Transfer::createdAt))
            .toList();
    if (taken.size() < most) {
      return;
    }
    if (addon.isPresent() && !expire) {
      throw ApiError.invalid(
          "You have reached the limit of "
              + most
              + " manual backups of pgbackups:"
              + addon.get().plan()
              + ". Delete one with pgbackups:destroy, or repeat with --expire to delete the"
              + " oldest.");
    }
    List<Transfer> complete =
        taken.stream().filter(backup -> backup.finishedAt().isPresent()).toList();
    int surplus = taken.size() - most + 1;
    if (complete.size() < surplus) {
      throw ApiError.conflict(
          "As many backups as are kept are being taken right now. Wait until they are complete.");
    }
    complete.subList(0, surplus).forEach(backup -> transfers.delete(handle, backup));
  }

  private Retention retention(Handle handle, Optional<Addon> addon, Optional<UUID> database) {
    if (addon.isPresent()) {
      return Retention.ofAddon(addon.get().plan());
    }
    String tier =
        database
            .flatMap(id -> databases.database(handle, id))
            .map(databases::plan)
            .map(plan -> plan.tier())
            .orElse("premium");
    return Retention.ofTier(tier);
  }

  private Optional<Addon> addon(Handle handle, UUID app) {
    return addons.ofApp(handle, app).stream()
        .filter(addon -> addon.service().equals(PgbackupsProvider.SERVICE))
        .filter(addon -> addon.state() == Addon.State.PROVISIONED)
        .findFirst();
  }

  /** Has a database backed up every day. */
  public Schedule schedule(
      Caller caller, String reference, String name, int hour, String zoneName) {
    return jdbi.inTransaction(handle -> {
      Owned owned = databases.manageable(handle, caller, reference);
      ZoneId zone = zone(zoneName);
      Instant next = Schedule.next(hour, zone, clock.instant());
      store.put(
          handle,
          new Schedule(
              UUID.randomUUID(),
              owned.app(),
              Optional.of(owned.reach().id()),
              name,
              hour,
              zone,
              next));
      return store.ofDatabase(handle, owned.reach().id()).orElseThrow();
    });
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException unknown) {
      throw ApiError.invalid(name + " is no time zone. Name one like America/Los_Angeles, or UTC.");
    }
  }

  /** The schedules of every database of the app that a database belongs to. */
  public List<Schedule> schedules(Caller caller, String reference) {
    return jdbi.withHandle(
        handle -> store.ofApp(handle, databases.manageable(handle, caller, reference).app()));
  }

  /** Ends a schedule of the app that a database belongs to. */
  public Schedule unschedule(Caller caller, String reference, String schedule) {
    return jdbi.inTransaction(handle -> {
      Schedule found =
          store.ofApp(handle, databases.manageable(handle, caller, reference).app()).stream()
              .filter(one -> one.id().toString().equals(schedule))
              .findFirst()
              .orElseThrow(
                  () -> ApiError.notFound("transfer_schedule", "Couldn't find that schedule."));
      store.delete(handle, found.id());
      return found;
    });
  }

  /** Begins what is due, and deletes what need not be kept. Called regularly. */
  void look() {
    for (Schedule schedule : jdbi.withHandle(handle -> store.due(handle, clock.instant()))) {
      Consumer<Handle> next =
          handle -> store.setNext(handle, schedule.id(), schedule.following(clock.instant()));
      schedule
          .database()
          .or(() -> jdbi.withHandle(handle -> primary(handle, schedule.app())))
          .ifPresentOrElse(
              database ->
                  transfers.captureScheduled(schedule.app(), database, schedule.name(), next),
              () -> jdbi.useTransaction(next::accept));
    }
    jdbi.useTransaction(handle -> {
      for (UUID app : store.appsWithScheduled(handle)) {
        surplus(handle, app).forEach(backup -> transfers.delete(handle, backup));
      }
    });
    transfers.clean();
  }

  private Optional<UUID> primary(Handle handle, UUID app) {
    return attachments.inApp(handle, app).stream()
        .filter(attachment -> attachment.name().equals("DATABASE"))
        .map(attachment -> attachment.addon().id())
        .findFirst();
  }

  /** The backups of an app's schedules that need not be kept; each database counts for itself. */
  private List<Transfer> surplus(Handle handle, UUID app) {
    Optional<Addon> addon = addon(handle, app);
    List<Transfer> scheduled =
        transfers.backups(handle, app).stream()
            .filter(backup -> backup.schedule().isPresent() && backup.succeeded())
            .toList();
    var surplus = new ArrayList<Transfer>();
    scheduled.stream()
        .collect(java.util.stream.Collectors.groupingBy(Transfer::fromPlace))
        .forEach((place, backups) -> {
          // Of a database that is gone, the most is kept: it may be all there is of it.
          Retention retention = retention(handle, addon, backups.getLast().database());
          surplus.addAll(retention.surplus(backups, Transfer::createdAt));
        });
    return surplus;
  }
}
