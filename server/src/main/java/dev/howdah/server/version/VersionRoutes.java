package dev.howdah.server.version;

import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.time.LocalDate;
import java.util.List;

/** The list of PostgreSQL versions; beyond Heroku's data API, in its style. */
public final class VersionRoutes {
  private final Versions versions;

  /** Routes over {@code versions}. */
  public VersionRoutes(Versions versions) {
    this.versions = versions;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/client/v11/postgres-versions",
            call -> Reply.ok(versions.all().stream().map(VersionRoutes::wire).toList())));
  }

  private static VersionJson wire(PostgresVersion version) {
    return new VersionJson(
        version.major(),
        version.full(),
        version.status().text(),
        version.describe(),
        version.supportEnds().map(LocalDate::toString).orElse(null));
  }

  private record VersionJson(
      int major,
      String version,
      String status,
      String description,
      @org.jspecify.annotations.Nullable String supportEnds) {}
}
