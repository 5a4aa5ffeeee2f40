package dev.howdah.server.succession;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.protection.Protection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * How something takes a database's place. An operation that does so
 *
 * <ol>
 *   <li>begins in a transaction with {@link #take} and {@link #prepare};
 *   <li>stages the successor itself, as {@link #spec} says, and gives it the database's logins by
 *       {@link DatabaseAccess#rekey(Database, dev.howdah.postgres.tenant.TenantDatabase)};
 *   <li>ends with the step {@link #exchange};
 *   <li>has as its only undo step {@link #takeBack}.
 * </ol>
 *
 * <p>Until the exchange is recorded nobody but Howdah gets into the successor, so that nothing is
 * lost when all of it is taken back. Recording it begins an operation of its own, which opens the
 * database and only goes forward. What was replaced is kept for a while and can be brought back.
 */
public final class Succession {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PostgresHost host;
  private final Operations operations;
  private final Addons addons;
  private final Visibility visibility;
  private final DatabaseAccess databases;
  private final Protection protection;
  private final Duration keptFor;
  private final SuccessionStore store = new SuccessionStore();

  /**
   * The successions of databases on this host.
   *
   * @param keptFor how long what was replaced is kept
   */
  public Succession(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      Addons addons,
      Visibility visibility,
      DatabaseAccess databases,
      Protection protection,
      Duration keptFor) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.host = host;
    this.operations = operations;
    this.addons = addons;
    this.visibility = visibility;
    this.databases = databases;
    this.protection = protection;
    this.keptFor = keptFor;
  }

  /**
   * The database that something is to take the place of, in the transaction that records the
   * operation.
   *
   * @throws ApiError when the caller may not, something else is being done to it, it follows
   *     another or is followed, or something is kept or prepared of it already; says the way out
   */
  public Database take(Handle handle, Caller caller, String reference) {
    Database database = takePrepared(handle, caller, reference);
    if (host.successions().hasStaged(database.id())) {
      throw ApiError.conflict(
          "An upgrade of this database is prepared. Run it with pg:upgrade:run, or cancel it with pg:upgrade:cancel, first.");
    }
    return database;
  }

  /** As {@link #take}, but what is prepared beside it may be there. */
  public Database takePrepared(Handle handle, Caller caller, String reference) {
    Database database = takeAlone(handle, caller, reference);
    Addon addon = visibility.manageable(handle, caller, reference);
    store
        .find(handle, database.id())
        .ifPresent(kept -> {
          if (isRuins(kept)) {
            throw ApiError.conflict(
                "What is left of the files that %s had is kept until %s. Delete it with %s:confirm first."
                    .formatted(addon.name(), MINUTE.format(kept.until()), command(kept)));
          }
          throw ApiError.conflict(
              "%s was replaced at %s, and what it was before is kept until %s. Bring that back with %s:undo, or give it up with %s:confirm, first."
                  .formatted(
                      addon.name(),
                      MINUTE.format(kept.replacedAt()),
                      MINUTE.format(kept.until()),
                      command(kept),
                      command(kept)));
        });
    return database;
  }

  private Database takeAlone(Handle handle, Caller caller, String reference) {
    Addon addon = addons.take(handle, visibility.manageable(handle, caller, reference));
    Database database = databases.database(handle, addon.id()).orElseThrow(Visibility::unknown);
    if (database.following().isPresent()) {
      throw ApiError.invalid(addon.name() + " is a follower. Let it go with pg:unfollow first.");
    }
    List<String> followers = databases.followerNames(handle, database.id());
    if (!followers.isEmpty()) {
      throw ApiError.conflict(
          "%s has followers (%s), which could not follow any more. Destroy them with addons:destroy, or let them go with pg:unfollow, first."
              .formatted(addon.name(), String.join(", ", followers)));
    }
    return database;
  }

  /**
   * Begins the history that a successor will write, in the transaction that records the operation;
   * in one that is taken back it ends. Databases without continuous protection have none.
   */
  public void prepare(Handle handle, Database database, UUID lineage) {
    if (isProtected(database)) {
      protection.ensure(handle, database.id(), lineage, Optional.of(database.lineage()));
    }
  }

  /** What a successor should be. Sealed: opening it is the matter of what follows the exchange. */
  public ClusterSpec spec(Database database, Successor successor) {
    return databases
        .clustering()
        .spec(database, databases.plan(database))
        .withMajor(successor.major())
        .withArchiving(archiving(database, successor.lineage()))
        .withSealed(true);
  }

  private Optional<Archiving> archiving(Database database, UUID lineage) {
    return isProtected(database)
        ? Optional.of(jdbi.withHandle(handle -> protection.archiving(handle, lineage)))
        : Optional.empty();
  }

  private boolean isProtected(Database database) {
    return databases.plan(database).isProtected();
  }

  /**
   * The last step of an operation about a database: what is staged takes its place, and what it
   * replaces is kept. May be run again after a crash at any instruction.
   *
   * @param successor what is staged, recovered, with the logins of the database
   */
  public Outcome.Done exchange(Operation operation, Successor successor) {
    return exchange(operation, successor, clock.instant());
  }

  /**
   * The same, where nobody could get in before.
   *
   * @param since when that began
   */
  public Outcome.Done exchange(Operation operation, Successor successor, Instant since) {
    Database database = database(operation.subject());
    host.successions().exchange(spec(database, successor));
    return new Outcome.Done(handle -> {
      databases.succeed(handle, database.id(), successor.major(), successor.lineage());
      keep(handle, database, successor.reason(), false, since);
      open(handle, operation);
    });
  }

  /** Begins the operation that lets everybody in; at once, because everybody waits for it. */
  void open(Handle handle, Operation exchange) {
    Operation open =
        operations.submit(handle, SuccessionProcedures.OPEN, exchange.subject(), exchange.input());
    handle.afterCommit(() -> operations.wake(open.id()));
  }

  /**
   * Waits until the database is open again after an exchange, but no longer than twice {@code
   * patience}.
   *
   * @return the exchange's operation, unless that succeeded: then the one that opens
   */
  public Operation await(Operation exchange, Duration patience) {
    Operation exchanged = operations.await(exchange.id(), patience);
    if (exchanged.state() != Operation.State.SUCCEEDED) {
      return exchanged;
    }
    return operations
        .latest(exchanged.subject())
        .filter(latest -> latest.kind().equals(SuccessionProcedures.OPEN))
        .map(open -> operations.await(open.id(), patience))
        .orElse(exchanged);
  }

  void keep(
      Handle handle, Database replaced, Reason reason, boolean undone, Instant interruptedAt) {
    Instant now = clock.instant();
    store.keep(
        handle,
        new Kept(
            replaced.id(),
            reason,
            undone,
            replaced.major(),
            replaced.lineage(),
            now,
            now.plus(keptFor),
            interruptedAt,
            Optional.empty()));
  }

  /**
   * The undo step of an operation that ends with {@link #exchange}: the database is in its place
   * and open, and nothing is left of what was staged and of the history it began. Where the
   * exchange has replaced what was lost, there is no way back, and it is completed. May be run
   * again after a crash at any instruction.
   */
  public Outcome takeBack(Operation operation, Successor successor) {
    Database database = database(operation.subject());
    if (host.successions().hasReplacedRuins(database.id())) {
      return exchange(operation, successor);
    }
    if (host.successions().hasPrevious(database.id())) {
      host.successions().exchangeBack(current(database));
    }
    host.successions().dropStaged(database.id());
    if (host.clusters().state(database.id()) instanceof ClusterState.Stopped) {
      host.clusters().start(database.id());
    }
    return Outcome.done(handle -> protection.end(handle, successor.lineage()));
  }

  ClusterSpec current(Database database) {
    return databases.clustering().spec(database, databases.plan(database));
  }

  /** What is kept of a database, if anything is. */
  public Optional<Kept> kept(Handle handle, UUID database) {
    return store.find(handle, database);
  }

  SuccessionStore store() {
    return store;
  }

  /** Brings back what is kept of a database, and keeps in exchange what it is now. */
  Operation undo(Caller caller, String reference, boolean upgrade) {
    return begin(caller, reference, upgrade, SuccessionProcedures.UNDO);
  }

  /** Gives up what is kept of a database. */
  Operation confirm(Caller caller, String reference, boolean upgrade) {
    return begin(caller, reference, upgrade, SuccessionProcedures.CONFIRM);
  }

  private Operation begin(Caller caller, String reference, boolean upgrade, String kind) {
    return jdbi.inTransaction(handle -> {
      Addon addon = addons.take(handle, visibility.manageable(handle, caller, reference));
      Kept kept =
          store
              .find(handle, addon.id())
              .filter(found -> (found.reason() == Reason.UPGRADE) == upgrade)
              .orElseThrow(() -> ApiError.invalid(nothing(handle, addon, upgrade)));
      if (kind.equals(SuccessionProcedures.UNDO)) {
        Database database = takeAlone(handle, caller, reference);
        if (host.successions().hasStaged(database.id()) && !kept.undone()) {
          throw ApiError.conflict(
              "Something is being prepared beside %s. Cancel it first.".formatted(addon.name()));
        }
        if (isRuins(kept)) {
          throw ApiError.invalid(
              "What is left of the files that %s had is no database, and cannot be brought back."
                  .formatted(addon.name()));
        }
        // Its plan may have been one without when it was replaced.
        prepare(handle, database, kept.lineage());
      }
      Map<String, Object> input = new HashMap<>();
      input.put("by", caller.accountId());
      input.put("email", caller.email());
      return operations.submit(handle, kind, addon.id(), input);
    });
  }

  private String nothing(Handle handle, Addon addon, boolean upgrade) {
    return store
        .find(handle, addon.id())
        .map(other ->
            upgrade
                ? "%s was not upgraded lately. See pg:rollback:undo and pg:rollback:confirm."
                    .formatted(addon.name())
                : "%s was upgraded. See pg:upgrade:undo and pg:upgrade:confirm."
                    .formatted(addon.name()))
        .orElseGet(() ->
            "Nothing is kept of what %s was before: it was not %s in the last %d hours, or that was confirmed."
                .formatted(addon.name(), upgrade ? "upgraded" : "replaced", keptFor.toHours()));
  }

  /** The line of {@code pg:info} about what is kept. */
  String text(Kept kept) {
    if (isRuins(kept)) {
      return "what is left of lost files until %s (pg:rollback:confirm deletes it)"
          .formatted(MINUTE.format(kept.until()));
    }
    return "%s until %s (%s:undo)"
        .formatted(
            kept.undone() ? "what was undone" : "previous state",
            MINUTE.format(kept.until()),
            command(kept));
  }

  /** Whether what is kept is no database any more, so that there is no way back to it. */
  private boolean isRuins(Kept kept) {
    return !kept.undone() && host.successions().hasReplacedRuins(kept.databaseId());
  }

  private static String command(Kept kept) {
    return kept.reason() == Reason.UPGRADE ? "pg:upgrade" : "pg:rollback";
  }

  Database database(UUID id) {
    return jdbi.withHandle(handle -> databases.database(handle, id)).orElseThrow();
  }
}
