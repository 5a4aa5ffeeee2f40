package dev.howdah.server.copy;

import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.succession.Succession;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with copies once they are there, and who may do it. */
public final class Copies {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Jdbi jdbi;
  private final Addons addons;
  private final Visibility visibility;
  private final Operations operations;
  private final InstantSource clock;
  private final DatabaseAccess databases;
  private final Succession succession;
  private final CopyOrders orders;

  Copies(
      Jdbi jdbi,
      InstantSource clock,
      Addons addons,
      Visibility visibility,
      Operations operations,
      DatabaseAccess databases,
      Succession succession,
      CopyOrders orders) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.addons = addons;
    this.visibility = visibility;
    this.operations = operations;
    this.databases = databases;
    this.succession = succession;
    this.orders = orders;
  }

  /**
   * Begins to bring a database back to an earlier moment, where it is.
   *
   * @param to the moment, or else
   * @param by how long ago it was
   * @return what to tell the one who asked
   */
  public String rollBack(
      Caller caller, String reference, Optional<String> to, Optional<String> by) {
    // Who may not is told so before what is wrong with the time.
    jdbi.useHandle(handle -> visibility.manageable(handle, caller, reference));
    Instant now = clock.instant();
    Instant moment = PointInTime.of(to, by, now);
    replace(
        caller,
        reference,
        InPlaceProcedures.ROLLBACK,
        (handle, addon, database) -> {
          requireProtected(addon, database, "Rollback");
          orders.requireReachable(addon.name(), database, moment, now);
          return Map.of("moment", moment.toString(), "from", database.lineage());
        });
    return "Database will become available after it completes rolling back to "
        + PointInTime.describe(moment, now);
  }

  /**
   * Begins to rebuild a database whose files are lost or damaged from its repository.
   *
   * @return what to tell the one who asked
   */
  public String recover(Caller caller, String reference) {
    replace(
        caller,
        reference,
        InPlaceProcedures.RECOVER,
        (handle, addon, database) -> {
          requireProtected(addon, database, "Recovery");
          if (databases.clustering().running(database)) {
            throw ApiError.invalid(
                addon.name()
                    + " is running, and has nothing to be recovered from. To bring it back to an"
                    + " earlier moment, use pg:rollback.");
          }
          return Map.of("from", database.lineage());
        });
    return "Database will become available after it completes recovering from its archive";
  }

  /**
   * Begins to make a fork what its source is now.
   *
   * @return what to tell the one who asked
   */
  public String refresh(Caller caller, String reference) {
    replace(
        caller,
        reference,
        InPlaceProcedures.REFRESH,
        (handle, addon, database) -> {
          Database source =
              database
                  .origin()
                  .flatMap(origin -> databases.database(handle, origin.databaseId()))
                  .orElseThrow(() ->
                      ApiError.invalid(
                          addon.name()
                              + " is no fork, or what it was forked from is gone: there is nothing"
                              + " to refresh it from."));
          orders.requireCopyable(handle, caller, source, databases.plan(database), "fork");
          if (source.major() != database.major()) {
            throw ApiError.invalid(
                "%s is a PostgreSQL %d and its source a %d: make a new fork instead."
                    .formatted(addon.name(), database.major(), source.major()));
          }
          return Map.of("source", source.id());
        });
    return "Database will become available after it completes refreshing";
  }

  /** Says what an operation is told, or refuses. */
  private interface Particulars {
    Map<String, Object> of(Handle handle, Addon addon, Database database);
  }

  private void replace(Caller caller, String reference, String kind, Particulars particulars) {
    Operation started =
        jdbi.inTransaction(handle -> {
          Database database = succession.take(handle, caller, reference);
          Addon addon = visibility.manageable(handle, caller, reference);
          UUID lineage = UUID.randomUUID();
          succession.prepare(handle, database, lineage);
          Map<String, Object> input = new HashMap<>(particulars.of(handle, addon, database));
          input.put("lineage", lineage);
          input.put("major", database.major());
          input.put("by", caller.accountId());
          input.put("email", caller.email());
          return operations.submit(handle, kind, database.id(), input);
        });
    operations.wake(started.id());
  }

  private void requireProtected(Addon addon, Database database, String what) {
    if (!databases.plan(database).has("rollback")) {
      throw ApiError.invalid(
          "%s is only available on production databases, and %s has the plan %s."
              .formatted(what, addon.name(), database.plan()));
    }
  }

  /**
   * Makes a follower a database of its own, which can be written to (B6.12).
   *
   * @return the operation, finished or still under way
   */
  public Operation unfollow(Caller caller, String reference) {
    String position = position(caller, reference);
    Operation started =
        jdbi.inTransaction(handle -> {
          Addon addon = addons.take(handle, visibility.manageable(handle, caller, reference));
          Database follower = database(handle, addon);
          Database.Following following =
              follower
                  .following()
                  .orElseThrow(
                      () -> ApiError.invalid(addon.name() + " is not following another database."));
          return operations.submit(
              handle,
              CopyProcedures.UNFOLLOW,
              follower.id(),
              Map.of(
                  "leader",
                  following.leaderId(),
                  "role",
                  following.role(),
                  "position",
                  position,
                  "by",
                  caller.accountId(),
                  "email",
                  caller.email()));
        });
    return operations.await(started.id(), PATIENCE);
  }

  /** Where the leader's log ends now; empty when it does not answer. */
  private String position(Caller caller, String reference) {
    Optional<Database> leader =
        jdbi.withHandle(handle -> {
          Addon addon = visibility.manageable(handle, caller, reference);
          return databases
              .database(handle, addon.id())
              .flatMap(Database::following)
              .flatMap(following -> databases.database(handle, following.leaderId()));
        });
    try {
      return leader
          .filter(databases.clustering()::running)
          .map(running ->
              databases.clustering().replication(running).position().written().toString())
          .orElse("");
    } catch (RuntimeException unreachable) {
      return "";
    }
  }

  private Database database(Handle handle, Addon addon) {
    return databases.database(handle, addon.id()).orElseThrow(Visibility::unknown);
  }
}
