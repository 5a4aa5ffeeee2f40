package dev.howdah.server.upgrade;

import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;

import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Upgrades in the data API (contract §11.1). */
public final class UpgradeRoutes {
  private static final Shape VERSION =
      object(optional("version", matching(10, "[0-9.]+", "is not a PostgreSQL version")));

  private final Upgrades upgrades;

  UpgradeRoutes(Upgrades upgrades) {
    this.upgrades = upgrades;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "POST",
            "/client/v11/databases/{database}/upgrade/prepare",
            VERSION,
            call -> say(upgrades.prepare(call.caller(), database(call), call.text("/version")))),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/upgrade/dry_run",
            VERSION,
            call -> say(upgrades.dryRun(call.caller(), database(call), call.text("/version")))),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/upgrade/run",
            VERSION,
            call -> say(upgrades.run(call.caller(), database(call), call.text("/version")))),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/upgrade/cancel",
            VERSION,
            call -> say(upgrades.cancel(call.caller(), database(call)))),
        Route.of("GET", "/client/v11/databases/{database}/upgrade/wait_status", this::status));
  }

  private static String database(Call call) {
    return call.path("database");
  }

  private static Reply say(String message) {
    return new Reply.Json(202, Map.of("message", message), Map.of());
  }

  private Reply status(Call call) {
    Upgrades.Status status = upgrades.status(call.caller(), database(call));
    var wire = new LinkedHashMap<String, Object>();
    wire.put("waiting?", status.waiting());
    wire.put("error?", status.failed());
    wire.put("step", status.step().orElse(null));
    wire.put("message", status.message());
    return Reply.ok(wire);
  }
}
