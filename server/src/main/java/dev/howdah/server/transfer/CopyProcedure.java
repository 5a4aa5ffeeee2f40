package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.ConnectionParameters;
import dev.howdah.postgres.dump.Dumps;
import dev.howdah.postgres.dump.Side;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabaseAccess.Reach;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * How a copy is carried out. A target of this server, whose owner asked for it, is a second
 * database until everything has arrived, and then takes the first one's place, which is kept until
 * the copy is recorded as complete; so a copy that fails, is cancelled or dies with Howdah leaves
 * the target as it was. One elsewhere is overwritten in place. After a crash a copy begins again.
 */
final class CopyProcedure {
  /** The kind of operation; its subject is the transfer. */
  static final String KIND = "copy-data";

  /** What follows a copy that is complete: what the target contained before goes. */
  private static final String CONFIRM = "drop-replaced-data";

  /** A large database takes long. */
  private static final Duration DEADLINE = Duration.ofDays(3);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Dumps dumps;
  private final Locator locator;
  private final TransferStore store;
  private final Runs runs;

  CopyProcedure(
      Jdbi jdbi,
      InstantSource clock,
      Operations operations,
      DatabaseAccess databases,
      Dumps dumps,
      Locator locator,
      TransferStore store,
      Runs runs) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.operations = operations;
    this.databases = databases;
    this.dumps = dumps;
    this.locator = locator;
    this.store = store;
    this.runs = runs;
  }

  List<Procedure> procedures() {
    return List.of(
        new Procedure(
            KIND,
            DEADLINE,
            List.of(
                new Procedure.Step("copy", this::copy), new Procedure.Step("adopt", this::adopt)),
            List.of(
                new Procedure.Step("end", this::end),
                new Procedure.Step("take-back", this::takeBack))),
        new Procedure(
            CONFIRM, DEADLINE, List.of(new Procedure.Step("drop", this::drop)), List.of()));
  }

  /** The input of the operation, by which it knows whose rights it has. */
  static Map<String, Object> input(Reach managed, boolean target) {
    return Map.of("database", managed.id(), "target", target);
  }

  private Outcome copy(Operation operation) {
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
    Optional<TransferStore.Urls> urls = jdbi.withHandle(handle -> store.urls(handle, id));
    Optional<Reach> managed = managed(operation);
    if (urls.isEmpty() || managed.isEmpty()) {
      return new Outcome.Fail("The database is not available any more.");
    }
    Side from;
    Side to;
    try {
      from = side(urls.get().from(), managed.get());
      to =
          intoReplacement(operation)
              ? Sides.replacement(managed.get())
              : side(urls.get().to(), managed.get());
    } catch (IllegalArgumentException unreachable) {
      return new Outcome.Fail("The URL " + unreachable.getMessage());
    }
    dumps.end(id);
    if (intoReplacement(operation)) {
      databases.replacement(managed.get()).prepare();
    }
    return runs.begun(
        id,
        "Copying from %s to %s".formatted(from.connection(), to.connection()),
        () ->
            dumps.copy(
                id,
                from,
                to,
                intoReplacement(operation) ? Dumps.Mode.INTO_EMPTY : Dumps.Mode.OVER_EXISTING));
  }

  private Outcome adopt(Operation operation) {
    UUID id = operation.subject();
    Optional<Reach> managed = managed(operation);
    if (managed.isEmpty()) {
      return new Outcome.Fail("The database is not available any more.");
    }
    if (intoReplacement(operation)) {
      databases.replacement(managed.get()).adopt();
    }
    dumps.end(id);
    return Outcome.done(handle -> {
      store.log(handle, id, "The copy is complete.", clock.instant());
      store.finished(handle, id, true, clock.instant());
      if (intoReplacement(operation)) {
        operations.submit(handle, CONFIRM, id, operation.input());
      }
    });
  }

  private Outcome drop(Operation operation) {
    managed(operation).ifPresent(target -> databases.replacement(target).confirm());
    return Outcome.done();
  }

  /** Ends the programs, and tells whoever waits. */
  private Outcome end(Operation operation) {
    UUID id = operation.subject();
    runs.end(id);
    return Outcome.done(handle -> {
      store.log(handle, id, operation.error().orElse("It failed."), clock.instant());
      store.log(
          handle,
          id,
          intoReplacement(operation)
              ? "The target is as it was."
              : "The target may hold a part of the copy.",
          clock.instant());
      store.finished(handle, id, false, clock.instant());
    });
  }

  private Outcome takeBack(Operation operation) {
    if (intoReplacement(operation)) {
      managed(operation).ifPresent(target -> databases.replacement(target).takeBack());
    }
    return Outcome.done();
  }

  private Optional<Reach> managed(Operation operation) {
    UUID database = UUID.fromString(operation.input().path("database").asString());
    return jdbi.withHandle(handle -> databases.find(handle, database));
  }

  private static boolean intoReplacement(Operation operation) {
    return operation.input().path("target").asBoolean();
  }

  /** A side as its URL says, with the rights that its login has. */
  private Side side(String text, Reach managed) {
    DatabaseUrl url = DatabaseUrl.parse(text);
    return switch (locator.locate(url)) {
      case Location.Here here -> {
        Reach reach =
            jdbi.withHandle(handle -> databases.find(handle, here.database()))
                .orElseThrow(() -> new IllegalArgumentException("leads to no database in use."));
        yield new Side(
            parameters(url, reach.host(), Optional.empty(), "require"),
            reach.port(),
            OptionalInt.of(reach.major()));
      }
      case Location.Elsewhere elsewhere ->
          new Side(
              parameters(
                  url,
                  url.host(),
                  Optional.of(elsewhere.address().getHostAddress()),
                  url.sslMode()),
              managed.port(),
              OptionalInt.empty());
    };
  }

  private static ConnectionParameters parameters(
      DatabaseUrl url, String host, Optional<String> address, String sslMode) {
    return new ConnectionParameters(
        host,
        address,
        url.port(),
        url.database(),
        url.user(),
        url.password(),
        sslMode,
        Optional.empty());
  }
}
