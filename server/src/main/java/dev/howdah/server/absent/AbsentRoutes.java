package dev.howdah.server.absent;

import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.util.List;

/**
 * Lists that commands of the stock CLI begin with, and that are empty in this release. When one of
 * them can have something in it, its route moves to the package of that feature.
 */
public final class AbsentRoutes {
  private final Apps apps;

  /** Routes for the apps of {@code apps}. */
  public AbsentRoutes(Apps apps) {
    this.apps = apps;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/teams", call -> Reply.emptyPage()),
        Route.of(
            "GET",
            "/teams/{team}",
            call -> {
              throw ApiError.notFound("team", "Couldn't find that team.");
            }),
        Route.of("GET", "/oauth/clients", call -> Reply.emptyPage()),
        ofApp("/apps/{app}/buildpack-installations"),
        ofApp("/apps/{app}/sni-endpoints"),
        ofApp("/apps/{app}/webhooks"));
  }

  private Route ofApp(String path) {
    return Route.of(
        "GET",
        path,
        call -> {
          apps.find(call.caller(), call.path("app"));
          return Reply.emptyPage();
        });
  }
}
