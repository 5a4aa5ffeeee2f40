package dev.howdah.server.transfer;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.drill.Scratch;
import dev.howdah.postgres.dump.Census;
import dev.howdah.postgres.dump.Dumps;
import dev.howdah.postgres.dump.Load;
import dev.howdah.postgres.dump.Run;
import dev.howdah.postgres.dump.Side;
import dev.howdah.server.bucket.Depot;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabasePlan;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.secret.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a backup is proven: it is restored into a cluster made for that alone, every page and index
 * of which is then checked, and which is deleted. Nobody waits for it, so it runs at low priority
 * and one at a time. A crash begins it again.
 */
final class DrillProcedure {
  /** The kind of operation; its subject is the backup. */
  static final String KIND = "drill-backup";

  private static final Logger log = LoggerFactory.getLogger(DrillProcedure.class);

  private static final Duration DEADLINE = Duration.ofDays(1);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration TURN = Duration.ofSeconds(10);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final DatabaseAccess databases;
  private final Scratch scratch;
  private final Dumps dumps;
  private final Depot depot;
  private final Tokens tokens;
  private final TransferStore store;
  private final Map<UUID, Load> running = new ConcurrentHashMap<>();
  private final Map<UUID, Instant> begun = new ConcurrentHashMap<>();

  DrillProcedure(
      Jdbi jdbi,
      InstantSource clock,
      DatabaseAccess databases,
      Scratch scratch,
      Dumps dumps,
      Depot depot,
      Tokens tokens,
      TransferStore store) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.databases = databases;
    this.scratch = scratch;
    this.dumps = dumps;
    this.depot = depot;
    this.tokens = tokens;
    this.store = store;
  }

  Procedure procedure() {
    return new Procedure(
        KIND,
        DEADLINE,
        List.of(
            new Procedure.Step("restore", this::restore),
            new Procedure.Step("check", this::check),
            new Procedure.Step("clear", this::clear)),
        List.of(new Procedure.Step("give-up", this::giveUp)));
  }

  void close() {
    running.values().forEach(Run::cancel);
  }

  private Outcome restore(Operation operation) {
    UUID cluster = cluster(operation);
    Load load = running.get(cluster);
    if (load == null) {
      return running.isEmpty() ? begin(operation) : new Outcome.Again(TURN, "waiting for its turn");
    }
    Optional<Run.Result> result = load.result();
    if (result.isEmpty()) {
      return new Outcome.Again(LOOK, "restoring");
    }
    running.remove(cluster);
    if (!result.get().succeeded()) {
      return new Outcome.Fail(result.get().reason());
    }
    Instant now = clock.instant();
    int seconds =
        (int) Duration.between(begun.getOrDefault(cluster, now), now).plusMillis(999).toSeconds();
    dumps.end(cluster);
    return Outcome.done(
        handle -> store.drilled(handle, operation.subject(), seconds, load.tables()));
  }

  private Outcome begin(Operation operation) {
    UUID backup = operation.subject();
    UUID cluster = cluster(operation);
    Optional<TransferStore.Stored> stored = stored(backup);
    if (stored.isEmpty()) {
      return new Outcome.Fail("The backup is not there any more.");
    }
    DatabasePlan plan = databases.largestPlan();
    dumps.end(cluster);
    Side side =
        scratch.make(
            databases
                .clustering()
                .scratch(
                    cluster,
                    operation.input().path("major").asInt(),
                    databases.clustering().freePort(tokens),
                    plan),
            tokens.databasePassword());
    jdbi.useTransaction(handle -> store.drillBegun(handle, backup, clock.instant()));
    begun.put(cluster, clock.instant());
    running.put(
        cluster,
        dumps.load(
            cluster,
            RestoreProcedure.from(depot, stored.get()),
            side,
            false,
            Dumps.Urgency.BACKGROUND,
            1));
    return new Outcome.Again(LOOK, "restoring");
  }

  private Optional<TransferStore.Stored> stored(UUID backup) {
    return jdbi.withHandle(handle ->
        store
            .find(handle, backup)
            .flatMap(Transfer::object)
            .flatMap(object -> store.stored(handle, object)));
  }

  private Optional<String> assertion(UUID backup) {
    return jdbi.withHandle(handle ->
        store
            .find(handle, backup)
            .flatMap(Transfer::database)
            .flatMap(database -> store.assertion(handle, database)));
  }

  private Outcome check(Operation operation) {
    Optional<TransferStore.Drill> drill =
        jdbi.withHandle(handle -> store.drill(handle, operation.subject()));
    Scratch.Inventory inventory;
    try {
      inventory = scratch.check(cluster(operation));
    } catch (PostgresException damaged) {
      return new Outcome.Fail(String.valueOf(damaged.getMessage()));
    }
    int tables = inventory.rows().size();
    long expected = drill.map(TransferStore.Drill::tables).orElse(0L);
    if (tables < expected) {
      return new Outcome.Fail(
          "It has %d tables of the %d that the backup has data of.".formatted(tables, expected));
    }
    Optional<String> difference =
        stored(operation.subject())
            .flatMap(TransferStore.Stored::rows)
            .flatMap(rows -> Census.difference(rows, inventory.rows()));
    if (difference.isPresent()) {
      return new Outcome.Fail(difference.get());
    }
    Optional<String> broken =
        assertion(operation.subject())
            .flatMap(
                query -> scratch.objection(cluster(operation), query, tokens.databasePassword()));
    if (broken.isPresent()) {
      return new Outcome.Fail(broken.get());
    }
    return Outcome.done(
        handle -> store.drillCounted(handle, operation.subject(), tables, inventory.total()));
  }

  private Outcome clear(Operation operation) {
    scratch.destroy(cluster(operation));
    begun.remove(cluster(operation));
    return Outcome.done(handle -> {
      store.drillEnded(handle, operation.subject(), Optional.empty(), clock.instant());
      store
          .drill(handle, operation.subject())
          .ifPresent(drill ->
              store.log(handle, operation.subject(), "Verified " + drill.text(), clock.instant()));
    });
  }

  private Outcome giveUp(Operation operation) {
    UUID cluster = cluster(operation);
    Load load = running.remove(cluster);
    if (load != null) {
      load.cancel();
    }
    begun.remove(cluster);
    dumps.end(cluster);
    scratch.destroy(cluster);
    if (stored(operation.subject()).isEmpty()) {
      // It was deleted meanwhile: there is nothing to prove, and nobody to warn.
      return Outcome.done();
    }
    String problem = operation.error().orElse("It was given up.");
    log.error(
        "backup {} cannot be restored, as its drill found: {}. Take another one, and look at its"
            + " database.",
        operation.subject(),
        problem);
    return Outcome.done(handle -> {
      store.drillEnded(handle, operation.subject(), Optional.of(problem), clock.instant());
      store.log(
          handle, operation.subject(), "THIS BACKUP FAILED ITS DRILL: " + problem, clock.instant());
    });
  }

  private static UUID cluster(Operation operation) {
    return UUID.nameUUIDFromBytes(("drill " + operation.id()).getBytes(StandardCharsets.US_ASCII));
  }
}
