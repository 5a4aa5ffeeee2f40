package dev.howdah.server.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import dev.howdah.server.TestServer.Client;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Forks and followers of one database: what they are, and what nobody gets. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CopiesIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final String APP = "copies-" + UUID.randomUUID().toString().substring(0, 8);
  private static Copy source = new Copy("", "");
  private static Copy hobby = new Copy("", "");
  private static Copy follower = new Copy("", "");

  private record Copy(String id, String name) {
    String data() {
      return "/client/v11/databases/" + id;
    }

    String addon() {
      return "/apps/" + APP + "/addons/" + id;
    }
  }

  @BeforeAll
  static void make() throws SQLException {
    SERVER.admin().post("/apps", Map.of("name", APP)).expect(201);
    source = made(order("standard-0", Map.of()).expect(201));
    hobby = made(order("hobby-dev", Map.of()).expect(201));
    run(url(source), "create table kept (n int)", "insert into kept values (1), (2)");
  }

  @AfterAll
  static void remove() {
    SERVER.admin().delete("/apps/" + APP);
  }

  private static Answer order(String plan, Map<String, Object> config) {
    return order(SERVER.admin(), APP, plan, config);
  }

  private static Answer order(Client client, String app, String plan, Map<String, Object> config) {
    return client.post(
        "/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:" + plan, "config", config));
  }

  private static Copy made(Answer answer) {
    return new Copy(answer.text("/id"), answer.text("/name"));
  }

  private static Copy ready(Answer answer) {
    Copy copy = made(answer.expect(201));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !status(copy).json().path("waiting?").asBoolean());
    assertThat(status(copy).json().path("error?").asBoolean()).isFalse();
    return copy;
  }

  private static Answer status(Copy copy) {
    return SERVER.admin().get(copy.data() + "/wait_status").expect(200);
  }

  private static String url(Copy copy) {
    return SERVER.admin().get(copy.data()).expect(200).text("/resource_url");
  }

  private static Map<String, String> info(Copy copy) {
    return SERVER
        .admin()
        .get(copy.data())
        .expect(200)
        .json()
        .path("info")
        .valueStream()
        .collect(
            Collectors.toMap(
                item -> item.path("name").asString(),
                item -> item.path("values").path(0).asString()));
  }

  private static Connection connect(String url) throws SQLException {
    java.net.URI uri = java.net.URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    Properties properties = new Properties();
    properties.put("user", login[0]);
    properties.put("password", login[1]);
    properties.put("sslmode", "require");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + uri.getPort() + uri.getPath(), properties);
  }

  private static void run(String url, String... statements) throws SQLException {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static String ask(String url, String query) throws SQLException {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  @Order(1)
  void refusesWhatMakesNoSense() {
    assertThat(order("standard-0", Map.of("fork", hobby.name())).expect(422).text("/message"))
        .isEqualTo("Fork is only available on production databases.");
    assertThat(order("hobby-dev", Map.of("follow", source.name())).expect(422).text("/message"))
        .isEqualTo("Follow is only available on production databases.");
    assertThat(
            order("standard-0", Map.of("fork", source.name(), "follow", source.name()))
                .expect(422)
                .text("/message"))
        .contains("--fork, --follow");
    assertThat(order("standard-0", Map.of("fork", "nothing")).expect(404).text("/id"))
        .isEqualTo("not_found");
    assertThat(order("standard-0", Map.of("fork", true)).expect(422).text("/message"))
        .contains("--fork needs a database");
    assertThat(order("standard-0", Map.of("fast", true)).expect(422).text("/message"))
        .contains("--fast goes with --fork");
    assertThat(
            order("standard-0", Map.of("fork", source.name(), "to", "2014-10-05 15:02"))
                .expect(422)
                .text("/message"))
        .contains("--to does not go with --fork");
    assertThat(order("standard-0", Map.of("rollback", source.name())).expect(422).text("/message"))
        .contains("--to TIME or --by INTERVAL");
    assertThat(
            order("standard-0", Map.of("rollback", source.name(), "by", "400 days"))
                .expect(422)
                .text("/message"))
        .containsAnyOf("from 20", "first base copy");
    assertThat(
            order("standard-0", Map.of("fork", source.name(), "version", "9"))
                .expect(422)
                .text("/message"))
        .contains("PostgreSQL");
    assertThat(SERVER.admin().get("/apps/" + APP + "/addons").json().size()).isEqualTo(2);
  }

  @Test
  @Order(2)
  void aForkHasTheDataAndNothingElseOfItsSource() throws SQLException {
    Answer answer = order("standard-0", Map.of("fork", "DATABASE_URL"));
    assertThat(answer.expect(201).text("/state")).isEqualTo("provisioned");
    assertThat(answer.text("/provision_message"))
        .startsWith("Database will become available after it completes forking");
    Copy fork = ready(answer);
    assertThat(ask(url(fork), "select count(*) from kept")).isEqualTo("2");
    run(url(fork), "insert into kept values (3)");
    assertThat(ask(url(source), "select count(*) from kept")).isEqualTo("2");
    assertThat(info(fork)).containsKey("Forked From");
    // Neither login gets into the other's server.
    String own = url(fork).replaceAll(".*://|@.*", "");
    String other = url(source).replaceAll(".*://|@.*", "");
    assertThat(own).isNotEqualTo(other);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> connect(url(fork).replace(own, other)))
        .isInstanceOf(SQLException.class);
    SERVER.admin().delete(fork.addon()).expect(200);
  }

  @Test
  @Order(3)
  void aForkMayHaveAnyPlanThatHoldsIt() throws SQLException {
    Copy fork = ready(order("hobby-dev", Map.of("fork", source.name())));
    assertThat(ask(url(fork), "select count(*) from kept")).isEqualTo("2");
    assertThat(ask(url(fork), "select current_setting('archive_mode')")).isEqualTo("off");
    SERVER.admin().delete(fork.addon()).expect(200);
  }

  @Test
  @Order(4)
  void aFollowerIsReadOnlyAndCurrent() throws SQLException {
    follower = ready(order("standard-2", Map.of("follow", source.name())));
    run(url(source), "insert into kept values (4)");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ask(url(follower), "select count(*) from kept").equals("3"));
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> run(url(follower), "insert into kept values (5)"))
        .hasMessageContaining("read-only");
    assertThat(info(follower)).containsKey("Following").containsEntry("Behind By", "0 commits");
    assertThat(info(source)).containsKey("Followers");
    assertThat(order("standard-0", Map.of("follow", follower.name())).expect(422).text("/message"))
        .contains("cannot be followed");
  }

  @Test
  @Order(5)
  void whatWouldBeWrittenToAFollowerIsRefused() {
    for (Answer answer :
        java.util.List.of(
            SERVER.admin().put(follower.data() + "/reset", Map.of()),
            SERVER
                .admin()
                .post(
                    "/postgres/v0/databases/" + follower.id() + "/credentials_rotation", Map.of()),
            SERVER
                .admin()
                .post(
                    "/postgres/v0/databases/" + follower.id() + "/credentials",
                    Map.of("name", "more")))) {
      assertThat(answer.expect(422).text("/message")).contains("is a follower and read-only");
    }
  }

  @Test
  @Order(6)
  void aLeaderIsNotDestroyedUnderItsFollowers() {
    assertThat(SERVER.admin().delete(source.addon()).expect(409).text("/message"))
        .contains(follower.name(), "pg:unfollow");
    assertThat(info(source)).containsEntry("Status", "Available");
  }

  @Test
  @Order(7)
  void newCredentialsOfALeaderReachTheConfigVarsOfItsFollowers() {
    String before = url(follower);
    int releases = SERVER.admin().get("/apps/" + APP + "/releases").json().size();
    SERVER
        .admin()
        .post(
            "/postgres/v0/databases/" + source.id() + "/credentials/default/credentials_rotation",
            Map.of())
        .expect(200);
    assertThat(url(follower)).isNotEqualTo(before);
    String login = url(source).replaceAll(".*://|@.*", "");
    assertThat(url(follower)).contains(login);
    assertThat(SERVER.admin().get("/apps/" + APP + "/releases").json().size())
        .isGreaterThan(releases);
  }

  @Test
  @Order(8)
  void strangersCopyNothing() {
    Client stranger = SERVER.stranger();
    String app = "copies-other-" + UUID.randomUUID().toString().substring(0, 8);
    stranger.post("/apps", Map.of("name", app)).expect(201);
    assertThat(order(stranger, app, "standard-0", Map.of("fork", source.name())).status())
        .isEqualTo(404);
    assertThat(order(stranger, app, "standard-0", Map.of("fork", url(source))).status())
        .isEqualTo(404);
    assertThat(stranger.put(follower.data() + "/unfollow", Map.of()).status()).isEqualTo(404);
    assertThat(stranger.get("/apps/" + app + "/addons").json().size()).isZero();
    stranger.delete("/apps/" + app).expect(200);
  }

  @Test
  @Order(9)
  void aFollowerThatIsLetGoIsADatabaseOfItsOwn() throws SQLException {
    assertThat(
            SERVER.admin().put(source.data() + "/unfollow", Map.of()).expect(422).text("/message"))
        .contains("is not following another database");
    run(url(source), "insert into kept select generate_series(5, 1000)");
    String url = url(follower);
    SERVER.admin().put(follower.data() + "/unfollow", Map.of()).expect(200);
    assertThat(url(follower)).isEqualTo(url);
    assertThat(ask(url, "select count(*) from kept")).isEqualTo("999");
    run(url, "insert into kept values (0)");
    assertThat(ask(url(source), "select count(*) from kept")).isEqualTo("999");
    assertThat(info(follower)).doesNotContainKey("Following");
    assertThat(info(source)).doesNotContainKey("Followers");
    assertThat(ask(url(source), "select count(*) from pg_replication_slots")).isEqualTo("0");
    // Both rotate on their own from now on.
    SERVER
        .admin()
        .post(
            "/postgres/v0/databases/" + follower.id() + "/credentials/default/credentials_rotation",
            Map.of())
        .expect(200);
    assertThat(url(source)).doesNotContain(url(follower).replaceAll(".*://|@.*", ""));
  }

  @Test
  @Order(10)
  void anAppGoesWithItsLeadersAndFollowers() {
    Copy other = ready(order("standard-0", Map.of("follow", source.name())));
    assertThat(info(other)).containsKey("Following");
    Answer gone =
        SERVER.admin().send("DELETE", "/apps/" + APP, "".getBytes(StandardCharsets.UTF_8));
    gone.expect(200);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> SERVER.admin().get("/apps/" + APP).status() == 404);
  }
}
