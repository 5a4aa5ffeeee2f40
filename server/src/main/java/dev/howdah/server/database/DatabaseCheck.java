package dev.howdah.server.database;

import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.server.doctor.Check;
import dev.howdah.server.doctor.Finding;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.protection.ProtectionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Whether every database's server runs, and its history reaches its repository. */
final class DatabaseCheck {
  private static final String SERVERS = "Servers";
  private static final String PROTECTION = "Protection";

  private final Jdbi jdbi;
  private final DatabaseStore store;
  private final PlanCatalogue catalogue;
  private final Clustering clustering;
  private final Protection protection;

  private record Rows(List<Database> databases, Map<UUID, String> names) {}

  DatabaseCheck(
      Jdbi jdbi,
      DatabaseStore store,
      PlanCatalogue catalogue,
      Clustering clustering,
      Protection protection) {
    this.jdbi = jdbi;
    this.store = store;
    this.catalogue = catalogue;
    this.clustering = clustering;
    this.protection = protection;
  }

  Check check() {
    return new Check("Databases", this::findings);
  }

  private List<Finding> findings() {
    Rows rows =
        jdbi.withHandle(handle ->
            new Rows(store.inState(handle, Database.State.AVAILABLE), store.addonNames(handle)));
    var findings = new ArrayList<Finding>();
    int running = 0;
    int guarded = 0;
    int sound = 0;
    for (Database database : rows.databases()) {
      String name = rows.names().getOrDefault(database.id(), database.id().toString());
      Optional<Finding> down = server(name, clustering.state(database));
      down.ifPresent(findings::add);
      running += down.isEmpty() ? 1 : 0;
      if (isGuarded(database)) {
        guarded++;
        Optional<Finding> weak = protection(name, protection.of(database.id()));
        weak.ifPresent(findings::add);
        sound += weak.isEmpty() ? 1 : 0;
      }
    }
    findings.add(Finding.good(SERVERS, "%d of %d run".formatted(running, rows.databases().size())));
    findings.add(Finding.good(PROTECTION, "%d of %d are sound".formatted(sound, guarded)));
    return findings;
  }

  /** A follower's history is its leader's. */
  private boolean isGuarded(Database database) {
    return database.following().isEmpty()
        && catalogue.find(database.plan()).filter(DatabasePlan::isProtected).isPresent();
  }

  private static Optional<Finding> server(String name, ClusterState state) {
    return switch (state) {
      case ClusterState.Running running -> Optional.empty();
      case ClusterState.Starting starting -> Optional.empty();
      case ClusterState.Stopping stopping -> Optional.empty();
      case ClusterState.Stopped stopped ->
          Optional.of(
              Finding.bad(
                  SERVERS,
                  name + " is stopped",
                  "It is started at the next look; if it stays so, look into the server's log."));
      case ClusterState.Failed failed ->
          Optional.of(
              Finding.bad(
                  SERVERS,
                  name + " does not start: " + failed.reason(),
                  "It is tried again every minute. Its own log, postgres/<uuid>/log in the data"
                      + " directory, says more."));
      case ClusterState.Absent absent ->
          Optional.of(
              Finding.bad(
                  SERVERS,
                  name + " has lost its files",
                  "If its plan is protected, bring it back: howdah pg:recover " + name));
    };
  }

  private static Optional<Finding> protection(String name, Optional<ProtectionState> state) {
    if (state.isEmpty()) {
      return Optional.of(
          Finding.bad(
              PROTECTION,
              name + " has no history of its own",
              "It begins at the next start of the server."));
    }
    return state
        .get()
        .problem()
        .map(problem ->
            Finding.bad(
                PROTECTION,
                name + ": " + problem,
                "See to the repository: is its volume mounted, is there room, does the bucket"
                    + " answer? The rest happens by itself."));
  }
}
