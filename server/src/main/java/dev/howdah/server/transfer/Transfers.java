package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.Dumps;
import dev.howdah.server.app.Apps;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabaseAccess.Owned;
import dev.howdah.server.database.DatabaseAccess.Reach;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.secret.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Copies between databases ({@code pg:copy}), one of which the caller must manage. Whoever gives
 * the URL of another has what its login allows, and nothing more.
 */
public final class Transfers implements AutoCloseable {
  /** How long a request waits for what the transfer before it has left to do. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Pattern NUMBER = Pattern.compile("[abcr]?([0-9]{1,9})");

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Locator locator;
  private final TransferStore store;
  private final TransferProcedure procedure;

  /** Transfers kept in the control database, carried out by {@code dumps}. */
  public Transfers(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      Operations operations,
      DatabaseAccess databases,
      Dumps dumps,
      Vault vault) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.operations = operations;
    this.databases = databases;
    this.locator = new Locator(jdbi, databases);
    this.store = new TransferStore(vault);
    this.procedure =
        new TransferProcedure(jdbi, clock, operations, databases, dumps, locator, store);
  }

  /** How they are carried out. */
  public List<Procedure> procedures() {
    return procedure.procedures();
  }

  /** Ends the copies that run. They begin again with the next start of the server. */
  @Override
  public void close() {
    procedure.close();
  }

  /**
   * What a caller asks for.
   *
   * @param requestId tells a request that is sent twice from two
   */
  public record Order(
      String fromName, String fromUrl, String toName, String toUrl, Optional<String> requestId) {
    /** Says nothing of the URLs, which carry passwords. */
    @Override
    public String toString() {
      return "Order[" + fromName + " to " + toName + "]";
    }
  }

  /** Begins a copy in the name of a database, which must be one of its two sides. */
  public Transfer create(Caller caller, String reference, Order order) {
    Owned owned = jdbi.withHandle(handle -> databases.manageable(handle, caller, reference));
    DatabaseUrl from = parse("from_url", order.fromUrl());
    DatabaseUrl to = parse("to_url", order.toUrl());
    Location source = locate("from_url", from);
    Location target = locate("to_url", to);
    Location.Here managed = new Location.Here(owned.reach().id());
    if (source.equals(target) && from.database().equals(to.database())) {
      throw ApiError.invalid("Cannot copy a database to itself.");
    }
    boolean intoManaged = target.equals(managed);
    if (!intoManaged && !source.equals(managed)) {
      throw ApiError.invalid("Neither from_url nor to_url is the URL of this database.");
    }
    String toPlace = intoManaged ? place(owned.reach()) : to.place();
    awaitTheEndOf(toPlace);
    long bytes = source instanceof Location.Here here ? bytes(here) : 0;
    Started started =
        jdbi.inTransaction(handle -> {
          Optional<Transfer> sentBefore =
              order.requestId().flatMap(request -> store.ofRequest(handle, owned.app(), request));
          if (sentBefore.isPresent()) {
            return new Started(sentBefore.get(), Optional.empty());
          }
          if (intoManaged) {
            databases.idle(handle, caller, reference);
          }
          store
              .latestInto(handle, toPlace)
              // Also when it failed: what it left in the target is taken back first.
              .filter(other -> !operations.unfinished(handle, other.id()).isEmpty())
              .ifPresent(other -> {
                throw ApiError.conflict(
                    other.name()
                        + " still copies "
                        + other.fromName()
                        + " to "
                        + other.toName()
                        + ". Wait for it or cancel it with pg:backups:cancel "
                        + other.name()
                        + ".");
              });
          Transfer transfer =
              store.insert(
                  handle,
                  new Transfer(
                      UUID.randomUUID(),
                      owned.app(),
                      0,
                      Optional.of(owned.reach().id()),
                      order.fromName(),
                      order.toName(),
                      from.place(),
                      toPlace,
                      bytes,
                      0,
                      0,
                      false,
                      clock.instant(),
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty()),
                  new TransferStore.Urls(order.fromUrl(), order.toUrl()),
                  order.requestId());
          Operation operation =
              operations.submit(
                  handle,
                  TransferProcedure.KIND,
                  transfer.id(),
                  TransferProcedure.input(owned.reach(), intoManaged));
          return new Started(transfer, Optional.of(operation.id()));
        });
    started.operation().ifPresent(operations::wake);
    return started.transfer();
  }

  /** A transfer that is over for its user may have a moment of work left in the target. */
  private void awaitTheEndOf(String place) {
    List<Operation> rest =
        jdbi.withHandle(handle ->
            store
                .latestInto(handle, place)
                .filter(transfer -> transfer.finishedAt().isPresent())
                .map(transfer -> operations.unfinished(handle, transfer.id()))
                .orElse(List.of()));
    rest.forEach(operation -> operations.await(operation.id(), PATIENCE));
  }

  private record Started(Transfer transfer, Optional<UUID> operation) {}

  /** The transfers of an app, oldest first. */
  public List<Transfer> list(Caller caller, String app) {
    return jdbi.withHandle(handle -> store.ofApp(handle, apps.find(handle, caller, app).id()));
  }

  /** A transfer of an app by its id, its number or its name, with what happened. */
  public Transfer.WithLogs find(Caller caller, String app, String reference) {
    return jdbi.withHandle(handle -> {
      Transfer transfer = find(handle, caller, app, reference);
      return new Transfer.WithLogs(transfer, store.logs(handle, transfer.id()));
    });
  }

  /** Ends a transfer. Its target is as it was, unless it is elsewhere. */
  public Transfer cancel(Caller caller, String app, String reference) {
    record Canceled(Transfer transfer, List<Operation> operations) {}
    Canceled canceled =
        jdbi.inTransaction(handle -> {
          Transfer transfer = find(handle, caller, app, reference);
          if (transfer.finishedAt().isPresent()) {
            throw ApiError.invalid(transfer.name() + " is over already.");
          }
          store.canceled(handle, transfer.id(), clock.instant());
          List<Operation> unfinished = operations.unfinished(handle, transfer.id());
          unfinished.forEach(operation -> operations.cancel(handle, operation));
          return new Canceled(store.find(handle, transfer.id()).orElseThrow(), unfinished);
        });
    canceled.operations().forEach(operation -> operations.wake(operation.id()));
    return canceled.transfer();
  }

  private Transfer find(Handle handle, Caller caller, String app, String reference) {
    UUID of = apps.find(handle, caller, app).id();
    Matcher number = NUMBER.matcher(reference);
    Optional<Transfer> found =
        number.matches()
            ? store.find(handle, of, Integer.parseInt(number.group(1)))
            : uuid(reference)
                .flatMap(id -> store.find(handle, id))
                .filter(transfer -> transfer.app().equals(of));
    return found.orElseThrow(() -> ApiError.notFound("transfer", "Couldn't find that transfer."));
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException no) {
      return Optional.empty();
    }
  }

  private long bytes(Location.Here here) {
    return jdbi.withHandle(handle -> databases.find(handle, here.database()))
        .map(databases::bytes)
        .orElse(0L);
  }

  private static String place(Reach reach) {
    return "postgres://%s:%d/%s".formatted(reach.host(), reach.port(), reach.name());
  }

  private static DatabaseUrl parse(String field, String url) {
    try {
      return DatabaseUrl.parse(url);
    } catch (IllegalArgumentException wrong) {
      throw ApiError.invalid(field + " " + wrong.getMessage());
    }
  }

  private Location locate(String field, DatabaseUrl url) {
    try {
      return locator.locate(url);
    } catch (IllegalArgumentException wrong) {
      throw ApiError.invalid(field + " " + wrong.getMessage());
    }
  }
}
