package dev.howdah.server.database;

import static java.util.stream.Collectors.toSet;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.tenant.ExtensionFailedException;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.LoginActivity;
import dev.howdah.postgres.tenant.Preset;
import dev.howdah.postgres.tenant.TenantDatabase;
import dev.howdah.postgres.tenant.TenantDatabase.OldSessions;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Outcome;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.operation.Procedure.Step;
import dev.howdah.server.protection.Protection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * How databases are made, changed and removed. Every step reads what it needs from the control
 * database, does its work on the host, and may have done so before.
 */
final class DatabaseProcedures {
  static final String CREATE = "create-database";
  static final String DESTROY = "destroy-database";
  static final String CHANGE_PLAN = "change-plan";
  static final String CONFIGURE = "configure-database";
  static final String RESET = "reset-database";
  static final String REPAIR = "repair-default-credential";
  static final String CREATE_CREDENTIAL = "create-credential";
  static final String DESTROY_CREDENTIAL = "destroy-credential";
  static final String ROTATE_CREDENTIAL = "rotate-credential";

  private static final Logger log = LoggerFactory.getLogger(DatabaseProcedures.class);

  private static final Duration LONG = Duration.ofMinutes(10);

  private final Jdbi jdbi;
  private final Clustering clustering;
  private final PlanCatalogue catalogue;
  private final DatabaseStore store;
  private final Addons addons;
  private final Protection protection;

  DatabaseProcedures(
      Jdbi jdbi,
      Clustering clustering,
      PlanCatalogue catalogue,
      DatabaseStore store,
      Addons addons,
      Protection protection) {
    this.jdbi = jdbi;
    this.clustering = clustering;
    this.catalogue = catalogue;
    this.store = store;
    this.addons = addons;
    this.protection = protection;
  }

  List<Procedure> all() {
    return List.of(
        new Procedure(
            CREATE,
            LONG,
            List.of(new Step("cluster", this::cluster), new Step("provision", this::provision)),
            List.of(new Step("remove", this::remove))),
        forward(DESTROY, new Step("lock", this::lock), new Step("delete", this::remove)),
        new Procedure(
            CHANGE_PLAN,
            LONG,
            List.of(
                new Step("protect", this::protect),
                new Step("configure", this::configureForNewPlan),
                new Step("limit", this::limitConnections)),
            List.of(new Step("restore", this::restore))),
        forward(CONFIGURE, new Step("configure", this::configure)),
        forward(RESET, new Step("reset", this::reset)),
        forward(REPAIR, new Step("repair", this::repair)),
        new Procedure(
            CREATE_CREDENTIAL,
            LONG,
            List.of(new Step("create", this::createCredential)),
            List.of(new Step("drop", this::dropCredential))),
        forward(DESTROY_CREDENTIAL, new Step("drop", this::dropCredential)),
        forward(
            ROTATE_CREDENTIAL,
            new Step("rotate", this::rotate),
            new Step("drop-old", this::dropRetired)));
  }

  private static Procedure forward(String kind, Step... steps) {
    return new Procedure(kind, LONG, List.of(steps), List.of());
  }

  private Outcome cluster(Operation operation) {
    Database database = database(operation);
    clustering.create(database, plan(database.plan()));
    return Outcome.done();
  }

  private Outcome provision(Operation operation) {
    Database database = database(operation);
    Credential credential = credential(operation).orElseThrow();
    // The server may have gone away since the step before.
    clustering.create(database, plan(database.plan()));
    clustering.tenant(database).provision(login(credential), plan(database.plan()).connections());
    return Outcome.done(handle -> {
      addons.lockApps(handle, database.id());
      store.setState(handle, database.id(), Database.State.AVAILABLE);
      store.setCredentialState(handle, credential.id(), Credential.State.ACTIVE);
      addons.provisioned(handle, database.id(), by(operation), email(operation));
    });
  }

  private Outcome lock(Operation operation) {
    Database database = database(operation);
    // Kind to clients: they read that the role may not log in, instead of finding nobody there.
    // A follower has the roles of its leader, which stay.
    if (database.following().isEmpty() && clustering.running(database)) {
      try {
        clustering.tenant(database).lock();
      } catch (RuntimeException unreachable) {
        // A server that hangs is no reason to keep it.
        log.warn("database {} goes without notice to its clients", database.id(), unreachable);
      }
    }
    return Outcome.done();
  }

