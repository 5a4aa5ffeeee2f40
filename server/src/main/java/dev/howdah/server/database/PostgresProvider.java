package dev.howdah.server.database;

import dev.howdah.postgres.version.Installation;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Plan;
import dev.howdah.server.addon.Provider;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.version.Versions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The add-on service {@code heroku-postgresql}. */
public final class PostgresProvider implements Provider {
  private static final String CREDENTIAL_NAMESPACE = "credential:";
  private final PlanCatalogue catalogue;
  private final Versions versions;
  private final Endpoints endpoints;
  private final Operations operations;
  private final InstantSource clock;
  private final Tokens tokens;
  private final DatabaseStore store;
  private final Protection protection;
  private @Nullable Copying copying;

  PostgresProvider(
      PlanCatalogue catalogue,
      Versions versions,
      Endpoints endpoints,
      Operations operations,
      InstantSource clock,
      Tokens tokens,
      DatabaseStore store,
      Protection protection) {
    this.catalogue = catalogue;
    this.versions = versions;
    this.endpoints = endpoints;
    this.operations = operations;
    this.clock = clock;
    this.tokens = tokens;
    this.store = store;
    this.protection = protection;
  }

  /** Tells how copies are made; before the first request. */
  void copyBy(Copying how) {
    copying = how;
  }

  private Optional<Copying> copying(Map<String, String> options) {
    return Optional.ofNullable(copying).filter(how -> how.isWanted(options));
  }

  @Override
  public String service() {
    return "heroku-postgresql";
  }

  @Override
  public String humanName() {
    return "Heroku Postgres";
  }

  @Override
  public String namePrefix() {
    return "postgresql";
  }

  @Override
  public String attachmentPrefix() {
    return "HEROKU_POSTGRESQL";
  }

  @Override
  public String primaryAttachment() {
    return "DATABASE";
  }

  @Override
  public List<Plan> plans() {
    return catalogue.plans().stream()
        .map(plan ->
            new Plan(
                service(),
                plan.name(),
                plan.humanName(),
                humanName() + " " + plan.humanName(),
                plan.dollars() * 100,
                plan.name().equals(catalogue.defaultPlan())))
        .toList();
  }

  @Override
  public void check(Plan plan, Map<String, String> options) {
    Optional<Copying> copy = copying(options);
    if (copy.isPresent()) {
      copy.get().check(catalogue.find(plan.name()).orElseThrow(), options);
      return;
    }
    for (String option : options.keySet()) {
      if (!option.equals("version")) {
        throw ApiError.invalid(
            "Unknown option --%s. Known: --version, --fork, --follow, --rollback."
                .formatted(option));
      }
    }
    installation(options);
  }

  @Override
  public Provision provision(Handle handle, Addon addon, Map<String, String> options, Caller by) {
    Optional<Copying> copy = copying(options);
    if (copy.isPresent()) {
      DatabasePlan plan = catalogue.find(addon.plan()).orElseThrow();
      return copy(handle, addon, copy.get().order(handle, addon, plan, options, by), by);
    }
    Database database =
        insert(
            handle,
            addon,
            installation(options).major(),
            tokens.identifier('d'),
            Optional.empty(),
            Optional.empty());
    Credential credential = credential(handle, database, Credential.State.PROVISIONING);
    return new Provision(
        operations.submit(
            handle,
            DatabaseProcedures.CREATE,
            database.id(),
            Map.of("credential", credential.id(), "by", by.accountId(), "email", by.email())),
        false);
  }

  /** A copy has its source's version and name; a follower its leader's credentials as well. */
  private Provision copy(Handle handle, Addon addon, Copying.Order order, Caller by) {
    Database source = order.source();
    Database database =
        insert(handle, addon, source.major(), source.name(), order.following(), order.origin());
    if (order.following().isEmpty()) {
      // Handed out at once: it is what the copy will have, and nothing else has it.
      credential(handle, database, Credential.State.ACTIVE);
    }
    Map<String, Object> input = new HashMap<>(order.input());
    input.put("by", by.accountId());
    input.put("email", by.email());
    return new Provision(operations.submit(handle, order.kind(), database.id(), input), true);
  }

  private Database insert(
      Handle handle,
      Addon addon,
      int major,
      String name,
      Optional<Database.Following> following,
      Optional<Database.Origin> origin) {
    store.lockPorts(handle);
    Database database =
        new Database(
            addon.id(),
            addon.plan(),
            major,
            UUID.randomUUID(),
            endpoints.host(),
            endpoints.allocate(store.ports(handle), tokens),
            name,
            Database.State.CREATING,
            Map.of(),
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            following,
            origin,
            clock.instant());
    store.insert(handle, database);
    if (catalogue.find(addon.plan()).orElseThrow().isProtected()) {
      protection.ensure(handle, database.id(), database.lineage(), Optional.empty());
    }
    return database;
  }

