package dev.howdah.server.copy;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.Recovery;
import dev.howdah.postgres.copy.Target;
import dev.howdah.postgres.replication.Position;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.sql.ScramVerifier;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.database.Clustering;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.operation.Procedure.Step;
import dev.howdah.server.protection.Protection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How copies are made, and how a follower becomes a database of its own. The source serves on,
 * whatever happens to the copy.
 */
final class CopyProcedures {
  /** Makes a fork or a rollback. */
  static final String COPY = "copy-database";

  /** Makes a follower. */
  static final String FOLLOW = "follow-database";

  /** Makes a follower anew, where it is. */
  static final String REBUILD = "rebuild-follower";

  /** Lets a follower go. */
  static final String UNFOLLOW = "unfollow-database";

  private static final Logger log = LoggerFactory.getLogger(CopyProcedures.class);

  /** A large database takes long. */
  private static final Duration DEADLINE = Duration.ofDays(3);

  private static final Duration LOOK = Duration.ofMillis(250);

  /** How long a follower is given to read what its leader had written when it was let go. */
  private static final Duration CATCH_UP = Duration.ofSeconds(30);

  /** What a follower may lack and still be called up to date: a file of the write-ahead log. */
  private static final long UP_TO_DATE = 16L << 20;

  private static final int COPIED = 90;
  private static final int REPLAYED = 99;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PostgresHost host;
  private final Operations operations;
  private final Addons addons;
  private final DatabaseAccess databases;
  private final Clustering clustering;
  private final Protection protection;

  private final Archival archival;

