package dev.howdah.server.database;

import static dev.howdah.server.platform.Shape.anyOf;
import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;
import static dev.howdah.server.platform.Shape.text;

import dev.howdah.server.operation.Operation;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** The data API: databases, credentials and settings (contract §7, §11). */
public final class DatabaseRoutes {
  private static final Shape.Text CREDENTIAL_NAME =
      matching(
          50,
          "[a-z][a-z0-9_-]*",
          "must begin with a lowercase letter and hold only lowercase letters, digits, - and _");

  private static final Shape.Text EXTENSION = matching(63, "[a-z0-9_-]+", "is not an extension");

  private static final Shape SETTINGS =
      new Shape.MapOf(
          matching(60, "[a-z_.]+", "is not a setting"),
          anyOf(text(60), bool(), new Shape.Whole(-1, Integer.MAX_VALUE)),
          30);

  private static final Shape.Obj FORCED = object(optional("forced", bool()));

  private final Databases databases;
  private final String region;

  /**
   * Routes over {@code databases}.
   *
   * @param region the label of the host
   */
  public DatabaseRoutes(Databases databases, String region) {
    this.databases = databases;
    this.region = region;
  }

  /** The endpoints. */
  public List<Route> routes() {
    var routes = new ArrayList<Route>();
    routes.addAll(databaseRoutes());
    routes.addAll(credentialRoutes());
    return List.copyOf(routes);
  }

