package dev.howdah.server.succession;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.replication.Streaming;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.operation.Procedure.Step;
import dev.howdah.server.protection.Protection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How what has taken a database's place is opened, undone and confirmed. */
final class SuccessionProcedures {
  /** Lets everybody into what has taken a database's place. */
  static final String OPEN = "open-successor";

  /** Brings back what is kept. */
  static final String UNDO = "undo-succession";

  /** Gives up what is kept. */
  static final String CONFIRM = "confirm-succession";

  private static final Duration DEADLINE = Duration.ofMinutes(30);

  private static final Logger log = LoggerFactory.getLogger(SuccessionProcedures.class);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PostgresHost host;
  private final DatabaseAccess databases;
  private final Protection protection;
  private final Succession succession;

  SuccessionProcedures(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      DatabaseAccess databases,
      Protection protection,
      Succession succession) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.host = host;
    this.databases = databases;
    this.protection = protection;
    this.succession = succession;
  }

  List<Procedure> all() {
    return List.of(
        new Procedure(
            OPEN,
            DEADLINE,
            List.of(new Step("open", this::open), new Step("analyze", this::analyze)),
            List.of()),
        new Procedure(
            UNDO,
            DEADLINE,
            List.of(new Step("exchange", this::exchange)),
            List.of(new Step("return", this::giveBack))),
        new Procedure(CONFIRM, DEADLINE, List.of(new Step("drop", this::drop)), List.of()));
  }

  private Outcome open(Operation operation) {
    Database database = succession.database(operation.subject());
    databases.clustering().configure(succession.current(database));
    Instant now = clock.instant();
    Optional<Kept> kept = kept(database);
    kept.ifPresent(exchanged ->
        log.info(
            "database {} has another content ({}), and nobody could get in for {} ms",
            database.id(),
            exchanged.reason().text(),
            Duration.between(exchanged.interruptedAt(), now).toMillis()));
    forget(database);
    return Outcome.done(handle -> succession.store().opened(handle, database.id(), now));
  }

  /** What was brought back may know of something that followed it when it was replaced. */
  private void forget(Database database) {
    List<String> known = jdbi.withHandle(handle -> databases.followerRoles(handle, database.id()));
    Streaming replication = databases.clustering().replication(database);
    replication.admitted().stream()
        .filter(role -> !known.contains(role))
        .forEach(role -> replication.dismiss(role, role));
  }

  /** What a newer PostgreSQL was given has no statistics, and every plan of a query is a guess. */
  private Outcome analyze(Operation operation) {
    Database database = succession.database(operation.subject());
    boolean upgraded =
        kept(database)
            .filter(kept -> kept.reason() == Reason.UPGRADE && !kept.undone())
            .isPresent();
    if (upgraded) {
      databases.clustering().started(database).analyze();
    }
    return Outcome.done();
  }

  /** Its logins are those of the time when it was replaced until it is given today's. */
  private Outcome exchange(Operation operation) {
    Database database = succession.database(operation.subject());
    Kept kept = kept(database).orElseThrow();
    Instant since = clock.instant();
    ClusterSpec spec =
        succession.spec(database, new Successor(kept.reason(), kept.major(), kept.lineage()));
    if (kept.undone()) {
      host.successions().exchange(spec);
    } else {
      host.successions().exchangeBack(spec);
    }
    databases.rekey(database);
    return Outcome.done(handle -> {
      databases.succeed(handle, database.id(), kept.major(), kept.lineage());
      succession.keep(handle, database, kept.reason(), !kept.undone(), since);
      succession.open(handle, operation);
    });
  }

  /** Nobody has been in what is not recorded: what was in the place is as it was. */
  private Outcome giveBack(Operation operation) {
    Database database = succession.database(operation.subject());
    if (kept(database).orElseThrow().undone()) {
      host.successions().exchangeBack(succession.current(database));
    } else {
      host.successions().exchange(succession.current(database));
    }
    return Outcome.done();
  }

  private Outcome drop(Operation operation) {
    Database database = succession.database(operation.subject());
    Optional<Kept> kept = kept(database);
    if (kept.isEmpty()) {
      return Outcome.done();
    }
    if (kept.get().undone()) {
      host.successions().dropStaged(database.id());
    } else {
      host.successions().dropPrevious(database.id());
    }
    return Outcome.done(handle -> {
      succession.store().delete(handle, database.id());
      protection.end(handle, kept.get().lineage());
    });
  }

  private Optional<Kept> kept(Database database) {
    return jdbi.withHandle(handle -> succession.kept(handle, database.id()));
  }
}
