package dev.howdah.server.upgrade;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.cluster.Successions;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.replication.Position;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.replication.Slot;
import dev.howdah.postgres.sql.ScramVerifier;
import dev.howdah.postgres.upgrade.IncompatibleException;
import dev.howdah.server.copy.Completion;
import dev.howdah.server.database.Clustering;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.operation.Procedure.Step;
import dev.howdah.server.succession.Reason;
import dev.howdah.server.succession.Succession;
import dev.howdah.server.succession.Successor;
import dev.howdah.server.upgrade.Upgrade.State;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How databases are upgraded. A copy beside the database follows it. When it runs, the database is
 * sealed and shut down in good order, which ends only when the copy has got everything; so what was
 * acknowledged is in the copy, which is promoted, upgraded and exchanged with the database. Until
 * that is recorded, all of it can be taken back: nothing was written to the copy by anybody.
 */
final class UpgradeProcedures {
  /** Makes a copy that follows. */
  static final String PREPARE = "prepare-upgrade";

  /** Upgrades a copy that is thrown away. */
  static final String TEST = "test-upgrade";

  /** Upgrades a database, having made the copy that follows where there is none. */
  static final String RUN = "upgrade-database";

  /** Throws away what was prepared. */
  static final String CANCEL = "cancel-upgrade";

  private static final Logger log = LoggerFactory.getLogger(UpgradeProcedures.class);

  /** A large database takes long to copy. */
  private static final Duration DEADLINE = Duration.ofDays(3);

  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration SHORT_LOOK = Duration.ofMillis(20);

  /** How long a database is kept shut for a copy that does not get the rest of it. */
  private static final Duration CATCH_UP = Duration.ofMinutes(1);

  /** What a copy may lack before the database is interrupted for the rest: a moment's worth. */
  private static final long UP_TO_DATE = 16L << 20;

  private static final int COPIED = 95;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PostgresHost host;
  private final Successions successions;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Clustering clustering;
  private final Succession succession;
  private final UpgradeStore store;

  /** Databases that are shut down on purpose. */
  private final Set<UUID> resting = ConcurrentHashMap.newKeySet();