  private List<Route> databaseRoutes() {
    return List.of(
        Route.of("GET", "/client/v11/databases/{database}", this::info),
        Route.of("GET", "/client/v11/databases/{database}/wait_status", this::waitStatus),
        Route.of(
            "PUT",
            "/client/v11/databases/{database}/reset",
            object(optional("extensions", new Shape.ListOf(EXTENSION, 100))),
            call ->
                answer(
                    databases.reset(
                        call.caller(),
                        call.path("database"),
                        call.at("/extensions").valueStream().map(JsonNode::stringValue).toList()),
                    "The database has been reset.")),
        Route.of(
            "PUT",
            "/client/v11/databases/{database}/stats_reset",
            call -> {
              databases.resetStatistics(call.caller(), call.path("database"));
              return Reply.ok(Map.of("message", "Statistics have been reset."));
            }),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/connection_reset",
            call ->
                Reply.ok(
                    Map.of(
                        "message",
                        "Connections terminated",
                        "count",
                        databases.resetConnections(call.caller(), call.path("database"))))),
        Route.of(
            "GET",
            "/postgres/v0/databases/{database}/config",
            call ->
                Reply.ok(
                    SettingText.wire(databases.settings(call.caller(), call.path("database"))))),
        Route.of("PATCH", "/postgres/v0/databases/{database}/config", SETTINGS, this::configure),
        Route.of(
            "POST",
            "/postgres/v0/databases/{database}/repair-default",
            call ->
                answer(
                    databases.repairDefault(call.caller(), call.path("database")),
                    "The default credential owns every object of the database.")));
  }

  private List<Route> credentialRoutes() {
    return List.of(
        Route.of(
            "GET",
            "/postgres/v0/databases/{database}/credentials",
            call ->
                Reply.ok(
                    databases.credentials(call.caller(), call.path("database")).stream()
                        .map(DatabaseRoutes::wire)
                        .toList())),
        Route.of(
            "POST",
            "/postgres/v0/databases/{database}/credentials",
            object(
                required("name", CREDENTIAL_NAME),
                optional(
                    "preset",
                    matching(9, "none|readonly|readwrite", "must be none, readonly or readwrite"))),
            call -> {
              Databases.CredentialView made =
                  databases.createCredential(
                      call.caller(),
                      call.path("database"),
                      call.text("/name").orElseThrow(),
                      call.text("/preset").orElse("none"));
              return made.state() == Credential.State.ACTIVE
                  ? Reply.created(wire(made))
                  : new Reply.Json(202, wire(made), Map.of());
            }),
        Route.of(
            "GET",
            "/postgres/v0/databases/{database}/credentials/{credential}",
            call ->
                Reply.ok(
                    wire(
                        databases.credential(
                            call.caller(), call.path("database"), call.path("credential"))))),
        Route.of(
            "DELETE",
            "/postgres/v0/databases/{database}/credentials/{credential}",
            call ->
                answer(
                    databases.destroyCredential(
                        call.caller(), call.path("database"), call.path("credential")),
                    "The credential has been destroyed.")),
        Route.of(
            "POST",
            "/postgres/v0/databases/{database}/credentials/{credential}/credentials_rotation",
            FORCED,
            call ->
                answer(
                    databases.rotate(
                        call.caller(),
                        call.path("database"),
                        call.path("credential"),
                        forced(call)),
                    "The credential has been rotated.")),
        Route.of(
            "POST",
            "/postgres/v0/databases/{database}/credentials_rotation",
            FORCED,
            call ->
                answer(
                    databases.rotateAll(call.caller(), call.path("database"), forced(call)),
                    "All credentials have been rotated.")));
  }

  private Reply info(Call call) {
    Optional<Databases.View> view = databases.info(call.caller(), call.path("database"));
    // Without a message: only so do clients take it as "not yet provisioned" (trap 6).
    return view.<Reply>map(found -> Reply.ok(wire(found)))
        .orElseGet(() -> new Reply.Raw(404, "text/plain", ""));
  }

  private Reply waitStatus(Call call) {
    Databases.Waiting waiting = databases.waiting(call.caller(), call.path("database"));
    return Reply.ok(
        Map.of(
            "waiting?", waiting.waiting(),
            "error?", waiting.failed(),
            "message", waiting.message()));
  }

  private Reply configure(Call call) {
    Map<String, String> changes = new TreeMap<>();
    call.body()
        .properties()
        .forEach(
            entry -> changes.put(SettingText.name(entry.getKey()), entry.getValue().asString()));
    return Reply.ok(
        SettingText.wire(databases.changeSettings(call.caller(), call.path("database"), changes)));
  }

  private static boolean forced(Call call) {
    return call.bool("/forced").orElse(false);
  }

  /**
   * What to answer about an operation.
   *
   * @param done the message when it has succeeded
   * @throws dev.howdah.server.platform.ApiError when it has not and will not
   */
  public static Reply.Json answer(Operation operation, String done) {
    return answer(Databases.progress(operation), done);
  }

  static Reply.Json answer(Databases.Progress progress, String done) {
    return switch (progress) {
      case DONE -> Reply.ok(Map.of("message", done));
      case UNDER_WAY ->
          new Reply.Json(
              202,
              Map.of("message", "This takes longer and goes on. Wait for it with pg:wait."),
              Map.of());
    };
  }

  private Map<String, Object> wire(Databases.View view) {
    Database database = view.database();
    var wire = new LinkedHashMap<String, Object>();
    wire.put("addon_id", view.addon().id());
    wire.put("name", view.addon().name());
    wire.put("plan", view.addon().plan());
    wire.put("created_at", database.createdAt());
    wire.put("database_name", database.name());
    wire.put("postgres_version", version(view));
    wire.put("port", database.port());
    wire.put("num_bytes", view.statistics().map(s -> s.bytes()).orElse(database.bytes()));
    wire.put("num_tables", view.statistics().map(s -> s.tables()).orElse(0));
    wire.put("num_connections", view.statistics().map(s -> s.connections()).orElse(0));
    wire.put("num_connections_waiting", view.statistics().map(s -> s.waiting()).orElse(0));
    wire.put("is_in_recovery", database.following().isPresent());
    wire.put("waiting?", view.underWay().isPresent());
    wire.put("following", view.kin().leader().map(Database::place).orElse(null));
    wire.put("forked_from", view.kin().origin().map(Database::place).orElse(null));
    // What config vars hold, so that clients find their names.
    wire.put("resource_url", view.url().orElse(null));
    wire.put("info", DatabaseInfo.of(view, region));
    return wire;
  }

  private static String version(Databases.View view) {
    return view.statistics()
        .map(statistics -> statistics.version())
        .orElse(Integer.toString(view.database().major()));
  }

  private static CredentialJson wire(Databases.CredentialView view) {
    return new CredentialJson(
        view.logins().getFirst().credential().id(),
        view.name(),
        view.logins().size() > 1 ? "rotating" : view.state().text(),
        view.database().name(),
        view.database().host(),
        view.database().port(),
        view.logins().getFirst().credential().createdAt(),
        view.logins().stream()
            .map(login ->
                new LoginJson(
                    login.credential().userName(),
                    login.credential().password(),
                    login.credential().state().text(),
                    login.connections()))
            .toList());
  }

  private record CredentialJson(
      UUID uuid,
      String name,
      String state,
      String database,
      String host,
      int port,
      Instant createdAt,
      List<LoginJson> credentials) {}

  private record LoginJson(String user, String password, String state, int connections) {}
}
