package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The ladder of row limits (B1.33), climbed and left again, on a catalogue of the operator's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowLimitIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String PERMISSION_DENIED = "42501";
  private static final String TOO_MANY_CONNECTIONS = "53300";

  private RunningServer server;
  private Estate estate;

  @BeforeAll
  void start() throws IOException {
    var settings = Map.of("HOWDAH_ENFORCEMENT_INTERVAL", "PT1S", "HOWDAH_GRACE", "PT5S");
    server = RunningServer.start(settings);
    server.stop();
    String shipped =
        Files.readString(
            RunningServer.CHECKOUT.resolve(
                Path.of("server/src/main/resources/dev/howdah/server/database/plans.yaml")));
    Files.writeString(
        server.data().resolve("plans.yaml"),
        shipped
            .replace("rows: 10000}", "rows: 10}")
            .replace("rows: 10000000}", "rows: 1000}")
            .replace("connections: 120, ram: 1 GB,", "connections: 120, rows: 10, ram: 1 GB,"));
    server.restart(settings);
    estate = new Estate(server);
  }

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void aDatabaseClimbsTheLadderAndComesBackByItself() throws SQLException {
    Estate.Database database = withRows("hobby-dev", 8);
    awaitInfo(database, "Rows", "8/10 (In compliance, close to limit)");
    String url = estate.url(database);

    Tenant.run(server, url, "insert into kept select generate_series(9, 12)");
    awaitInfo(database, "Rows", "12/10 (Above limits, access disruption imminent)");
    awaitInfo(database, "Status", "Over Plan Capacity: Action Required");
    // The days of grace: everything still works.
    Tenant.run(server, url, "insert into kept values (13)");
    Connection old = Tenant.connect(server, url);

    awaitInfo(database, "Status", "Over Plan Capacity: Access Restricted");
    awaitInfo(database, "Rows", "13/10 (Write access revoked)");
    assertThatThrownBy(() -> Tenant.ask(old, "select 1"))
        .as("its session ended")
        .isInstanceOf(SQLException.class);
    assertRestricted(url);

    // Rotating is no way around it.
    server.send("POST", database.data("/credentials_rotation"), Map.of("forced", true));
    assertThat(estate.url(database)).isNotEqualTo(url);
    assertRestricted(estate.url(database));

    Tenant.run(server, estate.url(database), "delete from kept where n > 5");
    awaitInfo(database, "Rows", "5/10 (In compliance)");
    assertFree(database);
  }

  @Test
  void anEmptiedDatabaseIsFreeAtOnce() {
    Estate.Database database = restricted("hobby-dev");
    server.send("PUT", "/client/v11/databases/" + database.id() + "/reset", Map.of());
    awaitInfo(database, "Status", "Available");
    Tenant.run(server, estate.url(database), "create table kept (n int)");
    assertFree(database);
  }

  @Test
  void aLargerPlanEndsTheRestrictionAndASmallerOneIsRefused() {
    Estate.Database database = restricted("hobby-dev");
    change(database, "hobby-basic");
    awaitInfo(database, "Rows", "13/1000 (In compliance)");
    assertFree(database);
    assertThat(
            server
                .request("PATCH", database.path(), Map.of("plan", "heroku-postgresql:hobby-dev"))
                .body())
        .contains("does not fit");
  }

  @Test
  void aPlanWithoutRowLimitsEndsTheRestriction() {
    Estate.Database database = restricted("hobby-dev");
    change(database, "standard-2");
    awaitInfo(database, "Status", "Available");
    assertFree(database);
  }

  @Test
  void namedCredentialsAreShutOutAndNewOnesRefused() {
    Estate.Database database = withRows("standard-0", 1);
    server.send(
        "POST", database.data("/credentials"), Map.of("name", "helper", "preset", "readwrite"));
    String helper = url(database, "helper");
    Tenant.run(server, helper, "insert into kept select generate_series(2, 13)");
    awaitInfo(database, "Status", "Over Plan Capacity: Access Restricted");

    assertThatThrownBy(() -> Tenant.connect(server, helper))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(TOO_MANY_CONNECTIONS));
    assertThat(
            server
                .request("POST", database.data("/credentials"), Map.of("name", "another"))
                .statusCode())
        .isEqualTo(422);
    server.send("POST", database.data("/credentials/helper/credentials_rotation"), Map.of());
    assertThatThrownBy(() -> Tenant.connect(server, url(database, "helper")))
        .as("a rotated login of a named credential")
        .isInstanceOf(SQLException.class);

    Tenant.run(server, estate.url(database), "truncate kept");
    awaitInfo(database, "Status", "Available");
    Tenant.run(server, url(database, "helper"), "insert into kept values (1)");
  }

  private Estate.Database withRows(String plan, int rows) {
    Estate.Database database = estate.database(estate.app(), plan);
    Tenant.run(
        server,
        estate.url(database),
        "create table kept (n int primary key)",
        "insert into kept select generate_series(1, " + rows + ")");
    return database;
  }

  private Estate.Database restricted(String plan) {
    Estate.Database database = withRows(plan, 13);
    awaitInfo(database, "Status", "Over Plan Capacity: Access Restricted");
    return database;
  }

  private void change(Estate.Database database, String plan) {
    server.send("PATCH", database.path(), Map.of("plan", "heroku-postgresql:" + plan));
  }

  /** Rows can be read, changed and deleted over one connection, and nothing can be added. */
  private void assertRestricted(String url) throws SQLException {
    try (Connection only = Tenant.connect(server, url)) {
      assertThat(Tenant.ask(only, "select count(*) from kept")).isEqualTo("13");
      Tenant.ask(only, "with changed as (update kept set n = n returning n) select 1 from changed");
      for (String growing :
          new String[] {
            "insert into kept values (99)", "create table more (n int)", "create schema more"
          }) {
        assertThatThrownBy(() -> Tenant.run(only, growing))
            .as(growing)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(PERMISSION_DENIED));
      }
      assertThatThrownBy(() -> Tenant.run(only, "insert into kept values (99)"))
          .hasMessageContaining("permission denied for table kept");
      assertThatThrownBy(() -> Tenant.connect(server, url))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(TOO_MANY_CONNECTIONS));
    }
  }

  private void assertFree(Estate.Database database) {
    awaitInfo(database, "Status", "Available");
    String url = estate.url(database);
    // The status follows the plan at once, the rights at the operation's end.
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> Tenant.run(server, url, "insert into kept values (100)"));
    Tenant.run(server, url, "create table extra (n int)");
    try (Connection one = Tenant.connect(server, url);
        Connection two = Tenant.connect(server, url)) {
      assertThat(Tenant.ask(one, "select 1")).isEqualTo(Tenant.ask(two, "select 1"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitInfo(Estate.Database database, String item, String value) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(estate.info(database, item)).isEqualTo(value));
  }

  private String url(Estate.Database database, String credential) {
    var answer = server.get(database.data("/credentials/" + credential));
    var login =
        answer
            .path("credentials")
            .valueStream()
            .filter(each -> each.path("state").asString().equals("active"))
            .findFirst()
            .orElseThrow();
    return "postgres://%s:%s@%s:%d/%s"
        .formatted(
            login.path("user").asString(),
            login.path("password").asString(),
            answer.path("host").asString(),
            answer.path("port").asInt(),
            answer.path("database").asString());
  }
}
