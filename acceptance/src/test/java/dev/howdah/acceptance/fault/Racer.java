package dev.howdah.acceptance.fault;

import dev.howdah.acceptance.RunningServer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** One of several that work on the same app without asking the others. */
final class Racer extends Client {
  private static final List<String> NAMES = List.of("racer-one", "racer-two");

  private final String app;

  Racer(RunningServer server, String app, Random random) {
    super(server, random);
    this.app = app;
  }

  @Override
  void act() {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    String addon = "/apps/" + app + "/addons/" + name;
    switch (random.nextInt(8)) {
      case 0, 1, 2 ->
          send(
              "POST",
              "/apps/" + app + "/addons",
              Map.of(
                  "plan",
                  "heroku-postgresql:" + (random.nextBoolean() ? "hobby-dev" : "standard-0"),
                  "name",
                  name));
      case 3, 4 -> send("DELETE", addon, Map.of());
      case 5 -> send("PATCH", addon, Map.of("plan", "heroku-postgresql:standard-0"));
      case 6 -> send("PUT", "/client/v11/databases/" + name + "/reset", Map.of());
      default -> send("POST", "/postgres/v0/databases/" + name + "/credentials_rotation", Map.of());
    }
  }

  @Override
  void takeStock() {
    for (JsonNode addon : server.get("/apps/" + app + "/addons")) {
      if (!NAMES.contains(addon.path("name").asString())) {
        throw new AssertionError("nobody made " + addon);
      }
    }
  }
}
