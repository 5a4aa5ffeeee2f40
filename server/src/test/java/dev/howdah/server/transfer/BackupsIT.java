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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Backups, their addresses, and restores. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackupsIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final String app = "backup-" + UUID.randomUUID().toString().substring(0, 8);
  private String database = "";

  @BeforeAll
  void make() throws SQLException {
    SERVER.admin().post("/apps", Map.of("name", app)).expect(201);
    database =
        SERVER
            .admin()
            .post("/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:standard-0"))
            .expect(201)
            .text("/id");
    run(
        "create extension hstore",
        "create table lessons as select n, 'lektion äöü ' || n as name, hstore('n', n::text) as tags"
            + " from generate_series(1, 1000) n",
        "create table days (d date) partition by range (d)",
        "create table autumn partition of days for values from ('2026-09-01') to ('2026-12-01')",
        "insert into days values ('2026-11-29')",
        "select lo_from_bytea(4711, 'a large object')");
  }

  private Connection connect() throws SQLException {
    String variable =
        SERVER.admin().get("/apps/" + app + "/config-vars").expect(200).text("/DATABASE_URL");
    URI url = URI.create(variable);
    String[] login = url.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d%s?sslmode=require".formatted(url.getPort(), url.getPath()),
        login[0],
        login[1]);
  }

  private void run(String... sql) throws SQLException {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private String ask(String sql) throws SQLException {
    try (Connection connection = connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private String content() throws SQLException {
    return ask(
        "select concat_ws(' ', (select md5(string_agg(l::text, ',' order by n)) from lessons l),"
            + " (select count(*) from days), convert_from(lo_get(4711), 'utf8'))");
  }

  private Answer capture() {
    return SERVER.admin().post("/client/v11/databases/" + database + "/backups", Map.of());
  }

  private Answer restore(String url) {
    return SERVER
        .admin()
        .post("/client/v11/databases/" + database + "/restores", Map.of("backup_url", url));
  }

  private String path(String transfer) {
    return "/client/v11/apps/" + app + "/transfers/" + transfer;
  }

  private JsonNode end(Answer begun) {
    String path = path(begun.expect(201).text("/uuid")) + "?verbose=true";
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !SERVER.admin().get(path).expect(200).json().path("finished_at").isNull());
    return SERVER.admin().get(path).json();
  }

  private static void assertSucceeded(JsonNode transfer) {
    assertThat(transfer.path("succeeded").asBoolean()).as("%s", transfer).isTrue();
  }

  private String address(JsonNode backup) {
    return SERVER
        .admin()
        .post(path(backup.path("num").asString()) + "/actions/public-url", Map.of())
        .expect(200)
        .text("/url");
  }

  private void undo() {
    SERVER
        .admin()
        .post("/client/v11/databases/" + database + "/restores/undo", Map.of())
        .expect(200);
  }

  @Test
  void aBackupBringsEverythingBackAndTheRestoreCanBeUndone() throws SQLException {
    String before = content();
    JsonNode backup = end(capture());
    assertSucceeded(backup);
    assertThat(backup.path("processed_bytes").asLong()).isPositive();
    assertThat(backup.path("to_type").asString()).isEqualTo("gof3r");
    run("delete from lessons where n > 500", "create table later (n int)");
    String changed = content();
    assertSucceeded(end(restore(backup.path("to_url").asString())));
    assertThat(content()).isEqualTo(before);
    assertThat(ask("select to_regclass('later')")).isEqualTo("null");
    undo();
    assertThat(content()).isEqualTo(changed);
    assertThat(ask("select to_regclass('later')")).isEqualTo("later");
    SERVER
        .admin()
        .post("/client/v11/databases/" + database + "/restores/undo", Map.of())
        .expect(422);
    // Its address is as good as the backup, for whoever has it.
    assertSucceeded(end(restore(address(backup))));
    assertThat(content()).isEqualTo(before);
    await()
        .until(() ->
            ask("select count(*) from pg_database where datname like '%\\_before'").equals("1"));
    SERVER
        .admin()
        .post("/client/v11/databases/" + database + "/restores/confirm", Map.of())
        .expect(200);
    assertThat(ask("select count(*) from pg_database where datname like '%\\_%'")).isEqualTo("0");
  }

  @Test
  void anAddressOpensOneBackupAndNothingElse() {
    JsonNode backup = end(capture());
    String path = URI.create(address(backup)).getPath();
    Answer whole = SERVER.nobody().get(path).expect(200);
    assertThat(whole.body()).startsWith("PGDMP");
    assertThat(SERVER.nobody().with("Range", "bytes=0-4").get(path).expect(206).body())
        .isEqualTo("PGDMP");
    SERVER.nobody().with("Range", "bytes=999999999-").get(path).expect(416);
    String token = path.split("/", -1)[2];
    char other = token.charAt(60) == 'A' ? 'B' : 'A';
    String forged = token.substring(0, 60) + other + token.substring(61);
    SERVER.nobody().get(path.replace(token, forged)).expect(404);
    SERVER.nobody().get(path.replace(token, "x")).expect(404);
    SERVER.admin().delete(path(backup.path("num").asString())).expect(200);
    SERVER.nobody().get(path).expect(404);
    assertThat(
            SERVER.admin().delete(path(backup.path("num").asString())).expect(404).text("/message"))
        .endsWith("already destroyed.");
    await().until(() -> unneededObjects() == 0);
  }

  private static int unneededObjects() {
    return SERVER
        .control()
        .withHandle(handle ->
            handle
                .createQuery(
                    "select count(*) from stored_object o where not exists"
                        + " (select from transfer t where t.object_id = o.id)")
                .mapTo(int.class)
                .one());
  }

  @Test
  void aBackupThatIsCancelledLeavesNothing() throws SQLException {
    try (Connection holder = connect();
        var statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table lessons in access exclusive mode");
      String uuid = capture().expect(201).text("/uuid");
      await()
          .until(
              () -> !SERVER.admin().get(path(uuid)).expect(200).json().path("started_at").isNull());
      SERVER.admin().delete(path(uuid)).expect(409);
      SERVER.admin().post(path(uuid) + "/actions/cancel", Map.of()).expect(200);
      await()
          .until(() ->
              !SERVER.admin().get(path(uuid)).expect(200).json().path("finished_at").isNull());
      JsonNode canceled = SERVER.admin().get(path(uuid)).json();
      assertThat(canceled.path("succeeded").asBoolean()).isFalse();
      SERVER.admin().post(path(uuid) + "/actions/public-url", Map.of()).expect(422);
      assertThat(restore(canceled.path("to_url").asString()).expect(404).body())
          .contains("Couldn't find");
    }
  }

  @Test
  void whatIsNoBackupLeavesTheDatabaseAsItWas() throws SQLException {
    String before = content();
    assertThat(restore("http://127.0.0.1:1/a.dump").expect(201).text("/uuid")).isNotEmpty();
    await().untilAsserted(() -> assertThat(last().path("finished_at").isNull()).isFalse());
    assertThat(last().path("succeeded").asBoolean()).isFalse();
    assertThat(last().path("logs").toString())
        .contains("may not fetch backups from", "The database is as it was.");
    assertThat(restore("file:///etc/passwd").expect(422).body()).contains("http://");
    assertThat(restore("backup://" + UUID.randomUUID()).expect(404).body()).contains("transfer");
    assertThat(content()).isEqualTo(before);
  }

  private JsonNode last() {
    JsonNode all = SERVER.admin().get("/client/v11/apps/" + app + "/transfers").expect(200).json();
    String uuid = all.path(all.size() - 1).path("uuid").asString();
    return SERVER.admin().get(path(uuid) + "?verbose=true").expect(200).json();
  }

  @Test
  void strangersGetNothing() {
    JsonNode backup = end(capture());
    String number = path(backup.path("num").asString());
    SERVER.stranger().post(number + "/actions/public-url", Map.of()).expect(403);
    SERVER.stranger().delete(number).expect(403);
    SERVER.stranger().post("/client/v11/databases/" + database + "/backups", Map.of()).expect(404);
    var stranger = SERVER.stranger();
    String own = "own-" + UUID.randomUUID().toString().substring(0, 8);
    stranger.post("/apps", Map.of("name", own)).expect(201);
    String theirs =
        stranger
            .post("/apps/" + own + "/addons", Map.of("plan", "heroku-postgresql:hobby-dev"))
            .expect(201)
            .text("/id");
    stranger
        .post(
            "/client/v11/databases/" + theirs + "/restores",
            Map.of("backup_url", backup.path("to_url").asString()))
        .expect(403);
    stranger.delete("/apps/" + own).expect(200);
  }

  @Test
  void aDatabaseHasOneScheduleWhichEveryDatabaseOfItsAppShows() {
    String path = "/client/v11/databases/" + database + "/transfer-schedules";
    Map<String, Object> order =
        Map.of("hour", "02", "timezone", "America/Boise", "schedule_name", "DATABASE_URL");
    SERVER.admin().post(path, order).expect(201);
    String uuid =
        SERVER
            .admin()
            .post(path, Map.of("hour", 3, "timezone", "UTC", "schedule_name", "DATABASE_URL"))
            .expect(201)
            .text("/uuid");
    JsonNode all = SERVER.admin().get(path).expect(200).json();
    assertThat(all).hasSize(1);
    assertThat(all.path(0).path("hour").asInt()).isEqualTo(3);
    SERVER
        .admin()
        .post(
            path, Map.of("hour", "02", "timezone", "Mars/Olympus", "schedule_name", "DATABASE_URL"))
        .expect(422);
    SERVER.stranger().delete(path + "/" + uuid).expect(404);
    SERVER.admin().delete(path + "/" + uuid).expect(200);
    assertThat(SERVER.admin().get(path).expect(200).json())
        .isEqualTo(dev.howdah.server.platform.Wire.tree(List.of()));
  }
}
