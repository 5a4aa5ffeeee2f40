package dev.howdah.server.database;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.WalSegmentSize;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Attachments;
import dev.howdah.server.addon.Provider;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.doctor.Check;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.Route;
import dev.howdah.server.protection.Guarded;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.secret.Vault;
import dev.howdah.server.version.PostgresVersion;
import dev.howdah.server.version.Versions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * Wires the parts of this feature in two stages: the provider first, because add-ons need it, and
 * what needs add-ons afterwards.
 */
public final class DatabaseFeature {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Operations operations;
  private final PlanCatalogue catalogue;
  private final Versions versions;
  private final PostgresHost host;
  private final Clustering clustering;
  private final DatabaseStore store;
  private final Tokens tokens;
  private final Protection protection;
  private final PostgresProvider provider;
  private final List<Notes> notes = new CopyOnWriteArrayList<>();

  /** The first stage. */
  public DatabaseFeature(
      Jdbi jdbi,
      InstantSource clock,
      Operations operations,
      PlanCatalogue catalogue,
      Versions versions,
      PostgresHost host,
      Endpoints endpoints,
      long hostMemory,
      Vault vault,
      Tokens tokens,
      Protection protection) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.operations = operations;
    this.catalogue = catalogue;
    this.versions = versions;
    this.host = host;
    this.store = new DatabaseStore(vault);
    this.clustering = new Clustering(host, endpoints, hostMemory, jdbi, store, protection);
    this.tokens = tokens;
    this.protection = protection;
    this.provider =
        new PostgresProvider(
            catalogue, versions, endpoints, operations, clock, tokens, store, protection);
  }

  /** Adds lines to what is shown of databases; before the first request. */
  public void noteBy(Notes more) {
    notes.add(more);
  }

  /** Tells how databases are made that begin as a copy; before the first request. */
  public void copyBy(Copying copying) {
    provider.copyBy(copying);
  }

  /** The add-on service. */
  public Provider provider() {
    return provider;
  }

  /** The second stage. */
  public Parts with(Addons addons, Visibility visibility, Attachments attachments, String region) {
    var procedures = new DatabaseProcedures(jdbi, clustering, catalogue, store, addons, protection);
    var databases =
        new Databases(
            jdbi,
            clock,
            addons,
            visibility,
            attachments,
            operations,
            catalogue,
            versions,
            clustering,
            store,
            tokens,
            notes,
            protection);
    return new Parts(
        procedures.all(),
        new DatabaseRoutes(databases, region).routes(),
        new Enforcement(jdbi, clock, catalogue, clustering, store, procedures, operations),
        new DatabaseAccess(jdbi, addons, visibility, catalogue, clustering, store),
        new DatabaseCheck(jdbi, store, catalogue, clustering, protection).check());
  }

  /** What the second stage adds. */
  public record Parts(
      List<Procedure> procedures,
      List<Route> routes,
      Enforcement enforcement,
      DatabaseAccess access,
      Check check) {}

  /**
   * Makes what new databases are copied from, so that the first one of a kind does not wait for it.
   */
  public void prepare() {
    for (WalSegmentSize size : catalogue.walSegmentSizes()) {
      versions.all().stream()
          .filter(version -> version.status() == PostgresVersion.Status.DEFAULT)
          .forEach(version -> host.clusters().prepare(version.major(), size));
    }
  }

  /**
   * Checks that every plan in use is in the catalogue.
   *
   * @throws IllegalStateException that names what is missing from {@code plans.yaml}
   */
  public void requirePlans() {
    Set<String> missing =
        jdbi.withHandle(store::plansInUse).stream()
            .filter(plan -> catalogue.find(plan).isEmpty())
            .collect(Collectors.toSet());
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "plans.yaml lacks plans that databases have: "
              + String.join(", ", missing)
              + ". Put them back, or move these databases to other plans first.");
    }
  }

  /** The databases in use that have continuous protection, with what their plans promise. */
  public List<Guarded> guarded() {
    return jdbi.withHandle(handle -> store.inState(handle, Database.State.AVAILABLE)).stream()
        .flatMap(database ->
            catalogue.find(database.plan()).filter(DatabasePlan::isProtected).stream()
                .map(plan ->
                    new Guarded(
                        database.id(), database.lineage(), plan.window(), plan.baseSchedule())))
        .toList();
  }

  /**
   * Begins the protection of databases that a Howdah without it has made, each by an operation that
   * restarts its server once. Does nothing for those that are protected.
   */
  public void protectAll() {
    for (Guarded database : guarded()) {
      jdbi.useTransaction(handle -> {
        if (protection.current(handle, database.databaseId()).isEmpty()) {
          protection.ensure(handle, database.databaseId(), database.lineage(), Optional.empty());
          operations.submit(handle, DatabaseProcedures.CONFIGURE, database.databaseId(), Map.of());
        }
      });
    }
  }

  /** The clusters whose servers should run. */
  public Set<UUID> desired() {
    return jdbi.withHandle(handle -> store.inState(handle, Database.State.AVAILABLE)).stream()
        .map(Database::id)
        .collect(Collectors.toSet());
  }
}
