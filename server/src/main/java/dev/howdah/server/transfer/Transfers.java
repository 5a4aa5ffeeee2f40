package dev.howdah.server.transfer;

import dev.howdah.postgres.drill.Scratch;
import dev.howdah.postgres.dump.Dumps;
import dev.howdah.server.addon.Attachment;
import dev.howdah.server.addon.Attachments;
import dev.howdah.server.app.Apps;
import dev.howdah.server.bucket.Depot;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabaseAccess.Owned;
import dev.howdah.server.database.DatabaseAccess.Reach;
import dev.howdah.server.database.Notes;
import dev.howdah.server.doctor.Check;
import dev.howdah.server.doctor.Finding;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.platform.Upload;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.secret.Vault;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/**
 * Backups of databases, restores of backups, and copies between databases ({@code pg:copy}), in all
 * of which one database at least is the caller's to manage. Whoever gives the URL of another has
 * what its login allows, and nothing more.
 */
public final class Transfers implements AutoCloseable {
  /** How long a request waits for what the transfer before it has left to do. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Pattern NUMBER = Pattern.compile("[abcr]?([0-9]{1,9})");

  /** How a list of backups names them for a restore. */
  private static final Pattern OURS = Pattern.compile("backup://([0-9a-f-]{36})");

  /** A download address: whoever has it may read the backup. */
  private static final Pattern SIGNED =
      Pattern.compile("https?://[^/]+/backups/([A-Za-z0-9_-]+)/[a-z0-9]+\\.dump");

  private static final Pattern EXTENSION =
      Pattern.compile("([a-z_][a-z0-9_]{0,62}\\.)?[a-z_][a-z0-9_-]{0,62}");

  /** What a file of a user may be called here. */
  private static final Pattern FILE = Pattern.compile("[^/\\p{Cntrl}]{1,200}");

  private static final Duration ARRIVAL_LOOK = Duration.ofSeconds(1);

  private static final String PRIMARY = "DATABASE";
  private static final String ABOUT = "Backups";

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Attachments attachments;
  private final Depot depot;
  private final Locator locator;
  private final Addresses addresses;
  private final TransferStore store;
  private final Runs runs;
  private final Import.Rules rules;
  private final RestoreProcedure restores;
  private final DrillProcedure drills;
  private final List<Procedure> procedures;

