package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.Capture;
import dev.howdah.postgres.dump.Dumps;
import dev.howdah.server.bucket.Depot;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabaseAccess.Reach;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * How a backup is captured: pg_dump's output flows into the depot, and the record that it is whole
 * makes it one. After a crash it begins again, under another key. A backup that fails, is cancelled
 * or dies with Howdah leaves nothing.
 */
final class CaptureProcedure {
  /** The kind of operation; its subject is the transfer. */
  static final String KIND = "capture-backup";

  /** Deletes an object that nobody needs any more; its subject is the object. */
  static final String DELETE = "delete-backup";

  /** A large database takes long. */
  private static final Duration DEADLINE = Duration.ofDays(3);

  /** One in how many backups that users take is restored to see whether it can be. */
  private static final int DRILL_EVERY = 5;

  private static final Duration IN_USE = Duration.ofSeconds(5);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Dumps dumps;
  private final Depot depot;
  private final TransferStore store;
  private final Runs runs;
  private final Map<UUID, Depot.Deposit> deposits = new ConcurrentHashMap<>();

  CaptureProcedure(
      Jdbi jdbi,
      InstantSource clock,
      Operations operations,
      DatabaseAccess databases,
      Dumps dumps,
      Depot depot,
      TransferStore store,
      Runs runs) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.operations = operations;
    this.databases = databases;
    this.dumps = dumps;
    this.depot = depot;
    this.store = store;
    this.runs = runs;
  }

  List<Procedure> procedures() {
    return List.of(
        new Procedure(
            KIND,
            DEADLINE,
            List.of(new Procedure.Step("dump", this::dump)),
            List.of(new Procedure.Step("discard", this::discard))),
        new Procedure(
            DELETE, DEADLINE, List.of(new Procedure.Step("delete", this::delete)), List.of()));
  }

  /** The input of the operation. */
  static Map<String, Object> input(UUID database, UUID object) {
    return Map.of("database", database, "object", object);
  }

  private Outcome dump(Operation operation) {
    UUID id = operation.subject();
    UUID object = object(operation);
    return runs.advance(
        id,
        () -> begin(operation),
        (run, result) -> {
          Depot.Deposit deposit = deposits.remove(id);
          if (deposit == null) {
            return new Outcome.Fail("The backup was interrupted.");
          }
          long size = deposit.size();
          byte[] sha256 = deposit.sha256();
          var rows =
              run instanceof Capture capture ? capture.rows() : Optional.<Map<String, Long>>empty();
          dumps.end(id);
          return Outcome.done(handle -> {
            store.processed(handle, id, size);
            store.whole(handle, object, size, sha256, rows);
            store.log(handle, id, "The backup is complete.", clock.instant());
            store.finished(handle, id, true, clock.instant());
            store
                .find(handle, id)
                .filter(CaptureProcedure::isDrilled)
                .ifPresent(backup -> drill(handle, operations, databases, backup));
          });
        });
  }

  /** What schedules take is proven each time, of what users take one in some. */
  private static boolean isDrilled(Transfer backup) {
    return backup.schedule().isPresent() || backup.number() % DRILL_EVERY == 0;
  }

  /** Records the drill of a backup. */
  static Operation drill(
      Handle handle, Operations operations, DatabaseAccess databases, Transfer backup) {
    int major =
        backup
            .database()
            .flatMap(id -> databases.database(handle, id))
            .map(Database::major)
            .orElseGet(databases.clustering()::newestMajor);
    return operations.submit(handle, DrillProcedure.KIND, backup.id(), Map.of("major", major));
  }

  private Outcome begin(Operation operation) {
    UUID id = operation.subject();
    UUID object = object(operation);
    UUID database = UUID.fromString(operation.input().path("database").asString());
    Optional<Reach> source = jdbi.withHandle(handle -> databases.find(handle, database));
    if (source.isEmpty()) {
      return new Outcome.Fail("The database is not available any more.");
    }
    String key = depot.newKey();
    jdbi.useHandle(handle -> store.setKey(handle, object, depot.store(), key));
    Depot.Deposit deposit;
    try {
      deposit = depot.deposit(object.toString(), key);
    } catch (IOException refused) {
      return new Outcome.Fail(
          "Backups cannot be stored in " + depot.place() + ": " + refused.getMessage());
    }
    deposits.put(id, deposit);
    return runs.begun(
        id,
        "Dumping %s".formatted(Sides.place(source.get())),
        () ->
            dumps.capture(
                id, Sides.live(source.get()), databases.hold(source.get()), new Into(deposit)));
  }

  /** Leaves nothing, and tells whoever waits. */
  private Outcome discard(Operation operation) {
    UUID id = operation.subject();
    runs.end(id);
    boolean erased = isErased(object(operation), Optional.ofNullable(deposits.remove(id)));
    return Outcome.done(handle -> {
      store.log(handle, id, operation.error().orElse("It failed."), clock.instant());
      store.finished(handle, id, false, clock.instant());
      store.detach(handle, id);
      if (erased) {
        store.forget(handle, object(operation));
      }
    });
  }

  /** Where backups are kept may be gone; nobody waits for that: what is left is deleted later. */
  private boolean isErased(UUID object, Optional<Depot.Deposit> deposit) {
    try {
      if (deposit.isPresent()) {
        deposit.get().abandon();
      }
      erase(object);
      return true;
    } catch (IOException unreachable) {
      return false;
    }
  }

  private Outcome delete(Operation operation) throws IOException {
    UUID object = operation.subject();
    if (jdbi.withHandle(handle -> store.inUse(handle, object))) {
      return new Outcome.Again(IN_USE, "it is being read");
    }
    erase(object);
    return Outcome.done(handle -> store.forget(handle, object));
  }

  private void erase(UUID object) throws IOException {
    Optional<String> place = jdbi.withHandle(handle -> store.store(handle, object));
    if (place.isPresent()) {
      depot.delete(place.get(), object.toString());
    }
  }

  private static UUID object(Operation operation) {
    return UUID.fromString(operation.input().path("object").asString());
  }

  /** A deposit as pg_dump's sink. */
  private record Into(Depot.Deposit deposit) implements Capture.Sink {
    @Override
    public OutputStream stream() {
      return deposit.stream();
    }

    @Override
    public void complete() throws IOException {
      deposit.complete();
    }

    @Override
    public void abandon() {
      try {
        deposit.abandon();
      } catch (IOException left) {
        // What is left of it goes when the operation is undone.
      }
    }
  }
}