  CopyProcedures(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      Addons addons,
      DatabaseAccess databases,
      Protection protection,
      Archival archival) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.host = host;
    this.operations = operations;
    this.addons = addons;
    this.databases = databases;
    this.clustering = databases.clustering();
    this.protection = protection;
    this.archival = archival;
  }

  List<Procedure> all() {
    return List.of(
        new Procedure(
            COPY,
            DEADLINE,
            List.of(
                new Step("archive", this::archive),
                new Step("copy", this::copy),
                new Step("recover", this::recover),
                new Step("open", this::open)),
            List.of(new Step("remove", this::remove))),
        new Procedure(
            FOLLOW,
            DEADLINE,
            List.of(
                new Step("admit", this::admit),
                new Step("copy", this::copyLeader),
                new Step("follow", this::follow),
                new Step("catch-up", this::catchUp)),
            List.of(new Step("remove", this::remove))),
        new Procedure(
            REBUILD,
            DEADLINE,
            List.of(
                new Step("admit", this::admit),
                new Step("stage", this::stage),
                new Step("follow", this::followStaged),
                new Step("exchange", this::exchange),
                new Step("drop", this::drop)),
            List.of(new Step("take-back", this::takeBack))),
        new Procedure(
            UNFOLLOW,
            DEADLINE,
            List.of(
                new Step("catch-up", this::catchUpAtLast),
                new Step("promote", this::promote),
                new Step("separate", this::separate),
                new Step("dismiss", this::dismiss)),
            List.of()));
  }

  /** What a moment asked for may need must be in the repository before that is read. */
  private Outcome archive(Operation operation) {
    if (!how(operation).equals("archive")) {
      return Outcome.done();
    }
    return archival.await(operation, uuid(operation, "source"));
  }

  private Outcome copy(Operation operation) {
    Database copy = database(operation);
    host.clusters().copy(spec(copy), origin(operation), completion(operation, 0, COPIED));
    return Outcome.done();
  }

  private Origin origin(Operation operation) {
    return switch (how(operation)) {
      case "live" -> new Origin.Live(uuid(operation, "source"));
      case "snapshot" -> new Origin.Snapshot(uuid(operation, "lineage"), moment(operation));
      default ->
          new Origin.Archived(
              jdbi.withHandle(handle -> protection.archiving(handle, uuid(operation, "lineage"))),
              new Target.At(moment(operation)));
    };
  }

  private Outcome recover(Operation operation) {
    Database copy = database(operation);
    Recovery recovery = host.clusters().recover(copy.id(), completion(operation, COPIED, REPLAYED));
    if (!how(operation).equals("archive") || !recovery.clamped()) {
      return Outcome.done();
    }
    log.info(
        "database {} shows all of its source: nothing was committed from {} to {}",
        copy.id(),
        recovery.lastCommit().map(Instant::toString).orElse("its base copy"),
        moment(operation));
    return Outcome.done(handle ->
        databases.setOrigin(
            handle,
            copy.id(),
            new Database.Origin(
                uuid(operation, "source"),
                recovery.lastCommit().or(() -> Optional.of(moment(operation))),
                true)));
  }

  private Outcome open(Operation operation) {
    Database copy = database(operation);
    databases.rekey(copy);
    clustering.configure(copy, databases.plan(copy));
    return Outcome.done(handle -> {
      addons.lockApps(handle, copy.id());
      databases.available(handle, copy.id());
    });
  }

  /**
   * Also what is left of a copy that was never complete. Its source knows nothing of it any more.
   */
  private Outcome remove(Operation operation) {
    archival.forget(operation);
    Optional<Database> copy = find(operation.subject());
    copy.ifPresent(database -> {
      clustering.destroy(database);
      clustering.dismiss(database);
    });
    return Outcome.done(handle -> {
      addons.lockApps(handle, operation.subject());
      addons.withdraw(handle, operation.subject(), by(operation), text(operation, "email"));
    });
  }

  private Outcome admit(Operation operation) {
    Database follower = database(operation);
    Database.Following following = follower.following().orElseThrow();
    Database leader = find(following.leaderId()).orElseThrow();
    clustering.started(leader);
    clustering
        .replication(leader)
        .admit(following.role(), ScramVerifier.of(following.password()), following.role());
    // Only a matter of who may enter, which no session notices.
    host.clusters().configure(spec(leader));
    return Outcome.done();
  }

  private Outcome copyLeader(Operation operation) {
    Database follower = database(operation);
    UUID leader = follower.following().orElseThrow().leaderId();
    host.clusters().copy(spec(follower), new Origin.Live(leader), completion(operation, 0, COPIED));
    return Outcome.done();
  }

  private Outcome follow(Operation operation) {
    Database follower = database(operation);
    host.clusters().recover(follower.id(), completion(operation, COPIED, REPLAYED));
    clustering.configure(follower, databases.plan(follower));
    return Outcome.done();
  }

  private Outcome stage(Operation operation) {
    Database follower = database(operation);
    UUID leader = follower.following().orElseThrow().leaderId();
    host.successions()
        .stage(spec(follower), new Origin.Live(leader), completion(operation, 0, COPIED));
    return Outcome.done();
  }

  private Outcome followStaged(Operation operation) {
    host.successions().recoverStaged(operation.subject(), completion(operation, COPIED, REPLAYED));
    return Outcome.done();
  }

  private Outcome exchange(Operation operation) {
    host.successions().exchange(spec(database(operation)));
    return Outcome.done();
  }

  private Outcome drop(Operation operation) {
    host.successions().dropPrevious(operation.subject());
    return Outcome.done();
  }

  /** What follows from far behind is better than nothing, until it is tried again. */
  private Outcome takeBack(Operation operation) {
    Database follower = database(operation);
    if (host.successions().hasPrevious(follower.id())) {
      host.successions().exchangeBack(spec(follower));
    }
    host.successions().dropStaged(follower.id());
    return Outcome.done();
  }

  private Outcome catchUp(Operation operation) {
    Database follower = database(operation);
    Position position = clustering.replication(follower).position();
    Optional<Database> leader =
        follower.following().flatMap(following -> find(following.leaderId()));
    boolean current =
        position.streaming()
            && leader
                .filter(clustering::running)
                .map(running ->
                    clustering.replication(running).position().written().since(position.replayed()))
                .filter(behind -> behind <= UP_TO_DATE)
                .isPresent();
    if (!current) {
      return new Outcome.Again(LOOK, Completion.text(REPLAYED));
    }
    return Outcome.done(handle -> {
      addons.lockApps(handle, follower.id());
      databases.available(handle, follower.id());
    });
  }

  /** What the leader had committed when its follower was told to go is in that, if it can be. */
  private Outcome catchUpAtLast(Operation operation) {
    Database follower = database(operation);
    String target = text(operation, "position");
    if (target.isEmpty() || follower.following().isEmpty()) {
      return Outcome.done();
    }
    clustering.started(follower);
    Position position = clustering.replication(follower).position();
    if (position.replayed().compareTo(Lsn.of(target)) >= 0) {
      return Outcome.done();
    }
    if (clock.instant().isAfter(operation.createdAt().plus(CATCH_UP))) {
      log.warn(
          "follower {} goes without what its leader wrote from {} to {}: it did not come",
          follower.id(),
          position.replayed(),
          target);
      return Outcome.done();
    }
    return new Outcome.Again(Duration.ofMillis(50), "catching up with its leader");
  }

  private Outcome promote(Operation operation) {
    Database follower = database(operation);
    clustering.started(follower);
    clustering.replication(follower).promote();
    return Outcome.done();
  }

  private Outcome separate(Operation operation) {
    Database follower = database(operation);
    clustering.configure(spec(follower).withReplication(Replication.alone()));
    clustering.started(follower).limitConnections(databases.plan(follower).connections());
    return Outcome.done(handle -> {
      addons.lockApps(handle, follower.id());
      databases.separate(handle, follower);
    });
  }

  private Outcome dismiss(Operation operation) {
    Optional<Database> leader = find(uuid(operation, "leader")).filter(clustering::running);
    String role = text(operation, "role");
    leader.ifPresent(running -> {
      clustering.replication(running).dismiss(role, role);
      host.clusters().configure(spec(running));
    });
    // One that does not run is told when it does: see FollowerWatch.
    return Outcome.done();
  }

  private ClusterSpec spec(Database database) {
    return clustering.spec(database, databases.plan(database));
  }

  private Completion completion(Operation operation, int from, int to) {
    return Completion.of(operations, clock, operation.id(), from, to);
  }

  private Database database(Operation operation) {
    return find(operation.subject()).orElseThrow();
  }

  private Optional<Database> find(UUID id) {
    return jdbi.withHandle(handle -> databases.database(handle, id));
  }

  private static String how(Operation operation) {
    return text(operation, "how");
  }

  private static Instant moment(Operation operation) {
    return Instant.parse(text(operation, "moment"));
  }

  private static UUID by(Operation operation) {
    return uuid(operation, "by");
  }

  private static UUID uuid(Operation operation, String field) {
    return UUID.fromString(text(operation, field));
  }

  private static String text(Operation operation, String field) {
    return operation.input().path(field).asString("");
  }
}