  UpgradeProcedures(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      DatabaseAccess databases,
      Succession succession,
      UpgradeStore store) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.host = host;
    this.successions = host.successions();
    this.operations = operations;
    this.databases = databases;
    this.clustering = databases.clustering();
    this.succession = succession;
    this.store = store;
  }

  List<Procedure> all() {
    return List.of(
        new Procedure(
            PREPARE,
            DEADLINE,
            List.of(
                new Step("admit", this::admit),
                new Step("stage", this::stage),
                new Step("follow", this::follow),
                new Step("make-ready", this::makeReady)),
            List.of(new Step("dismiss", this::giveUp))),
        new Procedure(
            TEST,
            DEADLINE,
            List.of(
                new Step("stage", this::stageForTest),
                new Step("recover", this::recoverForTest),
                new Step("upgrade", this::upgradeForTest),
                new Step("drop", this::dropTested)),
            List.of(new Step("discard", this::giveUpTest))),
        new Procedure(
            RUN,
            DEADLINE,
            List.of(
                new Step("admit", this::admit),
                new Step("stage", this::stage),
                new Step("follow", this::follow),
                new Step("make-ready", this::makeReadyToRun),
                new Step("seal", this::seal),
                new Step("catch-up", this::catchUp),
                new Step("promote", this::promote),
                new Step("upgrade", this::upgrade),
                new Step("exchange", this::exchange)),
            List.of(new Step("take-back", this::takeBack), new Step("reopen", this::giveUp))),
        new Procedure(CANCEL, DEADLINE, List.of(new Step("dismiss", this::cancel)), List.of()));
  }

  /** Of these databases, those whose servers should not stand still. */
  Set<UUID> awake(Set<UUID> wanted) {
    var awake = new HashSet<>(wanted);
    awake.removeAll(resting);
    return awake;
  }

  private Outcome admit(Operation operation) {
    Database database = database(operation);
    Database.Following following = following(database);
    clustering.started(database);
    clustering
        .replication(database)
        .admit(following.role(), ScramVerifier.of(following.password()), following.role());
    // Only a matter of who may enter, which no session notices.
    host.clusters().configure(current(database));
    return Outcome.done();
  }

  private Outcome stage(Operation operation) {
    Database database = database(operation);
    successions.stage(
        clustering.successor(database, databases.plan(database), following(database)),
        new Origin.Live(database.id()),
        Completion.of(operations, clock, operation.id(), 0, COPIED));
    return Outcome.done();
  }

  private Outcome follow(Operation operation) {
    Database database = database(operation);
    clustering.started(database);
    Optional<Slot> slot = clustering.replication(database).slot(following(database).role());
    if (slot.isEmpty() || slot.get().lost()) {
      return new Outcome.Fail(
          "The copy that was prepared has fallen too far behind. Prepare the upgrade again.");
    }
    successions.startStaged(database.id());
    Position position = host.stagedReplication(database.id()).position();
    if (position.stalled()) {
      return new Outcome.Fail(
          "The copy was prepared for smaller settings than the database has now. Prepare the"
              + " upgrade again.");
    }
    long behind = clustering.replication(database).position().written().since(position.replayed());
    return position.streaming() && behind <= UP_TO_DATE
        ? Outcome.done()
        : new Outcome.Again(LOOK, Completion.text(COPIED));
  }

  private Outcome makeReady(Operation operation) {
    prepare(operation);
    return Outcome.done(
        handle -> store.set(handle, operation.subject(), State.PREPARED, "", clock.instant()));
  }

  private Outcome makeReadyToRun(Operation operation) {
    prepare(operation);
    return Outcome.done();
  }

  private void prepare(Operation operation) {
    successions.startStaged(operation.subject());
    successions.prepareUpgrade(operation.subject(), major(operation));
  }

  /**
   * Nobody gets in any more, and whoever is in is put out: by a shutdown, which ends only when the
   * copy has been sent everything, if it is connected.
   */
  private Outcome seal(Operation operation) {
    Database database = database(operation);
    Instant now = clock.instant();
    jdbi.useHandle(handle -> store.interrupted(handle, database.id(), now));
    resting.add(database.id());
    successions.startStaged(database.id());
    host.clusters().configure(current(database).withSealed(true));
    if (!clustering.running(database) && successions.stagedHasAll(database.id())) {
      return Outcome.done();
    }
    clustering.started(database);
    if (!host.stagedReplication(database.id()).position().streaming()) {
      return patiently(operation);
    }
    host.clusters().stop(database.id(), StopMode.FAST);
    return Outcome.done();
  }

  private Outcome catchUp(Operation operation) {
    resting.add(operation.subject());
    successions.startStaged(operation.subject());
    return successions.stagedHasAll(operation.subject()) ? Outcome.done() : patiently(operation);
  }

  private Outcome patiently(Operation operation) {
    Instant since = upgrade(operation.subject()).interruptedAt().orElseThrow();
    return clock.instant().isAfter(since.plus(CATCH_UP))
        ? new Outcome.Fail("The copy did not get what was written last.")
        : new Outcome.Again(SHORT_LOOK, "upgrading");
  }

  private Outcome promote(Operation operation) {
    resting.add(operation.subject());
    successions.startStaged(operation.subject());
    host.stagedReplication(operation.subject()).promote();
    return Outcome.done();
  }

  private Outcome upgrade(Operation operation) {
    Database database = database(operation);
    resting.add(database.id());
    try {
      successions.upgradeStaged(
          succession.spec(database, successor(operation)).withReplication(Replication.alone()));
      return Outcome.done();
    } catch (IncompatibleException found) {
      return new Outcome.Fail(String.valueOf(found.getMessage()));
    }
  }

  private Outcome exchange(Operation operation) {
    Instant since = upgrade(operation.subject()).interruptedAt().orElseThrow();
    Outcome.Done exchanged = succession.exchange(operation, successor(operation), since);
    resting.remove(operation.subject());
    return Outcome.done(handle -> {
      exchanged.writes().accept(handle);
      databases.endSuccessor(handle, operation.subject());
      store.set(handle, operation.subject(), State.DONE, "", clock.instant());
    });
  }

  private Outcome takeBack(Operation operation) {
    Outcome takenBack = succession.takeBack(operation, successor(operation));
    resting.remove(operation.subject());
    return takenBack;
  }

  /** The database is open, and nothing is left of what followed it. */
  private Outcome giveUp(Operation operation) {
    drop(operation);
    log.info(
        "the upgrade of database {} came to nothing: {}",
        operation.subject(),
        operation.error().orElse(""));
    return Outcome.done(handle -> {
      databases.endSuccessor(handle, operation.subject());
      store.set(
          handle,
          operation.subject(),
          State.FAILED,
          operation.error().orElse("It failed."),
          clock.instant());
    });
  }

  private Outcome cancel(Operation operation) {
    drop(operation);
    return Outcome.done(handle -> {
      databases.endSuccessor(handle, operation.subject());
      store.set(handle, operation.subject(), State.CANCELLED, "", clock.instant());
    });
  }

  private void drop(Operation operation) {
    Database database = database(operation);
    successions.dropStaged(database.id());
    clustering.configure(current(database));
    // It may have been recorded as gone before.
    jdbi.withHandle(handle -> databases.successor(handle, database.id()))
        .ifPresent(gone -> clustering.replication(database).dismiss(gone.role(), gone.role()));
  }

  private Outcome stageForTest(Operation operation) {
    Database database = database(operation);
    successions.stage(
        scratch(database, database.major()),
        new Origin.Live(database.id()),
        Completion.of(operations, clock, operation.id(), 0, COPIED));
    return Outcome.done();
  }

  private Outcome recoverForTest(Operation operation) {
    successions.recoverStaged(
        operation.subject(), Completion.of(operations, clock, operation.id(), COPIED, COPIED));
    return Outcome.done();
  }

  private Outcome upgradeForTest(Operation operation) {
    Database database = database(operation);
    Instant before = clock.instant();
    try {
      successions.upgradeStaged(scratch(database, major(operation)));
    } catch (IncompatibleException found) {
      return new Outcome.Fail(String.valueOf(found.getMessage()));
    }
    long seconds = Math.max(1, Duration.between(before, clock.instant()).toSeconds());
    return Outcome.done(handle ->
        store.set(
            handle,
            database.id(),
            State.TESTING,
            "Upgrading the copy took %d s.".formatted(seconds),
            clock.instant()));
  }

  private ClusterSpec scratch(Database database, int major) {
    return current(database)
        .withMajor(major)
        .withArchiving(Optional.empty())
        .withReplication(Replication.alone())
        .withSealed(true);
  }

  private Outcome dropTested(Operation operation) {
    successions.dropStaged(operation.subject());
    String found = upgrade(operation.subject()).message();
    log.info(
        "the test upgrade of database {} to PostgreSQL {} succeeded. {}",
        operation.subject(),
        major(operation),
        found);
    return Outcome.done(
        handle -> store.set(handle, operation.subject(), State.TESTED, found, clock.instant()));
  }

  private Outcome giveUpTest(Operation operation) {
    successions.dropStaged(operation.subject());
    String reason = operation.error().orElse("It failed.");
    log.info("the test upgrade of database {} failed: {}", operation.subject(), reason);
    return Outcome.done(
        handle -> store.set(handle, operation.subject(), State.FAILED, reason, clock.instant()));
  }

  private ClusterSpec current(Database database) {
    return clustering.spec(database, databases.plan(database));
  }

  private static Successor successor(Operation operation) {
    return new Successor(Reason.UPGRADE, major(operation), operation.id());
  }

  private Database.Following following(Database database) {
    return jdbi.withHandle(handle -> databases.successor(handle, database.id())).orElseThrow();
  }

  private Upgrade upgrade(UUID id) {
    return jdbi.withHandle(handle -> store.find(handle, id)).orElseThrow();
  }

  private Database database(Operation operation) {
    return jdbi.withHandle(handle -> databases.database(handle, operation.subject())).orElseThrow();
  }

  private static int major(Operation operation) {
    return operation.input().path("major").asInt();
  }
}
