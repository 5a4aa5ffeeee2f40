package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** What the tests of this package own on a server: apps and databases, by the API alone. */
final class Estate {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** A database as its owner sees it. */
  record Database(String app, String id, String name) {
    String path() {
      return "/apps/" + app + "/addons/" + id;
    }

    String data(String what) {
      return "/postgres/v0/databases/" + id + what;
    }
  }

  private final RunningServer server;

  Estate(RunningServer server) {
    this.server = server;
  }

  String app() {
    String name = "estate-" + NUMBER.incrementAndGet();
    server.send("POST", "/apps", Map.of("name", name));
    return name;
  }

  Database database(String app, String plan) {
    return database(app, plan, Map.of());
  }

  Database database(String app, String plan, Map<String, String> options) {
    JsonNode made =
        server.send(
            "POST",
            "/apps/" + app + "/addons",
            Map.of("plan", "heroku-postgresql:" + plan, "config", options));
    var database = new Database(app, made.path("id").asString(), made.path("name").asString());
    // On a busy machine the answer comes before the database.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() ->
            assertThat(server.get(database.path()).path("state").asString())
                .isEqualTo("provisioned"));
    return database;
  }

  /** The URL of the default credential, from the config vars. */
  String url(Database database) {
    JsonNode vars = server.get("/apps/" + database.app() + "/config-vars");
    return server
        .get(database.path())
        .path("config_vars")
        .valueStream()
        .map(name -> vars.path(name.asString()).asString())
        .findFirst()
        .orElseThrow();
  }

  /** A value of pg:info. */
  String info(Database database, String item) {
    return server
        .get("/client/v11/databases/" + database.id())
        .path("info")
        .valueStream()
        .filter(line -> line.path("name").asString().equals(item))
        .map(line -> line.path("values").path(0).asString())
        .findFirst()
        .orElse("");
  }

  List<String> credentials(Database database) {
    return server
        .get(database.data("/credentials"))
        .valueStream()
        .map(credential -> credential.path("name").asString())
        .toList();
  }

  String plan(Database database) {
    return server.get(database.path()).path("plan").path("name").asString();
  }

  int addons(String app) {
    return server.get("/apps/" + app + "/addons").size();
  }

  int status(String method, String path) {
    return server.request(method, path, null).statusCode();
  }
}
