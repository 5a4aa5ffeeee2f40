package dev.howdah.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.server.TestServer.Answer;
import dev.howdah.server.TestServer.Client;
import dev.howdah.server.platform.Api;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import dev.howdah.server.platform.Values;
import dev.howdah.server.platform.Wire;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Every route there is, against everything that can be wrong with a request: the right refusal in
 * the platform's shape, never a 5xx, and nothing changed. The table of routes is the server's own,
 * so a new route is tested from the day it is added.
 */
class WrongInputIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}");

  /** Answers of these are read by people: they are pages, also when they refuse. */
  private static final Set<String> PAGES = Set.of("/auth/browser/{login}");

  /** Parameters that name nothing that could belong to somebody. */
  private static final Set<String> NOBODYS =
      Set.of("service", "plan", "region", "stack", "team", "user", "login", "ticket");

  /** Where any value is answered. */
  private static final Set<String> ANY_VALUE = Set.of("/addons/{addon}/config/{namespace}");

  private static final Map<String, String> SAMPLES = new TreeMap<>();

  private final Random random = new Random(20261123);

  /** Something of each kind, so that what is refused is refused for what is wrong with it. */
  @BeforeAll
  static void fill() {
    Client admin = SERVER.admin();
    String app = "wrong-input-app";
    admin.post("/apps", Map.of("name", app)).expect(201);
    admin.patch("/apps/" + app + "/config-vars", Map.of("FOO", "bar")).expect(200);
    Answer addon =
        admin.post("/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:hobby-dev"));
    addon.expect(201);
    String friend = "friend@example.com";
    admin.post("/accounts", Map.of("email", friend, "password", "a long password")).expect(201);
    admin.post("/apps/" + app + "/collaborators", Map.of("user", friend)).expect(201);
    Answer session =
        SERVER
            .nobody()
            .with("Authorization", basic(friend, "a long password"))
            .post("/oauth/authorizations", Map.of())
            .expect(201);

    Answer drain =
        admin
            .post("/apps/" + app + "/log-drains", Map.of("url", "syslog://192.0.2.1:514"))
            .expect(201);

    SAMPLES.put("app", app);
    SAMPLES.put("drain", drain.text("/id"));
    String url = admin.get("/apps/" + app + "/config-vars").text("/DATABASE_URL");
    SAMPLES.put(
        "report",
        admin
            .post("/reports", Map.of("app", app, "database", "DATABASE_URL", "url", url))
            .expect(201)
            .text("/id"));
    SAMPLES.put("addon", addon.text("/name"));
    SAMPLES.put("database", addon.text("/id"));
    SAMPLES.put("attachment", admin.get("/apps/" + app + "/addon-attachments").text("/0/id"));
    SAMPLES.put("namespace", "credential:default");
    SAMPLES.put("credential", "default");
    SAMPLES.put("release", "1");
    SAMPLES.put("collaborator", friend);
    SAMPLES.put("feature", "preboot");
    SAMPLES.put("domain", app + ".localhost");
    SAMPLES.put("type", "web");
    SAMPLES.put("dyno", "web.1");
    SAMPLES.put("transfer", "c001");
    SAMPLES.put("token", "no-token");
    SAMPLES.put("file", "b001.dump");
    SAMPLES.put(
        "schedule",
        admin
            .post(
                "/client/v11/databases/" + addon.text("/id") + "/transfer-schedules",
                Map.of("hour", 2, "timezone", "UTC", "schedule_name", "DATABASE_URL"))
            .expect(201)
            .text("/uuid"));
    SAMPLES.put(
        "key",
        admin
            .post(
                "/account/keys",
                Map.of(
                    "public_key",
                    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIrSt7+aEMthsyzlEWq+CboosVVXROtdh7Gx3D1r8BPv"))
            .expect(201)
            .text("/id"));
    SAMPLES.put("authorization", admin.get("/oauth/authorizations/~").text("/id"));
    SAMPLES.put("session", session.text("/id"));
    SAMPLES.put("user", "~");
    SAMPLES.put("service", "heroku-postgresql");
    SAMPLES.put("plan", "hobby-dev");
    SAMPLES.put("region", "us");
    SAMPLES.put("stack", "howdah-1");
    SAMPLES.put("team", "nobodys-team");
    String page = SERVER.nobody().post("/auth", Map.of()).expect(201).text("/browser_url");
    SAMPLES.put("login", page.substring(page.lastIndexOf('/') + 1));
    String logs =
        admin.post("/apps/" + app + "/log-sessions", Map.of()).expect(201).text("/logplex_url");
    SAMPLES.put("ticket", logs.substring(logs.lastIndexOf('/') + 1));
  }

  private static String basic(String email, String password) {
    return "Basic "
        + java.util.Base64.getEncoder().encodeToString((email + ":" + password).getBytes(UTF_8));
  }

  private static Stream<DynamicTest> each(Predicate<Route> which, Check check) {
    return SERVER.routes().stream()
        .filter(which)
        .map(route ->
            dynamicTest(
                route.method() + " " + route.path(),
                () -> {
                  Map<String, String> before = dump();
                  check.of(route);
                  assertThat(dump()).as("what the control database holds").isEqualTo(before);
                }));
  }

  private interface Check {
    void of(Route route);
  }

  @TestFactory
  Stream<DynamicTest> withoutAToken() {
    return each(
        route -> route.access() == Route.Access.ACCOUNT,
        route -> {
          byte[] body = fitting(route);
          for (Client caller :
              List.of(
                  SERVER.nobody(),
                  SERVER.client("HRDH-nobodys"),
                  SERVER.client("ü".repeat(10)),
                  SERVER.nobody().with("Authorization", "Basic !!!"),
                  SERVER.nobody().with("Authorization", basic("admin@example.com", "wrong")),
                  SERVER.nobody().with("Authorization", "Bearer"))) {
            Answer answer = caller.send(route.method(), path(route, SAMPLES), body);
            refused(route, answer, 401);
            assertThat(answer.text("/id")).isEqualTo("unauthorized");
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> withABodyThatDoesNotFit() {
    return each(
        WrongInputIT::takesJson,
        route -> {
          for (Values.Misfit misfit : Values.unfitting(route.body(), random)) {
            Answer answer = send(route, Wire.write(misfit.value()));
            refused(route, answer, 422);
            assertThat(answer.text("/id")).as(misfit.why()).isEqualTo("invalid_params");
          }
          if (route.bodyRequired()) {
            refused(route, send(route, new byte[0]), 400);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> withAFormThatDoesNotFit() {
    return each(
        route -> route.encoding() == Route.Encoding.FORM,
        route -> {
          for (Shape.Field field : ((Shape.Obj) route.body()).fields()) {
            for (Values.Misfit misfit : Values.unfitting(field.shape(), random)) {
              if (misfit.value().isString()) {
                String value = URLEncoder.encode(misfit.value().stringValue(), UTF_8);
                refused(route, send(route, (field.name() + "=" + value).getBytes(UTF_8)), 422);
              }
            }
          }
          refused(route, send(route, "a=%zz".getBytes(UTF_8)), 400);
        });
  }

  @TestFactory
  Stream<DynamicTest> withABodyThatCannotBeRead() {
    return each(
        WrongInputIT::takesJson,
        route -> {
          for (String text :
              List.of(
                  "{",
                  "not json",
                  "{\"a\":1}}",
                  "\u0000",
                  "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
                  "{\"a\":\"" + "\\u00",
                  "{\"" + "a".repeat(60_000) + "\":NaN}")) {
            refused(
                route,
                send(route, text.getBytes(UTF_8)),
                text.length() > route.maxBody() ? 413 : 400);
          }
          refused(route, send(route, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}), 400);
          refused(route, send(route, huge()), 413);
        });
  }

  /** Something in the path is not there: nothing is found, whatever it looks like. */
  @TestFactory
  Stream<DynamicTest> withANameOfNothing() {
    return each(
        route -> route.path().contains("{") && !ANY_VALUE.contains(route.path()),
        route -> {
          byte[] body = fitting(route);
          for (String parameter : parameters(route)) {
            for (String unknown :
                List.of(
                    UUID.randomUUID().toString(),
                    "no-such-" + parameter,
                    "2147483648",
                    "x".repeat(3000),
                    "%00",
                    "a%00b",
                    "%F0%9F%90%98",
                    "%ff%fe",
                    "'%20or%201=1%20--",
                    "%25",
                    "a%2Fb",
                    "%2e%2e",
                    "a;b=c")) {
              Map<String, String> values = new TreeMap<>(SAMPLES);
              values.put(parameter, unknown);
              Answer answer = SERVER.admin().send(route.method(), path(route, values), body);
              refused(route, answer, 400, 404, 405, 422);
            }
          }
        });
  }

  /** Everything is there, and belongs to somebody else. */
  @TestFactory
  Stream<DynamicTest> ofSomebodyElse() {
    Client stranger = SERVER.stranger();
    return each(
        route ->
            route.access() == Route.Access.ACCOUNT
                && parameters(route).stream().anyMatch(name -> !NOBODYS.contains(name))
                && !route.path().startsWith("/account/features/"),
        route -> {
          Answer answer = stranger.send(route.method(), path(route, SAMPLES), fitting(route));
          refused(route, answer, 403, 404);
          assertThat(answer.body())
              .as("what is told about it")
              .doesNotContain("postgres://", TestServer.ADMIN_TOKEN);
        });
  }

  /** The same for what is named in a body. */
  @TestFactory
  Stream<DynamicTest> ofSomebodyElseByName() {
    Client stranger = SERVER.stranger();
    String mine = "stranger-" + UUID.randomUUID().toString().substring(0, 8);
    stranger.post("/apps", Map.of("name", mine)).expect(201);
    String app = String.valueOf(SAMPLES.get("app"));
    String addon = String.valueOf(SAMPLES.get("addon"));
    Map<String, Map<String, Object>> bodies = new LinkedHashMap<>();
    bodies.put("attach to mine", Map.of("addon", addon, "app", mine));
    bodies.put("attach to theirs", Map.of("addon", addon, "app", app));
    bodies.put("by id", Map.of("addon", String.valueOf(SAMPLES.get("database")), "app", mine));
    Stream<DynamicTest> attach =
        bodies.entrySet().stream()
            .map(entry ->
                dynamicTest(
                    "POST /addon-attachments: " + entry.getKey(),
                    () -> {
                      Map<String, String> before = dump();
                      Answer answer = stranger.post("/addon-attachments", entry.getValue());
                      assertThat(answer.status()).as(answer.body()).isIn(403, 404);
                      assertThat(dump()).isEqualTo(before);
                    }));
    Stream<DynamicTest> resolve =
        Stream.of("", app, mine)
            .flatMap(where ->
                Stream.of("addon", "addon_attachment")
                    .map(what ->
                        dynamicTest(
                            "resolve " + what + " in " + where,
                            () -> {
                              Map<String, Object> body = new TreeMap<>();
                              body.put(what, addon);
                              if (!where.isEmpty()) {
                                body.put("app", where);
                              }
                              Answer answer =
                                  stranger.post(
                                      what.equals("addon")
                                          ? "/actions/addons/resolve"
                                          : "/actions/addon-attachments/resolve",
                                      body);
                              assertThat(answer.status()).as(answer.body()).isIn(403, 404);
                            })));
    return Stream.concat(attach, resolve);
  }

  /** A public route is open to callers without a token, but no more than that. */
  @TestFactory
  Stream<DynamicTest> openToNobodyInParticular() {
    return each(
        route ->
            route.access() == Route.Access.PUBLIC
                && !route.path().equals("/auth") // makes something for anybody, in memory
                && !route.path().equals("/auth/client/{login}"),
        route -> {
          Answer answer =
              SERVER.nobody().send(route.method(), path(route, SAMPLES), fitting(route));
          assertThat(answer.status()).as(answer.body()).isLessThan(500);
        });
  }

  @TestFactory
  Stream<DynamicTest> everyParameterHasASample() {
    return SERVER.routes().stream()
        .flatMap(route -> parameters(route).stream())
        .distinct()
        .map(name ->
            dynamicTest(
                name,
                () ->
                    assertThat(SAMPLES)
                        .as("a new kind of thing in a path: make one in fill()")
                        .containsKey(name)));
  }

  private static boolean takesJson(Route route) {
    return !route.body().equals(Shape.NOTHING)
        && !route.method().equals("GET")
        && route.encoding() == Route.Encoding.JSON;
  }

  private Answer send(Route route, byte[] body) {
    return SERVER.admin().send(route.method(), path(route, SAMPLES), body);
  }

  private byte[] fitting(Route route) {
    if (!takesJson(route)) {
      return new byte[0];
    }
    JsonNode body = Values.fitting(route.body(), random);
    return Wire.write(body);
  }

  private static byte[] huge() {
    byte[] bytes = new byte[Api.MAX_BODY + 2];
    java.util.Arrays.fill(bytes, (byte) ' ');
    bytes[0] = '{';
    bytes[bytes.length - 1] = '}';
    return bytes;
  }

  private static List<String> parameters(Route route) {
    List<String> names = new ArrayList<>();
    Matcher parameter = PARAMETER.matcher(route.path());
    while (parameter.find()) {
      names.add(parameter.group(1));
    }
    return names;
  }

  private static String path(Route route, Map<String, String> values) {
    return PARAMETER
        .matcher(route.path())
        .replaceAll(
            match -> Matcher.quoteReplacement(values.getOrDefault(match.group(1), "unknown")));
  }

  private static void refused(Route route, Answer answer, Integer... statuses) {
    String what =
        route.method()
            + " "
            + answer.request().uri()
            + " → "
            + answer.status()
            + " "
            + answer.body();
    assertThat(answer.status()).as(cut(what)).isIn((Object[]) statuses);
    if (PAGES.contains(route.path()) && answer.contentType().startsWith("text/html")) {
      assertThat(answer.body()).startsWith("<!doctype html>");
      return;
    }
    assertThat(answer.contentType()).as(cut(what)).startsWith("application/json");
    JsonNode error = answer.json();
    assertThat(error.path("id").isString()).as(cut(what)).isTrue();
    assertThat(error.path("id").stringValue()).as(cut(what)).matches("[a-z_]+");
    assertThat(error.path("message").isString()).as(cut(what)).isTrue();
    assertThat(error.path("message").stringValue()).as(cut(what)).isNotBlank();
  }

  private static String cut(String text) {
    return text.length() > 400 ? text.substring(0, 400) + "…" : text;
  }

  /** A fingerprint of every table. */
  private static Map<String, String> dump() {
    return SERVER
        .control()
        .withHandle(handle -> {
          Map<String, String> prints = new TreeMap<>();
          for (String table :
              handle
                  .createQuery("select tablename from pg_tables where schemaname = 'public'")
                  .mapTo(String.class)
                  .list()) {
            prints.put(
                table,
                handle
                    .createQuery(
                        "select count(*) || ' rows ' || coalesce(md5(string_agg(t::text, '|' order by"
                            + " t::text)), '') from \""
                            + table
                            + "\" t")
                    .mapTo(String.class)
                    .one());
          }
          return prints;
        });
  }
}
