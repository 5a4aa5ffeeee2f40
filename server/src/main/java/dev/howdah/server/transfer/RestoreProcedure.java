package dev.howdah.server.transfer;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.dump.Dumps;
import dev.howdah.postgres.dump.Load;
import dev.howdah.server.bucket.Depot;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabaseAccess.Reach;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;

/**
 * How a backup is restored: into a second database, which takes the first one's place when it is
 * whole. What was there before is kept for a day (P21). A restore that fails, is cancelled or dies
 * with Howdah leaves the database as it was. After a crash it begins again.
 */
final class RestoreProcedure {
  /** The kind of operation; its subject is the transfer. */
  static final String KIND = "restore-backup";

  /** What follows a restore: what the database contained before is kept. */
  static final String KEEP = "keep-replaced-data";

  /** Brings back what is kept; its subject is the database. */
  static final String UNDO = "undo-restore";

  /** Drops what is kept; its subject is the database. */
  static final String DROP = "drop-kept-data";

  /** How long a restore can be taken back. */
  static final Duration KEPT = Duration.ofHours(24);

  private static final Duration DEADLINE = Duration.ofDays(3);

  /** How many processes restore at once, at the most. */
  private static final int MOST_JOBS = 4;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Dumps dumps;
  private final Depot depot;
  private final Import.Rules rules;
  private final TransferStore store;
  private final Runs runs;

  /** What users are sending now. */
  private final Map<UUID, Arrival> arrivals = new ConcurrentHashMap<>();

