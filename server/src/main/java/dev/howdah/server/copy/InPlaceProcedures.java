package dev.howdah.server.copy;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.Target;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.operation.Procedure.Step;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.succession.Reason;
import dev.howdah.server.succession.Succession;
import dev.howdah.server.succession.Successor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * How other content is brought into a database that stays where it is: a copy is made beside it and
 * takes its place when it is whole. Until then the database serves on, and nothing is lost.
 */
final class InPlaceProcedures {
  /** Brings a database back to an earlier moment. */
  static final String ROLLBACK = "roll-back-in-place";

  /** Rebuilds a database from its repository. */
  static final String RECOVER = "recover-database";

  /** Makes a fork what its source is now. */
  static final String REFRESH = "refresh-fork";

  private static final Duration DEADLINE = Duration.ofDays(3);
  private static final int COPIED = 90;
  private static final int REPLAYED = 99;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PostgresHost host;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Protection protection;
  private final Succession succession;
  private final Archival archival;

  InPlaceProcedures(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      DatabaseAccess databases,
      Protection protection,
      Succession succession,
      Archival archival) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.host = host;
    this.operations = operations;
    this.databases = databases;
    this.protection = protection;
    this.succession = succession;
    this.archival = archival;
  }

  List<Procedure> all() {
    return List.of(
        procedure(ROLLBACK, Reason.ROLLBACK, new Step("archive", this::archive)),
        procedure(RECOVER, Reason.RECOVER, new Step("clear", this::clear)),
        procedure(REFRESH, Reason.REFRESH, new Step("check", this::check)));
  }

  private Procedure procedure(String kind, Reason reason, Step first) {
    return new Procedure(
        kind,
        DEADLINE,
        List.of(
            first,
            new Step("stage", operation -> stage(operation, reason)),
            new Step("recover", this::recover),
            new Step("rekey", this::rekey),
            new Step(
                "exchange",
                operation -> succession.exchange(operation, successor(operation, reason)))),
        List.of(
            new Step(
                "take-back",
                operation -> succession.takeBack(operation, successor(operation, reason)))));
  }

  private Outcome archive(Operation operation) {
    return archival.await(operation, operation.subject());
  }

  /** A server whose files are gone under it must not keep the port from the one that comes. */
  private Outcome clear(Operation operation) {
    Database database = database(operation.subject());
    if (!host.successions().hasStaged(database.id())) {
      host.clusters().end(database.id(), database.port());
    }
    return Outcome.done();
  }

  private Outcome check(Operation operation) {
    return databases.clustering().running(source(operation))
        ? Outcome.done()
        : new Outcome.Again(Duration.ofSeconds(1), "waiting for its source");
  }

  private Outcome stage(Operation operation, Reason reason) {
    Database database = database(operation.subject());
    ClusterSpec spec = succession.spec(database, successor(operation, reason));
    host.successions().stage(spec, origin(operation, reason), completion(operation, 0, COPIED));
    return Outcome.done();
  }

  private Origin origin(Operation operation, Reason reason) {
    return switch (reason) {
      case ROLLBACK -> archived(operation, new Target.At(Instant.parse(text(operation, "moment"))));
      case RECOVER, UPGRADE -> archived(operation, new Target.Latest());
      case REFRESH -> new Origin.Live(source(operation).id());
    };
  }

  private Origin archived(Operation operation, Target target) {
    UUID lineage = uuid(operation, "from");
    return new Origin.Archived(
        jdbi.withHandle(handle -> protection.archiving(handle, lineage)), target);
  }

  private Outcome recover(Operation operation) {
    host.successions().recoverStaged(operation.subject(), completion(operation, COPIED, REPLAYED));
    return Outcome.done();
  }

  private Outcome rekey(Operation operation) {
    Database database = database(operation.subject());
    host.successions().startStaged(database.id());
    databases.rekey(database, host.stagedDatabase(database.id(), database.name()));
    return Outcome.done();
  }

  private Completion completion(Operation operation, int from, int to) {
    return Completion.of(operations, clock, operation.id(), from, to);
  }

  private Successor successor(Operation operation, Reason reason) {
    return new Successor(
        reason, operation.input().path("major").asInt(), uuid(operation, "lineage"));
  }

  private Database source(Operation operation) {
    return database(uuid(operation, "source"));
  }

  private Database database(UUID id) {
    return jdbi.withHandle(handle -> databases.database(handle, id)).orElseThrow();
  }

  private static UUID uuid(Operation operation, String field) {
    return UUID.fromString(text(operation, field));
  }

  private static String text(Operation operation, String field) {
    return operation.input().path(field).asString("");
  }
}
