package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.server.TestServer.Answer;
import dev.howdah.server.TestServer.Client;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Drives the API through a life of an app, and holds each answer against Heroku's public schema.
 * Every endpoint that the schema knows must be driven, or be listed as one that cannot answer yet.
 */
class SchemaIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  /** What these would answer does not exist in this release. */
  private static final Set<String> NOTHING_YET =
      Set.of(
          "GET /apps/{app}/formation/{type}",
          "PATCH /apps/{app}/formation/{type}",
          "DELETE /apps/{app}/formations/{type}",
          "POST /apps/{app}/formations/{type}/actions/stop",
          "POST /apps/{app}/dynos",
          "GET /apps/{app}/dynos/{dyno}",
          "DELETE /apps/{app}/dynos/{dyno}",
          "POST /apps/{app}/dynos/{dyno}/actions/stop",
          "GET /account/features/{feature}",
          "PATCH /account/features/{feature}",
          "GET /teams/{team}");

  private final PlatformSchema schema = new PlatformSchema();
  private final Set<String> driven = new TreeSet<>();
  private final List<DynamicTest> tests = new ArrayList<>();

  @TestFactory
  List<DynamicTest> answersAreWhatHerokuSaysTheyAre() {
    String app = "schema-app";
    String friend = "schema-friend@example.com";
    Client admin = SERVER.admin();

    get("/account");
    drive("PATCH", "/account", Map.of("name", "Ada"));
    admin.post("/accounts", Map.of("email", friend, "password", "a long password")).expect(201);

    Answer authorization = drive("POST", "/oauth/authorizations", Map.of("expires_in", 3600));
    String id = authorization.text("/id");
    get("/oauth/authorizations");
    get("/oauth/authorizations/" + id);
    drive("PATCH", "/oauth/authorizations/" + id, Map.of("description", "renamed"));
    drive("POST", "/oauth/authorizations/" + id + "/actions/regenerate-tokens", Map.of());
    drive("DELETE", "/oauth/authorizations/" + id, Map.of());
    get("/oauth/clients");

    Answer key =
        admin.post(
            "/account/keys",
            Map.of(
                "public_key",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
                    + "AABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f someone@example.com"));
    get("/account/keys");
    get("/account/keys/" + key.text("/id"));
    admin.delete("/account/keys/" + key.text("/fingerprint")).expect(200);
    get("/account/features");

    get("/regions");
    get("/regions/us");
    get("/stacks");
    get("/stacks/howdah-1");
    get("/teams");
    get("/addon-services");
    get("/addon-services/heroku-postgresql");
    get("/addon-services/heroku-postgresql/plans");
    get("/addon-services/heroku-postgresql/plans/hobby-dev");

    drive("POST", "/apps", Map.of("name", app));
    get("/apps");
    get("/users/~/apps");
    get("/apps/" + app);
    drive("PATCH", "/apps/" + app, Map.of("maintenance", true));
    drive("PATCH", "/apps/" + app + "/config-vars", Map.of("FOO", "bar"));
    get("/apps/" + app + "/config-vars");
    get("/apps/" + app + "/releases");
    Answer release = get("/apps/" + app + "/releases/2");
    get("/apps/" + app + "/releases/2/config-vars");
    drive("POST", "/apps/" + app + "/releases", Map.of("release", release.text("/id")));

    drive("POST", "/apps/" + app + "/collaborators", Map.of("user", friend));
    get("/apps/" + app + "/collaborators");
    drive("DELETE", "/apps/" + app + "/collaborators/" + friend, Map.of());

    Answer addon =
        drive("POST", "/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:hobby-dev"));
    String name = addon.text("/name");
    get("/addons");
    get("/addons/" + name);
    get("/apps/" + app + "/addons");
    get("/apps/" + app + "/addons/" + name);
    drive(
        "PATCH",
        "/apps/" + app + "/addons/" + name,
        Map.of("plan", "heroku-postgresql:hobby-basic"));
    drive("POST", "/actions/addons/resolve", Map.of("addon", name));
    Answer attachment =
        drive("POST", "/addon-attachments", Map.of("addon", name, "app", app, "name", "SECOND"));
    get("/addon-attachments");
    get("/addon-attachments/" + attachment.text("/id"));
    get("/addons/" + name + "/addon-attachments");
    get("/apps/" + app + "/addon-attachments");
    get("/apps/" + app + "/addon-attachments/SECOND");
    drive(
        "POST",
        "/actions/addon-attachments/resolve",
        Map.of("addon_attachment", "SECOND", "app", app));
    drive("DELETE", "/addon-attachments/" + attachment.text("/id"), Map.of());
    drive("DELETE", "/apps/" + app + "/addons/" + name, Map.of());

    Answer drain =
        drive("POST", "/apps/" + app + "/log-drains", Map.of("url", "syslog://192.0.2.1:514"));
    get("/apps/" + app + "/log-drains/" + drain.text("/id"));
    drive("DELETE", "/apps/" + app + "/log-drains/" + drain.text("/token"), Map.of());
    get("/apps/" + app + "/features");
    get("/apps/" + app + "/features/preboot");
    drive("PATCH", "/apps/" + app + "/features/preboot", Map.of("enabled", true));
    get("/apps/" + app + "/formation");
    drive("PATCH", "/apps/" + app + "/formation", Map.of("updates", List.of()));
    get("/apps/" + app + "/dynos");
    drive("DELETE", "/apps/" + app + "/dynos", Map.of());
    get("/apps/" + app + "/domains");
    get("/apps/" + app + "/domains/" + app + ".localhost");
    get("/apps/" + app + "/buildpack-installations");
    get("/apps/" + app + "/log-drains");
    get("/apps/" + app + "/sni-endpoints");
    get("/apps/" + app + "/webhooks");
    drive("POST", "/apps/" + app + "/log-sessions", Map.of());
    drive("DELETE", "/apps/" + app, Map.of());

    tests.add(dynamicTest("every endpoint that the schema knows was driven", this::noneForgotten));
    return tests;
  }

  private void noneForgotten() {
    Set<String> known = new TreeSet<>();
    for (Route route : SERVER.routes()) {
      if (schema.knows(route.method(), route.path())) {
        known.add(route.method() + " " + route.path());
      }
    }
    known.removeAll(NOTHING_YET);
    assertThat(driven).containsExactlyInAnyOrderElementsOf(known);
  }

  private Answer get(String path) {
    return drive("GET", path, Map.of());
  }

  private Answer drive(String method, String path, Map<String, Object> body) {
    Answer answer =
        SERVER.admin().send(method, path, body.isEmpty() ? new byte[0] : Wire.write(body));
    Route route = route(method, path);
    driven.add(method + " " + route.path());
    tests.add(
        dynamicTest(
            method + " " + path,
            () -> {
              assertThat(schema.knows(method, route.path())).as("known to the schema").isTrue();
              assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
              assertThat(answer.contentType()).startsWith("application/json");
              assertThat(schema.problems(method, route.path(), answer.json()))
                  .as(answer.body())
                  .isEmpty();
            }));
    return answer;
  }

  private static Route route(String method, String path) {
    return SERVER.routes().stream()
        .filter(route -> route.method().equals(method) && matches(route, path))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no route for " + method + " " + path));
  }

  private static boolean matches(Route route, String path) {
    return Pattern.matches(route.path().replaceAll("\\{[a-z]+}", "[^/]+"), path);
  }
}
