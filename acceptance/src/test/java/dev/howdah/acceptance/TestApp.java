package dev.howdah.acceptance;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An app made for a test through the API, for the parts of a test that are not about making one;
 * and what the API and SQL over TLS say about it, for the effects of commands.
 *
 * @param server where it lives
 * @param name its name
 */
public record TestApp(RunningServer server, String name) {

  /** A new app. Tests that share a server give each a name of its own. */
  public static TestApp create(RunningServer server, String name) {
    server.send("POST", "/apps", Map.of("name", name));
    return new TestApp(server, name);
  }

  /** The same with a ready database on a plan, attached as DATABASE. */
  public static TestApp withDatabase(RunningServer server, String name, String plan) {
    TestApp app = create(server, name);
    app.addDatabase(plan, "DATABASE");
    return app;
  }

  /** Adds a database under names the server chooses, and waits until it is ready. */
  public String addDatabase(String plan) {
    return add(Map.of("plan", Map.of("name", "heroku-postgresql:" + plan)));
  }

  /** Adds a database and waits until it is ready; answers the add-on's name. */
  public String addDatabase(String plan, String attachment) {
    return add(
        Map.of(
            "plan",
            Map.of("name", "heroku-postgresql:" + plan),
            "attachment",
            Map.of("name", attachment)));
  }

  private String add(Map<String, ?> request) {
    String addon = server.send("POST", path("/addons"), request).path("name").asString();
    await("the database " + addon)
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(() ->
            server.get(path("/addons/" + addon)).path("state").asString().equals("provisioned")
                && !waiting(addon));
    return addon;
  }

  private boolean waiting(String addon) {
    return server
        .get("/client/v11/databases/" + addon + "/wait_status")
        .path("waiting?")
        .asBoolean();
  }

  /** A path below this app. */
  public String path(String rest) {
    return "/apps/" + name + rest;
  }

  /** The app as the API shows it, or nothing when there is none. */
  public Optional<JsonNode> shown() {
    return server.request("GET", path(""), null).statusCode() == 404
        ? Optional.empty()
        : Optional.of(server.get(path("")));
  }

  /** All config vars. */
  public JsonNode configVars() {
    return server.get(path("/config-vars"));
  }

  /** The value of a config var, or nothing when it is not set. */
  public Optional<String> configVar(String key) {
    JsonNode value = configVars().path(key);
    return value.isString() ? Optional.of(value.asString()) : Optional.empty();
  }

  /** The names of its add-ons and their plans, as {@code name plan}, sorted. */
  public List<String> addons() {
    var all = new ArrayList<String>();
    for (JsonNode addon : server.get(path("/addons"))) {
      String plan = addon.path("plan").path("name").asString();
      all.add(addon.path("name").asString() + " " + plan);
    }
    return all.stream().sorted().toList();
  }

  /** Its attachments, as {@code name of add-on}, sorted. */
  public List<String> attachments() {
    var all = new ArrayList<String>();
    for (JsonNode attachment : server.get(path("/addon-attachments"))) {
      String addon = attachment.path("addon").path("name").asString();
      all.add(attachment.path("name").asString() + " of " + addon);
    }
    return all.stream().sorted().toList();
  }

  /** The number of its newest release. */
  public int release() {
    int newest = 0;
    for (JsonNode release : server.get(path("/releases"))) {
      newest = Math.max(newest, release.path("version").asInt());
    }
    return newest;
  }

  /** Connects to its primary database, with TLS, as the Java programs of users do. */
  public Connection connect() throws SQLException {
    return connect("DATABASE_URL");
  }

  /** Connects to the database of a config var that holds a postgres:// URL. */
  public Connection connect(String key) throws SQLException {
    return PostgresUrl.of(configVar(key).orElseThrow()).connect();
  }

  /** Runs one statement on the primary database; answers the rows, columns joined by a bar. */
  public List<String> sql(String statement) {
    return sql("DATABASE_URL", statement);
  }

  /** Runs one statement on the database of a config var. */
  public List<String> sql(String key, String statement) {
    try (Connection connection = connect(key);
        var prepared = connection.createStatement()) {
      var rows = new ArrayList<String>();
      if (prepared.execute(statement)) {
        ResultSet result = prepared.getResultSet();
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          var row = new ArrayList<String>();
          for (int i = 1; i <= columns; i++) {
            row.add(String.valueOf(result.getString(i)));
          }
          rows.add(String.join("|", row));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(statement + ": " + e.getMessage(), e);
    }
  }

  /**
   * The parts of a database's address.
   *
   * @param user the login
   * @param password its password
   * @param host the host
   * @param port the port
   * @param database the database
   */
  public record PostgresUrl(String user, String password, String host, int port, String database) {

    /** The parts of {@code postgres://user:password@host:port/database}. */
    public static PostgresUrl of(String url) {
      var uri = java.net.URI.create(url);
      String[] login = uri.getUserInfo().split(":", 2);
      return new PostgresUrl(
          login[0], login[1], uri.getHost(), uri.getPort(), uri.getPath().substring(1));
    }

    /** Opens a connection with TLS. */
    public Connection connect() throws SQLException {
      return DriverManager.getConnection(
          "jdbc:postgresql://%s:%d/%s?sslmode=require".formatted(host, port, database),
          user,
          password);
    }
  }
}
