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
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.version.Versions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The add-on service {@code heroku-postgresql}. */
public final class PostgresProvider implements Provider {
  private static final String CREDENTIAL_NAMESPACE = "credential:";
  private static final Set<String> COPIES = Set.of("fork", "follow", "rollback", "to", "by");

  private final PlanCatalogue catalogue;
  private final Versions versions;
  private final Endpoints endpoints;
  private final Operations operations;
  private final InstantSource clock;
  private final Tokens tokens;
  private final DatabaseStore store;

  PostgresProvider(
      PlanCatalogue catalogue,
      Versions versions,
      Endpoints endpoints,
      Operations operations,
      InstantSource clock,
      Tokens tokens,
      DatabaseStore store) {
    this.catalogue = catalogue;
    this.versions = versions;
    this.endpoints = endpoints;
    this.operations = operations;
    this.clock = clock;
    this.tokens = tokens;
    this.store = store;
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
    DatabasePlan wanted = catalogue.find(plan.name()).orElseThrow();
    for (String option : options.keySet()) {
      if (COPIES.contains(option)) {
        String word =
            option.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + option.substring(1);
        throw ApiError.invalid(
            wanted.has("fork")
                ? word + " is not available in this release of Howdah. Nothing was made."
                : word + " is only available on production databases.");
      }
      if (!option.equals("version")) {
        throw ApiError.invalid("Unknown option --" + option + ". Known: --version.");
      }
    }
    installation(options);
  }

  @Override
  public Operation provision(Handle handle, Addon addon, Map<String, String> options, Caller by) {
    store.lockPorts(handle);
    Instant now = clock.instant();
    Database database =
        new Database(
            addon.id(),
            addon.plan(),
            installation(options).major(),
            UUID.randomUUID(),
            endpoints.host(),
            endpoints.allocate(store.ports(handle), tokens),
            tokens.identifier('d'),
            Database.State.CREATING,
            Map.of(),
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            now);
    store.insert(handle, database);
    Credential credential =
        new Credential(
            UUID.randomUUID(),
            database.id(),
            Database.DEFAULT_CREDENTIAL,
            tokens.identifier('u'),
            tokens.databasePassword(),
            Credential.State.PROVISIONING,
            now);
    store.insert(handle, credential);
    return operations.submit(
        handle,
        DatabaseProcedures.CREATE,
        database.id(),
        Map.of("credential", credential.id(), "by", by.accountId(), "email", by.email()));
  }

  @Override
  public Operation deprovision(Handle handle, Addon addon, Caller by) {
    Database database = store.find(handle, addon.id()).orElseThrow(Visibility::unknown);
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
  public String provisionMessage(Addon addon) {
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