  private Credential credential(Handle handle, Database database, Credential.State state) {
    Credential credential =
        new Credential(
            UUID.randomUUID(),
            database.id(),
            Database.DEFAULT_CREDENTIAL,
            tokens.identifier('u'),
            tokens.databasePassword(),
            state,
            clock.instant());
    store.insert(handle, credential);
    return credential;
  }

  @Override
  public Operation deprovision(Handle handle, Addon addon, Caller by) {
    Database database = store.find(handle, addon.id()).orElseThrow(Visibility::unknown);
    List<String> followers = store.followerNames(handle, addon.id());
    if (!followers.isEmpty()) {
      throw ApiError.conflict(
          "%s has followers (%s). Destroy them first with addons:destroy, or let them go with"
                  .formatted(addon.name(), String.join(", ", followers))
              + " pg:unfollow");
    }
    if (database.state() == Database.State.CREATING) {
      Operation create = operations.unfinished(handle, addon.id()).getLast();
      operations.cancel(handle, create);
      return create;
    }
    store.setState(handle, database.id(), Database.State.DESTROYING);
    // Whatever is being done to it, and may be failing since days, must not stand in the way.
    operations.supersede(handle, database.id(), "The database was destroyed.");
    return operations.submit(
        handle,
        DatabaseProcedures.DESTROY,
        database.id(),
        Map.of("by", by.accountId(), "email", by.email()));
  }

  @Override
  public Operation changePlan(Handle handle, Addon addon, Plan plan, Caller by) {
    Database database = store.find(handle, addon.id()).orElseThrow(Visibility::unknown);
    return operations.submit(
        handle,
        DatabaseProcedures.CHANGE_PLAN,
        database.id(),
        Map.of(
            "from", database.plan(),
            "to", plan.name(),
            "by", by.accountId(),
            "email", by.email()));
  }

  @Override
  public List<String> suffixes() {
    return List.of("URL");
  }

  @Override
  public SortedMap<String, String> values(Handle handle, Addon addon, String namespace) {
    var values = new TreeMap<String, String>();
    Optional<Database> database = store.find(handle, addon.id());
    if (database.isPresent()) {
      credential(handle, addon, namespace)
          .ifPresent(credential -> values.put("URL", credential.url(database.get())));
    }
    return values;
  }

  @Override
  public boolean hasNamespace(Handle handle, Addon addon, String namespace) {
    return credential(handle, addon, namespace).isPresent();
  }

  @Override
  public SortedMap<String, String> derived(String attachment, SortedMap<String, String> values) {
    var derived = new TreeMap<String, String>();
    String url = values.get("URL");
    if (url != null) {
      java.net.URI uri = java.net.URI.create(url);
      String[] user = uri.getUserInfo().split(":", 2);
      derived.put(
          "JDBC_" + attachment + "_URL",
          "jdbc:postgresql://%s:%d%s?user=%s&password=%s&sslmode=require"
              .formatted(uri.getHost(), uri.getPort(), uri.getPath(), user[0], user[1]));
    }
    return derived;
  }

  @Override
  public String provisionMessage(Handle handle, Addon addon) {
    String message = operations.first(handle, addon.id()).input().path("message").asString("");
    if (!message.isEmpty()) {
      return message;
    }
    return """
    Database has been created and is available
     ! This database is empty. If upgrading, you can transfer
     ! data from another database with pg:copy\
    """;
  }

  private Optional<Credential> credential(Handle handle, Addon addon, String namespace) {
    return credentialName(namespace)
        .flatMap(name ->
            store.credentials(handle, addon.id()).stream()
                .filter(credential -> credential.name().equals(name))
                .filter(credential -> credential.state() == Credential.State.ACTIVE)
                .findFirst());
  }

  /** The credential that an attachment with this namespace hands out. */
  static Optional<String> credentialName(String namespace) {
    if (namespace.isEmpty()) {
      return Optional.of(Database.DEFAULT_CREDENTIAL);
    }
    return namespace.startsWith(CREDENTIAL_NAMESPACE)
        ? Optional.of(namespace.substring(CREDENTIAL_NAMESPACE.length()))
        : Optional.empty();
  }

  private Installation installation(Map<String, String> options) {
    return versions.forNew(Optional.ofNullable(options.get("version")));
  }
}