  private Outcome remove(Operation operation) {
    Database database = database(operation);
    clustering.destroy(database);
    clustering.dismiss(database);
    return Outcome.done(handle -> addons.forget(handle, operation.subject()));
  }

  /** A plan with protection begins a history; it has the operation's id, so that it is one. */
  private Outcome protect(Operation operation) {
    if (!plan(text(operation, "to")).isProtected()) {
      return Outcome.done();
    }
    return Outcome.done(handle -> {
      if (protection.current(handle, operation.subject()).isEmpty()) {
        protection.ensure(handle, operation.subject(), operation.id(), Optional.empty());
        protection.use(handle, operation.subject(), operation.id());
      }
    });
  }

  private Outcome configureForNewPlan(Operation operation) {
    Database database = database(operation);
    DatabasePlan plan = plan(text(operation, "to"));
    if (measuredUse(database, plan) > 1) {
      return new Outcome.Fail(
          "It does not fit "
              + plan.humanName()
              + ". Delete some of its data first, or choose a larger plan.");
    }
    clustering.configure(database, plan);
    return Outcome.done();
  }

  /** How much of a plan the database would use, measured now. */
  private double measuredUse(Database database, DatabasePlan plan) {
    if (plan.rows().isEmpty() && plan.bytes().isEmpty()) {
      return 0;
    }
    TenantDatabase tenant = clustering.started(database);
    long rows = plan.rows().isPresent() ? tenant.countRows(plan.rows().getAsLong()).rows() : 0;
    return Ladder.use(plan, rows, tenant.statistics().bytes());
  }

  private Outcome restore(Operation operation) {
    Database database = database(operation);
    DatabasePlan plan = plan(text(operation, "from"));
    if (plan.isProtected() && !clustering.archives(database)) {
      // Recorded before it archives again: what was written meanwhile is in no repository.
      protection.interrupted(database.id(), "its plan was changed to one without, and back");
    }
    clustering.configure(database, plan);
    if (database.following().isEmpty()) {
      clustering.started(database).limitConnections(plan.connections());
    }
    return Outcome.done(handle -> {
      if (!plan.isProtected()) {
        protection.end(handle, operation.id());
      }
    });
  }

  private Outcome limitConnections(Operation operation) {
    Database database = database(operation);
    String planName = text(operation, "to");
    DatabasePlan plan = plan(planName);
    // A follower's logins are its leader's, with their limits.
    if (database.following().isEmpty()) {
      TenantDatabase tenant = clustering.started(database);
      tenant.limitConnections(plan.connections());
      if (tenant.restricted()) {
        // The new plan has room, or this operation would have failed: help at once, not at the
        // next look.
        tenant.release(plan.connections());
      }
    }
    return Outcome.done(handle -> {
      addons.lockApps(handle, database.id());
      store.setPlan(handle, database.id(), planName);
      if (!plan.isProtected()) {
        // The server archives no more since it was configured.
        protection.end(handle, database.lineage());
      }
      store.setCompliance(
          handle, database.id(), Optional.empty(), Optional.empty(), Optional.empty());
      addons.planChanged(handle, database.id(), planName, by(operation), email(operation));
    });
  }

  private Outcome configure(Operation operation) {
    Database database = database(operation);
    clustering.configure(database, plan(database.plan()));
    return Outcome.done();
  }

  private Outcome reset(Operation operation) {
    List<String> extensions =
        operation.input().path("extensions").valueStream().map(JsonNode::stringValue).toList();
    try {
      clustering.started(database(operation)).reset(extensions);
    } catch (ExtensionFailedException without) {
      // Trying again would empty the database again, and fail again.
      log.warn("database {} was reset; {}", operation.subject(), without.getMessage());
    }
    return Outcome.done();
  }

  private Outcome repair(Operation operation) {
    clustering.started(database(operation)).repairDefault();
    return Outcome.done();
  }

