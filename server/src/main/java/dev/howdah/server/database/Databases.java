package dev.howdah.server.database;

import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.UserSettings;
import dev.howdah.postgres.replication.Position;
import dev.howdah.postgres.tenant.DatabaseStatistics;
import dev.howdah.postgres.tenant.LoginActivity;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Attachments;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.protection.ProtectionState;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.version.PostgresVersion;
import dev.howdah.server.version.Versions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be done with a database beyond what every add-on can, and who may do it. */
public final class Databases {
  private static final Logger log = LoggerFactory.getLogger(Databases.class);

  /** Names of roles that every cluster has. */
  private static final Pattern RESERVED =
      Pattern.compile("default|public|none|postgres|pg_.*|howdah.*|template.*");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Addons addons;
  private final Visibility visibility;
  private final Attachments attachments;
  private final Operations operations;
  private final PlanCatalogue catalogue;
  private final Versions versions;
  private final Clustering clustering;
  private final DatabaseStore store;
  private final Tokens tokens;
  private final List<Notes> notes;
  private final Protection protection;

  Databases(
      Jdbi jdbi,
      InstantSource clock,
      Addons addons,
      Visibility visibility,
      Attachments attachments,
      Operations operations,
      PlanCatalogue catalogue,
      Versions versions,
      Clustering clustering,
      DatabaseStore store,
      Tokens tokens,
      List<Notes> notes,
      Protection protection) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.addons = addons;
    this.visibility = visibility;
    this.attachments = attachments;
    this.operations = operations;
    this.catalogue = catalogue;
    this.versions = versions;
    this.clustering = clustering;
    this.store = store;
    this.tokens = tokens;
    this.notes = notes;
    this.protection = protection;
  }

  /**
   * A database with everything {@code pg:info} shows.
   *
   * @param url of the credential that the caller has: the default one of those who manage the
   *     database, else the one that their app's attachment names
   * @param version what is said of its major version; empty when the host has it no more
   * @param notes what other features say of it
   * @param protection how well it is protected; empty when it is not
   */
  public record View(
      Addon addon,
      Database database,
      DatabasePlan plan,
      ClusterState server,
      Optional<DatabaseStatistics> statistics,
      List<Credential> credentials,
      Optional<String> url,
      Optional<Operation> underWay,
      String progress,
      Optional<PostgresVersion> version,
      Kin kin,
      List<Notes.Note> notes,
      Optional<ProtectionState> protection) {}

  /**
   * The databases that have to do with one.
   *
   * @param leader what it follows
   * @param behind commits that it is behind; empty when one of the two does not answer
   * @param streaming whether it is connected to what it follows now, as far as it answers
   * @param followers what follows it
   * @param origin what it was copied from, if that is still there
   * @param forks what was copied from it
   */
  public record Kin(
      Optional<Database> leader,
      Optional<Long> behind,
      boolean streaming,
      List<Database> followers,
      Optional<Database> origin,
      List<Database> forks) {}

  /** A credential and the logins behind it, with their sessions. */
  public record CredentialView(
      Database database, String name, Credential.State state, List<LoginView> logins) {}

  /** One login of a credential. */
  public record LoginView(Credential credential, int connections) {}

  /** How far a database is from being ready. */
  public record Waiting(boolean waiting, boolean failed, String message) {}

  /** The database; empty while it is being made (trap 6). */
  public Optional<View> info(Caller caller, String reference) {
    record Rows(
        Addon addon,
        Database database,
        List<Credential> credentials,
        Optional<String> url,
        Optional<Operation> op,
        Kin kin,
        List<Notes.Note> notes) {}
    Rows rows =
        jdbi.withHandle(handle -> {
          Addon addon = visibility.visible(handle, caller, reference);
          Database database = store.find(handle, addon.id()).orElseThrow(Visibility::unknown);
          List<Credential> credentials = store.credentials(handle, addon.id());
          return new Rows(
              addon,
              database,
              credentials,
              names(handle, caller, addon).stream()
                  .flatMap(name -> active(credentials, name).stream())
                  .findFirst()
                  .map(credential -> credential.url(database)),
              operations.unfinished(handle, addon.id()).stream().findFirst(),
              kin(handle, database),
              notes.stream().flatMap(note -> note.of(handle, database).stream()).toList());
        });
    boolean copy = rows.database().following().isPresent() || rows.database().origin().isPresent();
    if (rows.database().state() == Database.State.CREATING && !copy) {
      return Optional.empty();
    }
    ClusterState server = clustering.state(rows.database());
    return Optional.of(
        new View(
            rows.addon(),
            rows.database(),
            plan(rows.database()),
            server,
            server instanceof ClusterState.Running ? statistics(rows.database()) : Optional.empty(),
            rows.credentials(),
            rows.url(),
            rows.op(),
            rows.op().map(operations::progress).orElse(""),
            versions.find(rows.database().major()),
            behind(rows.database(), rows.kin()),
            rows.notes(),
            protection.of(rows.database().id())));
  }

  private Kin kin(Handle handle, Database database) {
    return new Kin(
        database.following().flatMap(following -> store.find(handle, following.leaderId())),
        Optional.empty(),
        false,
        store.followers(handle, database.id()),
        database.origin().flatMap(origin -> store.find(handle, origin.databaseId())),
        store.forks(handle, database.id()));
  }

  private Kin behind(Database database, Kin kin) {
    if (kin.leader().isEmpty()
        || database.state() == Database.State.CREATING
        || !clustering.running(database)) {
      return kin;
    }
    try {
      // The follower first: what it has seen, its leader has.
      Position seen = clustering.replication(database).position();
      Optional<Long> made =
          kin.leader()
              .filter(clustering::running)
              .map(leader -> clustering.replication(leader).position().nextTransaction());
      return new Kin(
          kin.leader(),
          made.map(next -> Math.max(0, next - seen.nextTransaction())),
          seen.streaming(),
          kin.followers(),
          kin.origin(),
          kin.forks());
    } catch (RuntimeException unreachable) {
      log.warn("it is not known how far {} is behind", database.id(), unreachable);
      return kin;
    }
  }

  /** Whether the database is ready, and what it waits for. */
  public Waiting waiting(Caller caller, String reference) {
    Database database = visible(caller, reference);
    Optional<Operation> newest = operations.latest(database.id());
    if (newest.isPresent() && !newest.get().finished()) {
      Operation operation = newest.get();
      if (operation.state() == Operation.State.UNDOING) {
        return new Waiting(false, true, operation.error().orElse("cancelled"));
      }
      String progress = operations.progress(operation);
      return new Waiting(true, false, progress.isEmpty() ? doing(operation.kind()) : progress);
    }
    return switch (clustering.state(database)) {
      case ClusterState.Running running -> new Waiting(false, false, "available");
      case ClusterState.Failed failed -> new Waiting(false, true, failed.reason());
      case ClusterState.Starting starting -> new Waiting(true, false, "starting");
      case ClusterState.Stopped stopped -> new Waiting(true, false, "starting");
      case ClusterState.Stopping stopping -> new Waiting(true, false, "restarting");
      case ClusterState.Absent absent ->
          new Waiting(false, true, "The database's files are missing on the host.");
    };
  }

  /** The credentials, the default one first. */
  public List<CredentialView> credentials(Caller caller, String reference) {
    Database database = manageable(caller, reference);
    List<Credential> all = jdbi.withHandle(handle -> store.credentials(handle, database.id()));
    Map<String, Integer> sessions = sessions(database);
    return all.stream()
        .map(Credential::name)
        .distinct()
        .map(name -> view(database, name, all, sessions))
        .toList();
  }

  /** One credential by name. */
  public CredentialView credential(Caller caller, String reference, String name) {
    return credentials(caller, reference).stream()
        .filter(view -> view.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknownCredential(name));
  }

  /** What became of a change: whether it is done, or goes on after the answer. */
  public enum Progress {
    /** In force. */
    DONE,
    /** Recorded, and being carried out; {@code wait_status} tells when it is done. */
    UNDER_WAY
  }

  /** Makes a named credential (T10.3), which is provisioning while that goes on. */
  public CredentialView createCredential(
      Caller caller, String reference, String name, String preset) {
    Operation operation =
        start(
            caller,
            reference,
            DatabaseProcedures.CREATE_CREDENTIAL,
            change -> {
              requireFeature(change.database(), "credentials", "Custom credentials");
              if (change.database().restrictedAt().isPresent()) {
                throw ApiError.invalid(
                    "The database is over its plan and restricted. Delete data or upgrade first.");
              }
              List<Credential> all = store.credentials(change.handle(), change.database().id());
              boolean taken = all.stream().anyMatch(credential -> credential.name().equals(name));
              // A credential's name is a role's too: that of a login would be given its rights.
              boolean login =
                  all.stream().anyMatch(credential -> credential.userName().equals(name));
              if (login
                  || RESERVED.matcher(name).matches()
                  || name.equals(change.database().name())) {
                throw ApiError.invalid(
                    "The name " + name + " is reserved. Choose another one for the credential.");
              }
              if (taken) {
                throw ApiError.invalid("There is a credential named " + name + " already.");
              }
              Credential made = fresh(change.database(), name);
              store.insert(change.handle(), made);
              return Map.of("credential", made.id(), "preset", preset);
            });
    return credential(caller, operation.subject().toString(), name);
  }

  /** Removes a named credential; what it owns passes to the default one. */
  public Progress destroyCredential(Caller caller, String reference, String name) {
    return progress(
        start(
            caller,
            reference,
            DatabaseProcedures.DESTROY_CREDENTIAL,
            change -> {
              if (name.equals(Database.DEFAULT_CREDENTIAL)) {
                throw ApiError.invalid("Default credential cannot be destroyed.");
              }
              Credential credential = active(change, name);
              boolean attached =
                  attachments.of(change.handle(), change.database().id()).stream()
                      .anyMatch(a -> a.namespace().equals(Optional.of("credential:" + name)));
              if (attached) {
                throw ApiError.invalid(
                    "Credential "
                        + name
                        + " must be detached from all apps before it is destroyed.");
              }
              store.setCredentialState(change.handle(), credential.id(), Credential.State.REVOKING);
              return Map.of("credential", credential.id());
            }));
  }

  /** Gives a credential a new user name and password (B3.27). */
  public Progress rotate(Caller caller, String reference, String name, boolean forced) {
    return progress(
        start(
            caller,
            reference,
            DatabaseProcedures.ROTATE_CREDENTIAL,
            change -> {
              Credential old = active(change, name);
              Credential next = fresh(change.database(), name);
              store.insert(change.handle(), next);
              return Map.of("credential", next.id(), "old", old.id(), "forced", forced);
            }));
  }

  /** Gives every credential a new user name and password. */
  public Progress rotateAll(Caller caller, String reference, boolean forced) {
    List<String> names =
        credentials(caller, reference).stream()
            .filter(credential -> credential.state() == Credential.State.ACTIVE)
            .map(CredentialView::name)
            .toList();
    for (int i = 0; i < names.size(); i++) {
      if (rotate(caller, reference, names.get(i), forced) == Progress.UNDER_WAY) {
        List<String> left = names.subList(i + 1, names.size());
        if (!left.isEmpty()) {
          throw ApiError.busy(
              "The rotation of %s still goes on, and that of %s was not begun. Wait with pg:wait,"
                      .formatted(names.get(i), String.join(", ", left))
                  + " then rotate these.",
              30);
        }
        return Progress.UNDER_WAY;
      }
    }
    return Progress.DONE;
  }

  /** Gives every object of the database back to the default credential. */
  public Progress repairDefault(Caller caller, String reference) {
    return progress(start(caller, reference, DatabaseProcedures.REPAIR, change -> Map.of()));
  }

  /** Makes the database anew, empty, with these extensions installed. */
  public Progress reset(Caller caller, String reference, List<String> extensions) {
    return progress(
        start(
            caller,
            reference,
            DatabaseProcedures.RESET,
            change -> {
              List<String> offered = plan(change.database()).extensions();
              extensions.stream()
                  .filter(extension -> !offered.contains(extension))
                  .findFirst()
                  .ifPresent(extension -> {
                    throw ApiError.invalid(
                        "Extension " + extension + " is not available on this plan.");
                  });
              extensions.stream()
                  .filter(extension -> !clustering.offers(change.database(), extension))
                  .findFirst()
                  .ifPresent(extension -> {
                    throw ApiError.invalid(
                        "Extension " + extension + " is not installed on this server.");
                  });
              return Map.of("extensions", extensions);
            }));
  }

  /** Ends every session of the database's users; returns how many there were. */
  public int resetConnections(Caller caller, String reference) {
    Database database = manageable(caller, reference);
    if (!clustering.running(database)) {
      throw ApiError.unavailable("The database is not running; there is nothing to disconnect.");
    }
    return clustering.tenant(database).terminateSessions();
  }

  /** Forgets what PostgreSQL has counted of the database's tables and indexes. */
  public void resetStatistics(Caller caller, String reference) {
    Database database = manageable(caller, reference);
    if (!clustering.running(database)) {
      throw ApiError.unavailable("The database is not running. Try again when it is available.");
    }
    clustering.tenant(database).resetStatistics();
  }

  /** The settings of {@code pg:settings}. */
  public UserSettings settings(Caller caller, String reference) {
    Database database = manageable(caller, reference);
    requireFeature(database, "settings", "pg:settings");
    return Clustering.settings(database);
  }

  /** Changes settings. They are in force when this returns. */
  public UserSettings changeSettings(Caller caller, String reference, Map<String, String> changes) {
    Operation operation =
        start(
            caller,
            reference,
            DatabaseProcedures.CONFIGURE,
            change -> {
              requireFeature(change.database(), "settings", "pg:settings");
              UserSettings settings = Clustering.settings(change.database());
              for (var entry : changes.entrySet()) {
                try {
                  settings = settings.with(entry.getKey(), entry.getValue());
                } catch (IllegalArgumentException wrong) {
                  throw ApiError.invalid(String.valueOf(wrong.getMessage()));
                }
              }
              store.setSettings(
                  change.handle(), change.database().id(), Clustering.changed(settings));
              return Map.of();
            });
    if (progress(operation) == Progress.UNDER_WAY) {
      // The answer has no room for a message, and clients would say that the setting is in force.
      throw ApiError.busy("The settings are recorded and not in force yet. Wait with pg:wait.", 30);
    }
    return settings(caller, reference);
  }

  /** A follower is read-only; whatever would be written there is written to its leader. */
  static void refuseFollower(Addon addon, Database database) {
    if (database.following().isPresent()) {
      throw ApiError.invalid(
          addon.name()
              + " is a follower and read-only. Do this to the database it follows, or let it go"
              + " with pg:unfollow first.");
    }
  }

  private record Change(Handle handle, Database database) {}

  /**
   * Records an operation on a database that is at rest, and waits for it.
   *
   * @param prepare checks, records what belongs to the operation, and returns its input
   */
  private Operation start(
      Caller caller, String reference, String kind, Function<Change, Map<String, Object>> prepare) {
    Operation started =
        jdbi.inTransaction(handle -> {
          Addon addon = addons.take(handle, visibility.manageable(handle, caller, reference));
          Database database = store.find(handle, addon.id()).orElseThrow(Visibility::unknown);
          if (!kind.equals(DatabaseProcedures.CONFIGURE)) {
            refuseFollower(addon, database);
          }
          Map<String, Object> input = new HashMap<>(prepare.apply(new Change(handle, database)));
          input.put("by", caller.accountId());
          input.put("email", caller.email());
          return operations.submit(handle, kind, addon.id(), input);
        });
    Operation operation = operations.await(started.id(), PATIENCE);
    progress(operation);
    return operation;
  }

  /** How far an operation got; one that does not go forward is refused. */
  static Progress progress(Operation operation) {
    return switch (operation.state()) {
      case SUCCEEDED -> Progress.DONE;
      case RUNNING -> Progress.UNDER_WAY;
      case UNDOING ->
          throw ApiError.unavailable(
              "This did not work, and is being taken back: "
                  + operation.error().orElse("cancelled"));
      case FAILED ->
          throw ApiError.unavailable(
              "This did not work, and nothing was changed: "
                  + operation.error().orElse("cancelled"));
    };
  }

  private Database visible(Caller caller, String reference) {
    return jdbi.withHandle(
            handle -> store.find(handle, visibility.visible(handle, caller, reference).id()))
        .orElseThrow(Visibility::unknown);
  }

  private Database manageable(Caller caller, String reference) {
    return jdbi.withHandle(
            handle -> store.find(handle, visibility.manageable(handle, caller, reference).id()))
        .orElseThrow(Visibility::unknown);
  }

  private Credential active(Change change, String name) {
    return active(store.credentials(change.handle(), change.database().id()), name)
        .orElseThrow(() -> unknownCredential(name));
  }

  private static Optional<Credential> active(List<Credential> credentials, String name) {
    return credentials.stream()
        .filter(credential -> credential.name().equals(name))
        .filter(credential -> credential.state() == Credential.State.ACTIVE)
        .findFirst();
  }

  /** Names of the credentials that the caller has anyway, in the config vars of its apps. */
  private List<String> names(Handle handle, Caller caller, Addon addon) {
    return visibility.manages(handle, caller, addon)
        ? List.of(Database.DEFAULT_CREDENTIAL)
        : visibility.attachments(handle, caller, addon).stream()
            .flatMap(attachment ->
                PostgresProvider.credentialName(attachment.namespace().orElse("")).stream())
            .toList();
  }

  private Credential fresh(Database database, String name) {
    return new Credential(
        UUID.randomUUID(),
        database.id(),
        name,
        tokens.identifier('u'),
        tokens.databasePassword(),
        Credential.State.PROVISIONING,
        clock.instant());
  }

  private static CredentialView view(
      Database database, String name, List<Credential> all, Map<String, Integer> sessions) {
    List<Credential> ofName =
        all.stream().filter(credential -> credential.name().equals(name)).toList();
    Credential.State state =
        ofName.stream()
            .map(Credential::state)
            .filter(Credential.State.ACTIVE::equals)
            .findFirst()
            .orElse(ofName.getFirst().state());
    return new CredentialView(
        database,
        name,
        state,
        ofName.stream()
            .map(credential ->
                new LoginView(credential, sessions.getOrDefault(credential.userName(), 0)))
            .toList());
  }

  private Map<String, Integer> sessions(Database database) {
    var sessions = new HashMap<String, Integer>();
    if (clustering.running(database)) {
      try {
        for (LoginActivity login : clustering.tenant(database).logins()) {
          sessions.put(login.name(), login.connections());
        }
      } catch (RuntimeException unreachable) {
        log.warn("the sessions of {} cannot be counted now", database.id(), unreachable);
      }
    }
    return sessions;
  }

  /** Empty when the server does not answer: the page is shown without numbers rather than not. */
  private Optional<DatabaseStatistics> statistics(Database database) {
    try {
      return Optional.of(clustering.tenant(database).statistics());
    } catch (RuntimeException unreachable) {
      log.warn("the statistics of {} cannot be read now", database.id(), unreachable);
      return Optional.empty();
    }
  }

  private void requireFeature(Database database, String feature, String what) {
    if (!plan(database).has(feature)) {
      throw ApiError.invalid(what + " is not available on " + plan(database).humanName() + ".");
    }
  }

  private DatabasePlan plan(Database database) {
    return catalogue.find(database.plan()).orElseThrow();
  }

  private static String doing(String kind) {
    return switch (kind) {
      case DatabaseProcedures.CREATE -> "preparing";
      case DatabaseProcedures.DESTROY -> "deprovisioning";
      case DatabaseProcedures.CHANGE_PLAN -> "changing plan";
      case DatabaseProcedures.RESET -> "resetting";
      case DatabaseProcedures.ROTATE_CREDENTIAL -> "rotating a credential";
      case DatabaseProcedures.CREATE_CREDENTIAL -> "making a credential";
      case DatabaseProcedures.DESTROY_CREDENTIAL -> "destroying a credential";
      case DatabaseProcedures.CONFIGURE -> "changing settings";
      default -> "modifying";
    };
  }

  private static ApiError unknownCredential(String name) {
    return ApiError.notFound("credential", "Couldn't find a credential named " + name + ".");
  }
}