  RestoreProcedure(
      Jdbi jdbi,
      InstantSource clock,
      Operations operations,
      DatabaseAccess databases,
      Dumps dumps,
      Depot depot,
      Import.Rules rules,
      TransferStore store,
      Runs runs) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.operations = operations;
    this.databases = databases;
    this.dumps = dumps;
    this.depot = depot;
    this.rules = rules;
    this.store = store;
    this.runs = runs;
  }

  List<Procedure> procedures() {
    return List.of(
        new Procedure(
            KIND,
            DEADLINE,
            List.of(
                new Procedure.Step("load", this::load), new Procedure.Step("adopt", this::adopt)),
            List.of(
                new Procedure.Step("end", this::end),
                new Procedure.Step("take-back", this::takeBack))),
        new Procedure(KEEP, DEADLINE, List.of(new Procedure.Step("keep", this::keep)), List.of()),
        new Procedure(
            UNDO, DEADLINE, List.of(new Procedure.Step("exchange", this::undo)), List.of()),
        new Procedure(DROP, DEADLINE, List.of(new Procedure.Step("drop", this::drop)), List.of()));
  }

  /**
   * The input of the operation.
   *
   * @param privileges whether grants are restored
   * @param uploaded whether a user sends the archive
   */
  static Map<String, Object> input(
      UUID database, boolean privileges, List<String> extensions, boolean uploaded) {
    return Map.of(
        "database", database,
        "privileges", privileges,
        "extensions", extensions,
        "uploaded", uploaded);
  }

  /** Expects an archive for a transfer, which is about to be recorded. */
  void expect(UUID transfer, Upload upload) {
    arrivals.put(transfer, new Arrival(upload, rules.mostBytes()));
  }

  /** Waits a while; answers whether nothing more of a transfer's archive is wanted. */
  boolean hasArrived(UUID transfer, Duration patience) throws InterruptedException {
    Arrival arrival = arrivals.get(transfer);
    return arrival == null || arrival.isOverWithin(patience);
  }

  /** Nothing more arrives for a transfer. */
  void arrived(UUID transfer) {
    Arrival arrival = arrivals.remove(transfer);
    if (arrival != null) {
      arrival.close();
    }
  }

  private Outcome load(Operation operation) {
    UUID id = operation.subject();
    return runs.advance(
        id,
        () -> begin(operation),
        (run, result) ->
            Outcome.done(handle -> {
              store.processed(handle, id, run.bytes());
              store.warned(handle, id, result.warnings());
            }));
  }

  private Outcome begin(Operation operation) {
    UUID id = operation.subject();
    Optional<Transfer> transfer = jdbi.withHandle(handle -> store.find(handle, id));
    Optional<Reach> target = target(operation);
    if (transfer.isEmpty() || target.isEmpty()) {
      return new Outcome.Fail("The database is not available any more.");
    }
    boolean uploaded = operation.input().path("uploaded").asBoolean();
    Optional<Load.Source> source =
        uploaded ? Optional.ofNullable(arrivals.get(id)) : source(transfer.get());
    if (source.isEmpty()) {
      return new Outcome.Fail(
          uploaded
              ? "The upload was interrupted. Send the file again."
              : "The backup is not there any more.");
    }
    dumps.end(id);
    var extensions = new ArrayList<String>();
    operation.input().path("extensions").forEach(name -> extensions.add(name.asString()));
    try {
      databases.replacement(target.get()).prepare(extensions);
    } catch (PostgresException impossible) {
      if (extensions.isEmpty()) {
        throw impossible;
      }
      return new Outcome.Fail(String.valueOf(impossible.getMessage()));
    }
    return runs.begun(
        id,
        "Restoring %s to %s".formatted(transfer.get().fromName(), transfer.get().toPlace()),
        () ->
            dumps.load(
                id,
                source.get(),
                Sides.replacement(target.get()),
                operation.input().path("privileges").asBoolean(),
                Dumps.Urgency.SOON,
                Math.min(MOST_JOBS, Runtime.getRuntime().availableProcessors())));
  }

  private Optional<Load.Source> source(Transfer transfer) {
    if (transfer.object().isPresent()) {
      return jdbi.withHandle(handle -> store.stored(handle, transfer.object().get()))
          .map(stored -> from(depot, stored));
    }
    return jdbi.withHandle(handle -> store.urls(handle, transfer.id()))
        .map(urls -> new Import(Import.parse(urls.from()), rules));
  }

  /** A backup as pg_restore reads it. */
  static Load.Source from(Depot depot, TransferStore.Stored stored) {
    return out -> {
      try (InputStream in = open(depot, stored, 0)) {
        in.transferTo(out);
      }
    };
  }

  /** Reads a backup from a byte on. */
  static InputStream open(Depot depot, TransferStore.Stored stored, long from) throws IOException {
    return depot.open(stored.store(), stored.id().toString(), stored.key(), stored.bytes(), from);
  }

  private Outcome adopt(Operation operation) {
    UUID id = operation.subject();
    Optional<Reach> target = target(operation);
    if (target.isEmpty()) {
      return new Outcome.Fail("The database is not available any more.");
    }
    databases.replacement(target.get()).adopt();
    dumps.end(id);
    return Outcome.done(handle -> {
      store.log(
          handle,
          id,
          "The restore is complete. What the database contained before is kept for 24 hours:"
              + " howdah pg:backups:undo brings it back.",
          clock.instant());
      store.finished(handle, id, true, clock.instant());
      store.detach(handle, id);
      store.replaced(handle, target.get().id(), id, clock.instant().plus(KEPT));
      operations.submit(handle, KEEP, id, operation.input());
    });
  }

  private Outcome keep(Operation operation) {
    target(operation).ifPresent(target -> databases.replacement(target).keep());
    return Outcome.done();
  }

  private Outcome undo(Operation operation) {
    Optional<Reach> target = jdbi.withHandle(handle -> databases.find(handle, operation.subject()));
    target.ifPresent(reach -> databases.replacement(reach).bringBack());
    return Outcome.done(handle -> {
      store
          .replaced(handle, operation.subject())
          .flatMap(TransferStore.Replaced::transfer)
          .ifPresent(transfer ->
              store.log(
                  handle,
                  transfer,
                  "It was undone: the database contains what it did before.",
                  clock.instant()));
      store.notReplaced(handle, operation.subject());
    });
  }

  private Outcome drop(Operation operation) {
    Optional<Reach> target = jdbi.withHandle(handle -> databases.find(handle, operation.subject()));
    target.ifPresent(reach -> databases.replacement(reach).dropKept());
    return Outcome.done(handle -> store.notReplaced(handle, operation.subject()));
  }

  /** Ends the programs, and tells whoever waits. */
  private Outcome end(Operation operation) {
    UUID id = operation.subject();
    runs.end(id);
    return Outcome.done(handle -> {
      store.log(handle, id, operation.error().orElse("It failed."), clock.instant());
      store.log(handle, id, "The database is as it was.", clock.instant());
      store.finished(handle, id, false, clock.instant());
      store.detach(handle, id);
    });
  }

  private Outcome takeBack(Operation operation) {
    target(operation).ifPresent(target -> databases.replacement(target).takeBack());
    return Outcome.done();
  }

  private Optional<Reach> target(Operation operation) {
    UUID database = UUID.fromString(operation.input().path("database").asString());
    return jdbi.withHandle(handle -> databases.find(handle, database));
  }
}