  /**
   * Transfers kept in the control database, carried out by {@code dumps}.
   *
   * @param depot where backups are kept
   */
  public Transfers(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      Operations operations,
      DatabaseAccess databases,
      Attachments attachments,
      Dumps dumps,
      Scratch scratch,
      Depot depot,
      Import.Rules rules,
      Tokens tokens,
      Vault vault) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.operations = operations;
    this.databases = databases;
    this.attachments = attachments;
    this.depot = depot;
    this.locator = new Locator(jdbi, databases);
    this.addresses = new Addresses(vault, clock);
    this.store = new TransferStore(vault);
    this.runs = new Runs(jdbi, clock, dumps, store);
    var all = new ArrayList<Procedure>();
    all.addAll(
        new CopyProcedure(jdbi, clock, operations, databases, dumps, locator, store, runs)
            .procedures());
    all.addAll(
        new CaptureProcedure(jdbi, clock, operations, databases, dumps, depot, store, runs)
            .procedures());
    this.rules = rules;
    this.restores =
        new RestoreProcedure(jdbi, clock, operations, databases, dumps, depot, rules, store, runs);
    all.addAll(restores.procedures());
    this.drills = new DrillProcedure(jdbi, clock, databases, scratch, dumps, depot, tokens, store);
    all.add(drills.procedure());
    this.procedures = List.copyOf(all);
  }

  /** How they are carried out. */
  public List<Procedure> procedures() {
    return procedures;
  }

  /** Ends what runs. It begins again with the next start of the server. */
  @Override
  public void close() {
    runs.close();
    drills.close();
  }

  /** Whether an app may have another backup. */
  @FunctionalInterface
  public interface Allowance {
    /** Makes room for one more, or throws why there is none, in the transaction that records it. */
    void admit(Handle handle, UUID app);
  }

  /** Begins a backup of a database. */
  public Transfer capture(
      Caller caller, String reference, Optional<String> requestId, Allowance allowance) {
    Owned owned = jdbi.withHandle(handle -> databases.manageable(handle, caller, reference));
    long bytes = databases.bytes(owned.reach());
    return begin(handle -> {
      Optional<Transfer> sentBefore =
          requestId.flatMap(request -> store.ofRequest(handle, owned.app(), request));
      if (sentBefore.isPresent()) {
        return new Started(sentBefore.get(), Optional.empty());
      }
      allowance.admit(handle, owned.app());
      return capture(handle, owned, bytes, Optional.empty(), requestId);
    });
  }

  /**
   * Begins a backup that a schedule asks for, unless the database is not in use.
   *
   * @param record what is recorded in the same transaction
   */
  public void captureScheduled(UUID app, UUID database, String schedule, Consumer<Handle> record) {
    Optional<Reach> reach = jdbi.withHandle(handle -> databases.find(handle, database));
    if (reach.isEmpty()) {
      jdbi.useTransaction(record::accept);
      return;
    }
    long bytes = databases.bytes(reach.get());
    begin(handle -> {
      record.accept(handle);
      return capture(
          handle, new Owned(app, reach.get()), bytes, Optional.of(schedule), Optional.empty());
    });
  }

  private Started capture(
      Handle handle,
      Owned owned,
      long bytes,
      Optional<String> schedule,
      Optional<String> requestId) {
    UUID object = store.newObject(handle, clock.instant());
    Transfer backup =
        store.insert(
            handle,
            new TransferStore.Draft(
                owned.app(),
                Transfer.Kind.BACKUP,
                owned.reach().id(),
                nameOf(handle, owned),
                "BACKUP",
                Sides.place(owned.reach()),
                "backup://" + object,
                Optional.empty(),
                bytes,
                Optional.of(object),
                schedule,
                requestId),
            clock.instant());
    Operation operation =
        operations.submit(
            handle,
            CaptureProcedure.KIND,
            backup.id(),
            CaptureProcedure.input(owned.reach().id(), object));
    return new Started(backup, Optional.of(operation.id()));
  }

  /** What the app calls a database: DATABASE, if it is its primary one. */
  private String nameOf(Handle handle, Owned owned) {
    List<String> names =
        attachments.of(handle, owned.reach().id()).stream()
            .filter(attachment -> attachment.appId().equals(owned.app()))
            .map(Attachment::name)
            .sorted()
            .toList();
    return names.contains(PRIMARY)
        ? PRIMARY
        : names.stream().findFirst().orElse(owned.reach().name());
  }

  /** Begins to restore a backup, or what an address leads to, into a database. */
  public Transfer restore(
      Caller caller,
      String reference,
      String backupUrl,
      List<String> extensions,
      Optional<String> requestId) {
    Owned owned = jdbi.withHandle(handle -> databases.manageable(handle, caller, reference));
    requireNames(extensions);
    Optional<Transfer> backup = backup(caller, backupUrl);
    if (backup.isEmpty()) {
      parseImport(backupUrl);
    }
    return restore(
        new Wish(caller, reference, owned, extensions, requestId),
        handle -> {
          Optional<Transfer> found =
              backup.flatMap(one -> store.find(handle, one.id())).filter(Transfer::restorable);
          if (backup.isPresent() && found.isEmpty()) {
            throw gone(backup.get());
          }
          return new Origin(
              found.map(Transfer::name).orElseGet(() -> withoutQuery(backupUrl)),
              found.map(Transfer::toPlace).orElseGet(() -> withoutQuery(backupUrl)),
              found.isPresent()
                  ? Optional.empty()
                  : Optional.of(new TransferStore.Urls(backupUrl, "")),
              found.map(Transfer::processedBytes).orElse(0L),
              found.flatMap(Transfer::object),
              found.flatMap(Transfer::database).equals(Optional.of(owned.reach().id())),
              Optional.empty());
        });
  }

  private static void requireNames(List<String> extensions) {
    extensions.stream()
        .filter(name -> !EXTENSION.matcher(name).matches())
        .findFirst()
        .ifPresent(wrong -> {
          throw ApiError.invalid(wrong + " is not the name of an extension.");
        });
  }

  /** Who wants what restored where. */
  private record Wish(
      Caller caller,
      String reference,
      Owned owned,
      List<String> extensions,
      Optional<String> requestId) {}

  /**
   * Where an archive comes from.
   *
   * @param own whether it was taken of the same database
   */
  private record Origin(
      String name,
      String place,
      Optional<TransferStore.Urls> urls,
      long bytes,
      Optional<UUID> object,
      boolean own,
      Optional<Upload> upload) {}

  private Transfer restore(Wish wish, Function<Handle, Origin> origin) {
    Owned owned = wish.owned();
    String place = Sides.place(owned.reach());
    awaitTheEndOf(place);
    return begin(handle -> {
      Optional<Transfer> sentBefore =
          wish.requestId().flatMap(request -> store.ofRequest(handle, owned.app(), request));
      if (sentBefore.isPresent()) {
        return new Started(sentBefore.get(), Optional.empty());
      }
      databases.idle(handle, wish.caller(), wish.reference());
      refuseWhileBusy(handle, place);
      Origin from = origin.apply(handle);
      Transfer restore =
          store.insert(
              handle,
              new TransferStore.Draft(
                  owned.app(),
                  Transfer.Kind.RESTORE,
                  owned.reach().id(),
                  from.name(),
                  nameOf(handle, owned),
                  from.place(),
                  place,
                  from.urls(),
                  from.bytes(),
                  from.object(),
                  Optional.empty(),
                  wish.requestId()),
              clock.instant());
      // Before anybody can look for it.
      from.upload().ifPresent(upload -> restores.expect(restore.id(), upload));
      Operation operation =
          operations.submit(
              handle,
              RestoreProcedure.KIND,
              restore.id(),
              RestoreProcedure.input(
                  owned.reach().id(), from.own(), wish.extensions(), from.upload().isPresent()));
      return new Started(restore, Optional.of(operation.id()));
    });
  }

  /** Restores an archive while it arrives; answers when all of it is here, or nobody wants it. */
  public Transfer restore(
      Caller caller, String reference, String name, List<String> extensions, Upload upload) {
    Owned owned = jdbi.withHandle(handle -> databases.manageable(handle, caller, reference));
    requireNames(extensions);
    if (!FILE.matcher(name).matches()) {
      throw ApiError.invalid("name is not the name of a file.");
    }
    if (upload.length() == 0) {
      throw ApiError.badRequest("The request needs the file as its body.");
    }
    if (upload.length() > rules.mostBytes()) {
      throw ApiError.invalid(
          "The file has %d bytes, and this service takes %d at the most (HOWDAH_IMPORT_LIMIT)."
              .formatted(upload.length(), rules.mostBytes()));
    }
    Transfer begun =
        restore(
            new Wish(caller, reference, owned, extensions, Optional.empty()),
            handle ->
                new Origin(
                    name,
                    "upload://" + name,
                    Optional.empty(),
                    Math.max(0, upload.length()),
                    Optional.empty(),
                    false,
                    Optional.of(upload)));
    try {
      while (!restores.hasArrived(begun.id(), ARRIVAL_LOOK)
          && jdbi.withHandle(handle -> store.find(handle, begun.id()))
              .filter(transfer -> transfer.finishedAt().isEmpty())
              .isPresent()) {
        // It waits for its turn, or goes on arriving.
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    } finally {
      restores.arrived(begun.id());
    }
    return begun;
  }

  /** The backup that an address of ours means; empty when it is none. */
  private Optional<Transfer> backup(Caller caller, String url) {
    Matcher ours = OURS.matcher(url);
    if (ours.matches()) {
      return Optional.of(
          jdbi.withHandle(handle -> {
            Transfer found =
                uuid(ours.group(1))
                    .flatMap(object -> store.ofObject(handle, object))
                    .filter(Transfer::restorable)
                    .orElseThrow(Transfers::unknown);
            // Whoever may not see the app is told what it is told about apps.
            apps.find(handle, caller, found.app().toString());
            return found;
          }));
    }
    Matcher signed = SIGNED.matcher(url);
    return signed.matches() ? Optional.of(open(signed.group(1))) : Optional.empty();
  }

  private static String withoutQuery(String url) {
    // What is behind a question mark is often a signature.
    return url.split("[?#]", 2)[0];
  }

  private static void parseImport(String url) {
    try {
      Import.parse(url);
    } catch (IllegalArgumentException wrong) {
      throw ApiError.invalid("backup_url " + wrong.getMessage());
    }
  }

  /** Brings back what the last restore of a database replaced. */
  public void undo(Caller caller, String reference) {
    endRestore(caller, reference, RestoreProcedure.UNDO);
  }

  /** Gives up what the last restore of a database replaced, before its time. */
  public void confirm(Caller caller, String reference) {
    endRestore(caller, reference, RestoreProcedure.DROP);
  }

  private void endRestore(Caller caller, String reference, String kind) {
    Owned owned = jdbi.withHandle(handle -> databases.manageable(handle, caller, reference));
    String place = Sides.place(owned.reach());
    awaitTheEndOf(place);
    Operation end =
        jdbi.inTransaction(handle -> {
          databases.idle(handle, caller, reference);
          refuseWhileBusy(handle, place);
          if (store.replaced(handle, owned.reach().id()).isEmpty()) {
            throw ApiError.invalid(
                "There is nothing to bring back: what a restore replaces is kept for "
                    + RestoreProcedure.KEPT.toHours()
                    + " hours.");
          }
          return operations.submit(handle, kind, owned.reach().id(), Map.of());
        });
    operations.await(end.id(), PATIENCE);
  }

  /** An address under which whoever has it may read a backup for a while. */
  public record Address(String path, Instant expiresAt) {}

  /** Makes an address of a backup. */
  public Address address(Caller caller, String app, String reference) {
    Transfer backup = jdbi.withHandle(handle -> find(handle, caller, app, reference));
    if (!backup.restorable()) {
      throw ApiError.invalid(
          backup.name() + " is not a backup that can be read: it is not complete.");
    }
    Addresses.Address address = addresses.of(backup);
    return new Address(
        "/backups/" + address.token() + "/" + backup.name() + ".dump", address.expiresAt());
  }

  /**
   * A dump as its owner gets it.
   *
   * @param tag changes when its content does
   */
  public record Dump(String name, String tag, long bytes, Reader reader) {

    /** Reads it from a byte on. */
    @FunctionalInterface
    public interface Reader {
      /** Begins to read. */
      InputStream from(long first) throws IOException;
    }
  }

  /** What is behind an address. */
  public Dump dump(String token) {
    Transfer backup = open(token);
    TransferStore.Stored stored =
        jdbi.withHandle(handle -> backup.object().flatMap(object -> store.stored(handle, object)))
            .orElseThrow(Transfers::unknown);
    return new Dump(
        backup.name() + ".dump",
        stored.id().toString(),
        stored.bytes(),
        from -> RestoreProcedure.open(depot, stored, from));
  }

  private Transfer open(String token) {
    return addresses
        .open(token)
        .flatMap(id -> jdbi.withHandle(handle -> store.find(handle, id)))
        .filter(Transfer::restorable)
        .orElseThrow(() ->
            ApiError.notFound(
                "transfer",
                "This address has expired, or its backup was deleted. Ask for a new one with"
                    + " pg:backups:url."));
  }

  /** Has a backup restored in the background, to see whether it can be. */
  public Transfer verify(Caller caller, String app, String reference) {
    record Begun(Transfer backup, Operation operation) {}
    Begun begun =
        jdbi.inTransaction(handle -> {
          Transfer backup = find(handle, caller, app, reference);
          if (!backup.restorable()) {
            throw ApiError.invalid(backup.name() + " is no backup that can be restored.");
          }
          List<Operation> underWay = operations.unfinished(handle, backup.id());
          return new Begun(
              backup,
              underWay.isEmpty()
                  ? CaptureProcedure.drill(handle, operations, databases, backup)
                  : underWay.getLast());
        });
    operations.wake(begun.operation().id());
    return begun.backup();
  }

  /** What the last drill of a backup found, if there was one. */
  public Optional<String> verification(Transfer backup) {
    return jdbi.withHandle(handle -> store.drill(handle, backup.id()))
        .map(TransferStore.Drill::text);
  }

  /** What the last drills of an app's backups found, by backup. */
  public Map<UUID, String> verifications(Caller caller, String app) {
    return jdbi.withHandle(handle -> {
      var found = new HashMap<UUID, String>();
      store
          .drills(handle, apps.find(handle, caller, app).id())
          .forEach((backup, drill) -> found.put(backup, drill.text()));
      return found;
    });
  }

  /** The query that must be true of a database's backups; empty when there is none. */
  public Optional<String> assertion(Caller caller, String reference) {
    return jdbi.withHandle(handle ->
        store.assertion(handle, databases.manageable(handle, caller, reference).reach().id()));
  }

  /** Has every drill of a database's backups ask a query, which must be true; none when empty. */
  public void setAssertion(Caller caller, String reference, Optional<String> query) {
    jdbi.useTransaction(handle -> {
      UUID database = databases.manageable(handle, caller, reference).reach().id();
      query.ifPresentOrElse(
          text -> store.setAssertion(handle, database, text),
          () -> store.deleteAssertion(handle, database));
    });
  }

  /** What {@code pg:info} says of a database's backups: the newest one that was tried. */
  public Notes notes() {
    return (handle, database) ->
        store
            .lastDrilled(handle, database.id())
            .flatMap(backup ->
                store
                    .drill(handle, backup.id())
                    .map(drill ->
                        new Notes.Note("Last Backup", backup.name() + ", " + drill.inShort())))
            .map(List::of)
            .orElse(List.of());
  }

  /** Whether backups can be restored, as far as their drills say. */
  public Check check() {
    return new Check(ABOUT, () -> jdbi.withHandle(this::findings));
  }

  private List<Finding> findings(Handle handle) {
    var findings = new ArrayList<Finding>();
    for (TransferStore.Unproven unproven : store.unproven(handle)) {
      Transfer backup = unproven.backup();
      findings.add(
          Finding.bad(
              ABOUT,
              "%s of %s %s".formatted(backup.name(), unproven.app(), unproven.drill().inShort()),
              ("Look at the database it was taken of, and take another. pg:backups:verify %s -a %s"
                      + " tries it again; pg:backups:delete forgets it.")
                  .formatted(backup.name(), unproven.app())));
    }
    TransferStore.Proven proven = store.proven(handle);
    findings.add(
        Finding.good(
            ABOUT,
            "%d kept in %s, %d of them proven to restore"
                .formatted(proven.backups(), depot.place(), proven.proven())));
    return findings;
  }

  /** Deletes a backup for good. */
  public Transfer delete(Caller caller, String app, String reference) {
    Transfer deleted =
        jdbi.inTransaction(handle -> {
          Transfer transfer = find(handle, caller, app, reference);
          if (transfer.kind() != Transfer.Kind.BACKUP) {
            throw ApiError.invalid(transfer.name() + " is no backup.");
          }
          if (transfer.finishedAt().isEmpty()) {
            throw ApiError.conflict(
                transfer.name()
                    + " is not complete yet. Cancel it with pg:backups:cancel "
                    + transfer.name()
                    + ".");
          }
          return delete(handle, transfer);
        });
    clean();
    return deleted;
  }

  /** Deletes a backup in the caller's transaction; its object goes with the next {@link #clean}. */
  public Transfer delete(Handle handle, Transfer backup) {
    store.deleted(handle, backup.id(), clock.instant());
    return store.find(handle, backup.id()).orElseThrow();
  }

  /** The backups of an app, oldest first. */
  public List<Transfer> backups(Handle handle, UUID app) {
    return store.ofApp(handle, app).stream()
        .filter(transfer -> transfer.kind() == Transfer.Kind.BACKUP)
        .toList();
  }

  /** Has deleted what nobody needs any more. Called regularly. */
  public void clean() {
    List<Operation> begun =
        jdbi.inTransaction(handle -> {
          var submitted = new ArrayList<Operation>();
          for (UUID object : store.unneeded(handle)) {
            if (operations.unfinished(handle, object).isEmpty()) {
              submitted.add(operations.submit(handle, CaptureProcedure.DELETE, object, Map.of()));
            }
          }
          for (var old : store.keptLongEnough(handle, clock.instant())) {
            if (operations.unfinished(handle, old.database()).isEmpty()) {
              submitted.add(
                  operations.submit(handle, RestoreProcedure.DROP, old.database(), Map.of()));
            }
          }
          return submitted;
        });
    begun.forEach(operation -> operations.wake(operation.id()));
  }

  private Transfer begin(HandleCallback<Started, RuntimeException> record) {
    Started started = jdbi.inTransaction(record);
    started.operation().ifPresent(operations::wake);
    return started.transfer();
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
    String toPlace = intoManaged ? Sides.place(owned.reach()) : to.place();
    awaitTheEndOf(toPlace);
    long bytes = source instanceof Location.Here here ? bytes(here) : 0;
    return begin(handle -> {
      Optional<Transfer> sentBefore =
          order.requestId().flatMap(request -> store.ofRequest(handle, owned.app(), request));
      if (sentBefore.isPresent()) {
        return new Started(sentBefore.get(), Optional.empty());
      }
      if (intoManaged) {
        databases.idle(handle, caller, reference);
      }
      refuseWhileBusy(handle, toPlace);
      Transfer transfer =
          store.insert(
              handle,
              new TransferStore.Draft(
                  owned.app(),
                  Transfer.Kind.COPY,
                  owned.reach().id(),
                  order.fromName(),
                  order.toName(),
                  from.place(),
                  toPlace,
                  Optional.of(new TransferStore.Urls(order.fromUrl(), order.toUrl())),
                  bytes,
                  Optional.empty(),
                  Optional.empty(),
                  order.requestId()),
              clock.instant());
      Operation operation =
          operations.submit(
              handle,
              CopyProcedure.KIND,
              transfer.id(),
              CopyProcedure.input(owned.reach(), intoManaged));
      return new Started(transfer, Optional.of(operation.id()));
    });
  }

  private void refuseWhileBusy(Handle handle, String place) {
    store
        .latestInto(handle, place)
        // Also when it failed: what it left in the target is taken back first.
        .filter(other -> !operations.unfinished(handle, other.id()).isEmpty())
        .ifPresent(other -> {
          throw ApiError.conflict(
              other.name()
                  + (other.kind() == Transfer.Kind.RESTORE ? " still restores " : " still copies ")
                  + other.fromName()
                  + " to "
                  + other.toName()
                  + ". Wait for it or cancel it with pg:backups:cancel "
                  + other.name()
                  + ".");
        });
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
    Transfer transfer = found.orElseThrow(Transfers::unknown);
    if (transfer.deletedAt().isPresent()) {
      throw gone(transfer);
    }
    return transfer;
  }

  private static ApiError unknown() {
    return ApiError.notFound("transfer", "Couldn't find that transfer.");
  }

  private static ApiError gone(Transfer backup) {
    return ApiError.notFound("transfer", "Backup " + backup.name() + " already destroyed.");
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
