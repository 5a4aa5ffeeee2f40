package dev.howdah.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** {@code pg:copy} between two databases of the server. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransfersIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final String app = "copy-" + UUID.randomUUID().toString().substring(0, 8);
  private String source = "";
  private String target = "";

  @BeforeAll
  void make() throws SQLException {
    SERVER.admin().post("/apps", Map.of("name", app)).expect(201);
    source = database("SOURCE");
    target = database("TARGET");
    try (Connection connection = connect("SOURCE_URL");
        var statement = connection.createStatement()) {
      statement.execute("create table lessons as select generate_series(1, 1000) n");
    }
  }

  private String database(String name) {
    return SERVER
        .admin()
        .post(
            "/apps/" + app + "/addons",
            Map.of("plan", "heroku-postgresql:hobby-dev", "attachment", Map.of("name", name)))
        .expect(201)
        .text("/id");
  }

  private String url(String variable) {
    return SERVER.admin().get("/apps/" + app + "/config-vars").expect(200).text("/" + variable);
  }

  private Connection connect(String variable) throws SQLException {
    URI url = URI.create(url(variable));
    String[] login = url.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d%s?sslmode=require".formatted(url.getPort(), url.getPath()),
        login[0],
        login[1]);
  }

  private String ask(String variable, String sql) throws SQLException {
    try (Connection connection = connect(variable);
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private Answer copy(String database, String from, String to) {
    return SERVER
        .admin()
        .post(
            "/client/v11/databases/" + database + "/transfers",
            Map.of("from_name", "SOURCE", "from_url", from, "to_name", "TARGET", "to_url", to));
  }

  private JsonNode transfer(String reference) {
    return SERVER
        .admin()
        .get("/client/v11/apps/" + app + "/transfers/" + reference + "?verbose=true")
        .expect(200)
        .json();
  }

  private JsonNode end(String uuid) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !transfer(uuid).path("finished_at").isNull());
    return transfer(uuid);
  }

  @Test
  void whatIsCopiedArrivesAndTheTransferSaysSo() throws SQLException {
    JsonNode begun = copy(target, url("SOURCE_URL"), url("TARGET_URL")).expect(201).json();
    assertThat(begun.path("succeeded").asBoolean()).isFalse();
    JsonNode done = end(begun.path("uuid").asString());
    assertThat(done.path("succeeded").asBoolean()).as("%s", done).isTrue();
    assertThat(done.path("processed_bytes").asLong()).isPositive();
    assertThat(done.path("source_bytes").asLong()).isPositive();
    assertThat(done.path("started_at").asString()).isNotEmpty();
    assertThat(done.toString())
        .doesNotContain(URI.create(url("SOURCE_URL")).getUserInfo().split(":", 2)[1])
        .doesNotContain(URI.create(url("TARGET_URL")).getUserInfo().split(":", 2)[1]);
    assertThat(ask("TARGET_URL", "select count(*) from lessons")).isEqualTo("1000");
    assertThat(transfer("c00" + done.path("num").asInt())).isEqualTo(done);
    assertThat(SERVER.admin().get("/client/v11/apps/" + app + "/transfers").expect(200).json())
        .anyMatch(one -> one.path("uuid").equals(done.path("uuid")));
    int kept =
        SERVER
            .control()
            .withHandle(handle ->
                handle
                    .createQuery(
                        "select count(*) from transfer"
                            + " where urls_sealed is not null and finished_at is not null")
                    .mapTo(int.class)
                    .one());
    assertThat(kept).as("logins that are kept longer than needed").isZero();
  }

  @Test
  void theOwnerOfTheSourceMayCopyToWhereItsPasswordOpens() throws SQLException {
    String other = database("OTHER");
    JsonNode done =
        end(copy(source, url("SOURCE_URL"), url("OTHER_URL")).expect(201).text("/uuid"));
    assertThat(done.path("succeeded").asBoolean()).as("%s", done).isTrue();
    assertThat(ask("OTHER_URL", "select count(*) from lessons")).isEqualTo("1000");
    JsonNode refused =
        end(
            copy(source, url("SOURCE_URL"), url("OTHER_URL").replaceFirst(":[^:@]*@", ":wrong@"))
                .expect(201)
                .text("/uuid"));
    assertThat(refused.path("succeeded").asBoolean()).isFalse();
    assertThat(refused.path("logs").toString())
        .contains("password authentication failed", "may hold a part");
    SERVER.admin().delete("/apps/" + app + "/addons/" + other).expect(200);
  }

  @Test
  void aCopyThatIsCancelledLeavesTheTargetAsItWas() throws SQLException {
    try (Connection holder = connect("SOURCE_URL");
        var statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table lessons in access exclusive mode");
      String before = ask("TARGET_URL", "select count(*) from pg_class");
      String uuid = copy(target, url("SOURCE_URL"), url("TARGET_URL")).expect(201).text("/uuid");
      await().until(() -> !transfer(uuid).path("started_at").isNull());
      assertThat(copy(target, url("SOURCE_URL"), url("TARGET_URL")).expect(409).body())
          .contains("still copies SOURCE to TARGET");
      SERVER
          .admin()
          .post("/client/v11/apps/" + app + "/transfers/" + uuid + "/actions/cancel", Map.of())
          .expect(200);
      JsonNode canceled = end(uuid);
      assertThat(canceled.path("succeeded").asBoolean()).isFalse();
      assertThat(canceled.path("canceled_at").asString()).isNotEmpty();
      assertThat(canceled.path("logs").toString()).contains("The target is as it was.");
      assertThat(ask("TARGET_URL", "select count(*) from pg_class")).isEqualTo(before);
      SERVER
          .admin()
          .post("/client/v11/apps/" + app + "/transfers/" + uuid + "/actions/cancel", Map.of())
          .expect(422);
      await()
          .untilAsserted(() ->
              assertThat(
                      ask(
                          "TARGET_URL",
                          "select count(*) from pg_database where datname like '%\\_copy'"))
                  .isEqualTo("0"));
    }
  }

  @Test
  void whatIsNotTheCallersOrLeadsIntoTheHostIsRefused() {
    String from = url("SOURCE_URL");
    String to = url("TARGET_URL");
    assertThat(copy(target, to, to).expect(422).body()).contains("to itself");
    assertThat(copy(target, "postgres://me:p@localhost:1/x", to).expect(422).body())
        .contains("from_url leads to this host");
    assertThat(copy(target, "postgres://me:p@%2Ftmp/x", to).expect(422).body())
        .contains("from_url");
    assertThat(copy(target, from, "postgres://me:p@169.254.169.254/x").expect(422).body())
        .contains("to_url");
    String third = "postgres://me:p@203.0.113.7/x";
    assertThat(copy(target, from, third).expect(422).body()).contains("Neither");
    SERVER
        .stranger()
        .post(
            "/client/v11/databases/" + target + "/transfers",
            Map.of("from_name", "a", "from_url", from, "to_name", "b", "to_url", to))
        .expect(404);
    SERVER.stranger().get("/client/v11/apps/" + app + "/transfers").expect(403);
  }

  @Test
  void aRequestThatIsSentTwiceMakesOneCopy() {
    var client = SERVER.admin().with("Request-Id", UUID.randomUUID().toString());
    var order =
        Map.of(
            "from_name",
            "SOURCE",
            "from_url",
            url("SOURCE_URL"),
            "to_name",
            "TARGET",
            "to_url",
            url("TARGET_URL"));
    String path = "/client/v11/databases/" + target + "/transfers";
    String uuid = client.post(path, order).expect(201).text("/uuid");
    assertThat(client.post(path, order).expect(201).text("/uuid")).isEqualTo(uuid);
    assertThat(end(uuid).path("succeeded").asBoolean()).isTrue();
  }
}
