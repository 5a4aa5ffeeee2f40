package dev.howdah.server.upgrade;

import dev.howdah.postgres.replication.Streaming;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.copy.Copies;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.succession.Kept;
import dev.howdah.server.succession.Succession;
import dev.howdah.server.upgrade.Upgrade.State;
import dev.howdah.server.version.Versions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done about a database's PostgreSQL version, and who may do it (T8.3, T8.4). */
public final class Upgrades {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Operations operations;
  private final Visibility visibility;
  private final DatabaseAccess databases;
  private final Versions versions;
  private final Copies copies;
  private final Succession succession;
  private final UpgradeStore store;
  private final Tokens tokens;

  Upgrades(
      Jdbi jdbi,
      InstantSource clock,
      Operations operations,
      Visibility visibility,
      DatabaseAccess databases,
      Versions versions,
      Copies copies,
      Succession succession,
      UpgradeStore store,
      Tokens tokens) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.operations = operations;
    this.visibility = visibility;
    this.databases = databases;
    this.versions = versions;
    this.copies = copies;
    this.succession = succession;
    this.store = store;
    this.tokens = tokens;
  }

  /** How far an upgrade is, in the words of {@code pg:upgrade:wait}. */
  public record Status(boolean waiting, boolean failed, Optional<String> step, String message) {}

  /**
   * Begins to get a database ready.
   *
   * @return what to tell
   */
  public String prepare(Caller caller, String reference, Optional<String> version) {
    Begun begun =
        begin(handle -> {
          Database database = succession.take(handle, caller, reference);
          if (!databases.plan(database).has("follow")) {
            throw ApiError.invalid(
                "You can only use `heroku pg:upgrade:prepare` on Standard-tier and higher leader"
                    + " databases. For smaller ones, use `heroku pg:upgrade:run` instead.");
          }
          int major = versions.forUpgrade(database.major(), version).major();
          beginSuccessor(handle, database);
          return start(handle, caller, database, UpgradeProcedures.PREPARE, major, State.PREPARING);
        });
    return "Your database is being prepared for an upgrade to PostgreSQL %d, and serves on. Use"
            .formatted(begun.major())
        + " `heroku pg:upgrade:wait` to track status, then `heroku pg:upgrade:run`.";
  }

  /** Begins an upgrade of a copy that is thrown away. */
  public String dryRun(Caller caller, String reference, Optional<String> version) {
    Begun begun =
        begin(handle -> {
          Database database = succession.take(handle, caller, reference);
          int major = versions.forUpgrade(database.major(), version).major();
          return start(handle, caller, database, UpgradeProcedures.TEST, major, State.TESTING);
        });
    return "The test upgrade to PostgreSQL %d is running on a copy. Use `heroku pg:upgrade:wait` to"
            .formatted(begun.major())
        + " track status and to see its result.";
  }

  /** Begins the upgrade; a follower is let go first. */
  public String run(Caller caller, String reference, Optional<String> version) {
    boolean wasFollower = follows(caller, reference);
    if (wasFollower) {
      letGo(caller, reference, version);
    }
    Begun begun =
        begin(handle -> {
          Database database = succession.takePrepared(handle, caller, reference);
          Optional<Upgrade> prepared =
              store
                  .find(handle, database.id())
                  .filter(upgrade -> upgrade.state() == State.PREPARED);
          int major =
              versions
                  .forUpgrade(
                      database.major(),
                      version.or(() -> prepared.map(upgrade -> "" + upgrade.major())))
                  .major();
          if (prepared.isEmpty() && !wasFollower && databases.plan(database).has("follow")) {
            throw ApiError.invalid(
                "The upgrade is not prepared. Use `heroku pg:upgrade:prepare` first: it makes the"
                    + " interruption one of seconds.");
          }
          if (prepared.filter(upgrade -> upgrade.major() != major).isPresent()) {
            throw ApiError.invalid(
                "The database is prepared for PostgreSQL %d, not for %d. Use"
                        .formatted(prepared.get().major(), major)
                    + " `heroku pg:upgrade:cancel`, then prepare it again.");
          }
          if (prepared.isEmpty()) {
            beginSuccessor(handle, database);
          }
          Begun run = start(handle, caller, database, UpgradeProcedures.RUN, major, State.RUNNING);
          succession.prepare(handle, database, run.operation().id());
          return run;
        });
    return "Your database is being upgraded to PostgreSQL %d. Use `heroku pg:upgrade:wait` to track"
            .formatted(begun.major())
        + " status.";
  }

  private boolean follows(Caller caller, String reference) {
    return find(caller, reference).following().isPresent();
  }

  private Database find(Caller caller, String reference) {
    return jdbi.withHandle(handle ->
        databases
            .database(handle, visibility.manageable(handle, caller, reference).id())
            .orElseThrow(Visibility::unknown));
  }

  private void letGo(Caller caller, String reference, Optional<String> version) {
    // Not after it has been let go for nothing.
    versions.forUpgrade(find(caller, reference).major(), version);
    if (copies.unfollow(caller, reference).state() != Operation.State.SUCCEEDED) {
      throw ApiError.unavailable(
          "The database does not stop following yet, and was not upgraded. Wait for it with"
              + " `heroku pg:wait`, then try again.");
    }
  }

  /** Throws away what was prepared. */
  public String cancel(Caller caller, String reference) {
    begin(handle -> {
      Database database = succession.takePrepared(handle, caller, reference);
      Upgrade prepared =
          store
              .find(handle, database.id())
              .filter(upgrade -> upgrade.state() == State.PREPARED)
              .orElseThrow(() -> ApiError.invalid("No upgrade of this database is prepared."));
      return new Begun(
          prepared.major(),
          operations.submit(
              handle,
              UpgradeProcedures.CANCEL,
              database.id(),
              Map.of("by", caller.accountId(), "email", caller.email())));
    });
    return "The upgrade is being cancelled. The database stays as it is.";
  }

  private void beginSuccessor(Handle handle, Database database) {
    databases.beginSuccessor(
        handle,
        new Database.Following(
            database.id(),
            Streaming.ROLE_PREFIX + tokens.identifier('s'),
            tokens.databasePassword()));
  }

  private record Begun(int major, Operation operation) {}

  private Begun begin(java.util.function.Function<Handle, Begun> record) {
    Begun begun = jdbi.inTransaction(record::apply);
    operations.wake(begun.operation().id());
    return begun;
  }

  private Begun start(
      Handle handle, Caller caller, Database database, String kind, int major, State state) {
    store.begin(handle, database.id(), major, state, clock.instant());
    return new Begun(
        major,
        operations.submit(
            handle,
            kind,
            database.id(),
            Map.of("major", major, "by", caller.accountId(), "email", caller.email())));
  }

  /** How far the last upgrade is. */
  public Status status(Caller caller, String reference) {
    record Found(Optional<Upgrade> upgrade, Optional<Operation> underWay, Optional<Kept> kept) {}
    Found found =
        jdbi.withHandle(handle -> {
          Addon addon = visibility.visible(handle, caller, reference);
          return new Found(
              store.find(handle, addon.id()),
              operations.unfinished(handle, addon.id()).stream().findFirst(),
              succession.kept(handle, addon.id()));
        });
    if (found.upgrade().isEmpty()) {
      return new Status(false, false, Optional.empty(), "no upgrade is prepared or under way");
    }
    Upgrade upgrade = found.upgrade().get();
    String progress = found.underWay().map(operations::progress).orElse("");
    return switch (upgrade.state()) {
      case PREPARING ->
          found
              .underWay()
              .filter(operation -> operation.state() == Operation.State.UNDOING)
              .map(undoing -> failed(undoing.error().orElse("it failed")))
              .orElseGet(() -> waiting("prepare", progress, "preparing"));
      case TESTING -> waiting("dry run", progress, "upgrading a copy");
      case RUNNING -> waiting("upgrade", progress, "upgrading");
      case PREPARED ->
          new Status(
              false,
              false,
              Optional.empty(),
              "ready to be upgraded to PostgreSQL %d. Use `heroku pg:upgrade:run`"
                  .formatted(upgrade.major()));
      case TESTED ->
          new Status(
              false,
              false,
              Optional.empty(),
              "the test upgrade to PostgreSQL %d succeeded. %s"
                  .formatted(upgrade.major(), upgrade.message()));
      case DONE ->
          found.underWay().isPresent()
              ? waiting("upgrade", progress, "opening")
              : new Status(
                  false,
                  false,
                  Optional.empty(),
                  "upgraded to PostgreSQL " + upgrade.major() + interruption(found.kept()));
      case FAILED -> failed(upgrade.message());
      case CANCELLED -> new Status(false, false, Optional.empty(), "the upgrade was cancelled");
    };
  }

  private static String interruption(Optional<Kept> kept) {
    return kept.flatMap(Kept::interruption)
        .map(Upgrades::seconds)
        .map(seconds -> ", interrupted for " + seconds)
        .orElse("");
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  private static Status waiting(String step, String progress, String otherwise) {
    return new Status(true, false, Optional.of(step), progress.isEmpty() ? otherwise : progress);
  }

  private static Status failed(String reason) {
    return new Status(false, true, Optional.empty(), reason);
  }
}