  private Outcome createCredential(Operation operation) {
    Credential credential = credential(operation).orElseThrow();
    Preset preset = Preset.valueOf(text(operation, "preset").toUpperCase(Locale.ROOT));
    Database database = database(operation);
    TenantDatabase tenant = clustering.started(database);
    tenant.createCredential(
        new Identifier(credential.name()),
        login(credential),
        preset,
        plan(database.plan()).connections());
    if (tenant.restricted()) {
      // It came over its plan while this was under way.
      tenant.restrict();
    }
    return Outcome.done(
        handle -> store.setCredentialState(handle, credential.id(), Credential.State.ACTIVE));
  }

  private Outcome dropCredential(Operation operation) {
    Optional<Credential> credential = credential(operation);
    credential.ifPresent(found ->
        clustering.started(database(operation)).destroyCredential(new Identifier(found.name())));
    return Outcome.done(
        handle -> credential.ifPresent(found -> store.deleteCredential(handle, found.id())));
  }

  private Outcome rotate(Operation operation) {
    Database database = database(operation);
    Credential next = credential(operation).orElseThrow();
    Credential old = credential(UUID.fromString(text(operation, "old"))).orElseThrow();
    clustering
        .started(database)
        .rotate(
            new Identifier(old.userName()),
            login(next),
            operation.input().path("forced").asBoolean(false)
                ? OldSessions.TERMINATE
                : OldSessions.FINISH);
    TenantDatabase tenant = clustering.started(database);
    if (tenant.restricted()) {
      // A new login must not be the way around a restriction.
      tenant.restrict();
    }
    return Outcome.done(handle -> {
      addons.lockApps(handle, database.id());
      store.setCredentialState(handle, old.id(), Credential.State.REVOKING);
      store.setCredentialState(handle, next.id(), Credential.State.ACTIVE);
      addons.valuesChanged(
          handle,
          database.id(),
          by(operation),
          email(operation),
          namespace(next),
          "Rotate credentials of " + next.name());
      // They have the same credentials.
      store
          .followers(handle, database.id())
          .forEach(follower ->
              addons.valuesChanged(
                  handle,
                  follower.id(),
                  by(operation),
                  email(operation),
                  namespace(next),
                  "Rotate credentials of " + next.name()));
    });
  }

  private Outcome dropRetired(Operation operation) {
    return Outcome.done(sweep(database(operation)));
  }

  /**
   * Drops replaced logins that nobody uses any more; what is returned forgets their credentials.
   * Also those whose logins went before: a crash may have come between the two.
   */
  Consumer<Handle> sweep(Database database) {
    TenantDatabase tenant = clustering.tenant(database);
    tenant.dropRetiredLogins();
    Set<String> left = tenant.logins().stream().map(LoginActivity::name).collect(toSet());
    return handle ->
        store.credentials(handle, database.id()).stream()
            .filter(credential -> credential.state() == Credential.State.REVOKING)
            .filter(credential -> !left.contains(credential.userName()))
            .forEach(credential -> store.deleteCredential(handle, credential.id()));
  }

  private Database database(Operation operation) {
    return jdbi.withHandle(handle -> store.find(handle, operation.subject())).orElseThrow();
  }

  private Optional<Credential> credential(Operation operation) {
    return credential(UUID.fromString(text(operation, "credential")));
  }

  private Optional<Credential> credential(UUID id) {
    return jdbi.withHandle(handle -> store.credential(handle, id));
  }

  private DatabasePlan plan(String name) {
    return catalogue
        .find(name)
        .orElseThrow(
            () -> new IllegalStateException("plans.yaml has no plan " + name + " any more"));
  }

  /** The namespace under which attachments use a credential. */
  private static Optional<String> namespace(Credential credential) {
    return credential.name().equals(Database.DEFAULT_CREDENTIAL)
        ? Optional.empty()
        : Optional.of("credential:" + credential.name());
  }

  private static Login login(Credential credential) {
    return Login.of(credential.userName(), credential.password());
  }

  private static UUID by(Operation operation) {
    return UUID.fromString(text(operation, "by"));
  }

  private static String email(Operation operation) {
    return text(operation, "email");
  }

  private static String text(Operation operation, String field) {
    return operation.input().path(field).asString();
  }
}
