package dev.howdah.server.dyno;

import static dev.howdah.server.platform.Shape.anyOf;
import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;
import static dev.howdah.server.platform.Shape.text;

import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.util.List;
import java.util.Map;

/**
 * Formation and dynos. No app has code in this release, so none has process types or dynos: lists
 * are empty, and what names a process type or a dyno does not find it.
 */
public final class DynoRoutes {
  private static final Shape.Field QUANTITY =
      // Text of the stock CLI: "2", "+1" (contract §7).
      optional("quantity", anyOf(new Shape.Whole(0, 1000), text(10)));
  private static final Shape.Field SIZE = optional("size", text(50));
  private static final Shape SCALE =
      object(
          required(
              "updates",
              new Shape.ListOf(object(required("type", name(128)), QUANTITY, SIZE), 100)));
  private static final Shape RUN =
      object(
          required("command", name(64 * 1024)),
          optional("attach", bool()),
          optional("env", new Shape.MapOf(text(128), text(64 * 1024), 1000)),
          optional("force_no_tty", bool()),
          SIZE,
          optional("type", text(128)),
          optional("time_to_live", new Shape.Whole(1, 86_400)));

  private final Apps apps;

  /** Routes for the apps of {@code apps}. */
  public DynoRoutes(Apps apps) {
    this.apps = apps;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/apps/{app}/formation", this::none),
        Route.of("PATCH", "/apps/{app}/formation", SCALE, this::scale),
        Route.of("GET", "/apps/{app}/formation/{type}", this::noType),
        Route.of("PATCH", "/apps/{app}/formation/{type}", object(QUANTITY, SIZE), this::noType),
        Route.of("DELETE", "/apps/{app}/formations/{type}", this::noType),
        Route.of("POST", "/apps/{app}/formations/{type}/actions/stop", this::noType),
        Route.of("GET", "/apps/{app}/dynos", this::none),
        Route.of("POST", "/apps/{app}/dynos", RUN, this::run),
        Route.of("DELETE", "/apps/{app}/dynos", this::restart),
        Route.of("GET", "/apps/{app}/dynos/{dyno}", this::noDyno),
        Route.of("DELETE", "/apps/{app}/dynos/{dyno}", this::noDyno),
        Route.of("POST", "/apps/{app}/dynos/{dyno}/actions/stop", this::noDyno));
  }

  private Reply none(Call call) {
    check(call);
    return Reply.emptyPage();
  }

  private Reply scale(Call call) {
    check(call);
    if (call.at("/updates").isEmpty()) {
      return Reply.emptyPage();
    }
    throw noType(call.at("/updates/0/type").stringValue());
  }

  private Reply run(Call call) {
    check(call);
    throw ApiError.invalid(
        "No code has been deployed to this app yet, so there is nothing to run a command in.");
  }

  /** All of no dynos are restarted at once. */
  private Reply restart(Call call) {
    check(call);
    return new Reply.Json(202, Map.of(), Map.of());
  }

  private Reply noType(Call call) {
    check(call);
    throw noType(call.path("type"));
  }

  private Reply noDyno(Call call) {
    check(call);
    throw ApiError.notFound("dyno", "Couldn't find that dyno.");
  }

  private void check(Call call) {
    apps.find(call.caller(), call.path("app"));
  }

  private static ApiError noType(String type) {
    return ApiError.notFound("formation", "Couldn't find that process type (" + type + ").");
  }
}
