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
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with copies once they are there, and who may do it. */
public final class Copies {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Jdbi jdbi;
  private final Addons addons;
  private final Visibility visibility;
  private final Operations operations;
  private final DatabaseAccess databases;

  Copies(
      Jdbi jdbi,
      Addons addons,
      Visibility visibility,
      Operations operations,
      DatabaseAccess databases) {
    this.jdbi = jdbi;
    this.addons = addons;
    this.visibility = visibility;
    this.operations = operations;
    this.databases = databases;
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
