package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One server at a time works on a data directory, and it has its control database to itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OnlyServerIT {
  private RunningServer server;
  private Estate estate;

  @BeforeAll
  void start() {
    server = RunningServer.start();
    estate = new Estate(server);
  }

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void aSecondServerIsRefused() throws IOException {
    Ran refused = second().run().failed();
    assertThat(refused.err()).contains("already runs (process " + server.pid() + ")");
    assertStillServing();
  }

  @Test
  void aSecondServerIsRefusedAlsoWhenNobodyKnowsOfTheFirst() throws IOException {
    Path pidFile = server.data().resolve("howdah.pid");
    String pid = Files.readString(pidFile);
    Files.delete(pidFile);
    try {
      // At once, before it has touched anything.
      Ran refused = second().within(Duration.ofSeconds(15)).run().failed();
      assertThat(refused.err())
          .contains("Another Howdah server")
          .contains(server.data().toString())
          .doesNotContain("Exception");
    } finally {
      Files.writeString(pidFile, pid);
    }
    assertStillServing();
  }

  @Test
  void theServerSurvivesTheLossOfItsControlDatabase() throws SQLException {
    Estate.Database database = estate.database(estate.app(), "hobby-dev");
    long pid = server.pid();
    long control =
        Objects.requireNonNull(
            Processes.servers(Processes.in(server.data()))
                .get(server.data().resolve("control/data")));
    try (Connection session = Tenant.connect(server, estate.url(database))) {
      ProcessHandle.of(control).orElseThrow().destroyForcibly();
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() ->
              server.request("GET", database.path(), null).statusCode() == 200
                  && server.request("GET", "/healthz", null).statusCode() == 200);
      assertThat(Tenant.ask(session, "select 1")).isEqualTo("1");
    }
    assertThat(server.pid()).isEqualTo(pid);
    assertThat(server.isAlive()).isTrue();
    assertThat(server.log()).contains("control database");
    server.send("DELETE", database.path(), Map.of());
    Aftermath.assertWhole(server);
  }

  private Command second() throws IOException {
    try (var free = new ServerSocket(0)) {
      return server.command(
          RunningServer.CHECKOUT.resolve("howdah").toString(),
          "server",
          "--data",
          server.data().toString(),
          "--port",
          Integer.toString(free.getLocalPort()));
    }
  }

  private void assertStillServing() {
    assertThat(server.request("GET", "/apps", null).statusCode()).isEqualTo(200);
    Aftermath.assertWhole(server);
  }
}
