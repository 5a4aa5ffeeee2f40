package dev.howdah.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Client;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator is told about a real host. */
@Timeout(120)
class DoctorIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void findsAServerThatDoesNotStartAndSaysWhere() throws Exception {
    Client admin = SERVER.admin();
    String app = "doctor-" + UUID.randomUUID().toString().substring(0, 8);
    admin.post("/apps", Map.of("name", app)).expect(201);
    var made =
        admin
            .post("/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:hobby-dev"))
            .expect(201);
    String name = made.text("/name");
    UUID id = UUID.fromString(made.text("/id"));
    String before = admin.get("/doctor").expect(200).body();
    assertThat(before)
        .contains("PostgreSQL", "pgBackRest", "Space for data", "Control database", "Operations")
        .doesNotContain(name);
    Path data = SERVER.host().clusters().directory(id).resolve("data");
    Files.move(data.resolve("global/pg_control"), data.resolve("global/hidden"));
    SERVER.host().clusters().stop(id, StopMode.IMMEDIATE);
    try {
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(admin.get("/doctor").expect(200).body())
                  .contains("\"healthy\":false", name + " does not start"));
    } finally {
      Files.move(data.resolve("global/hidden"), data.resolve("global/pg_control"));
    }
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> assertThat(admin.get("/doctor").expect(200).body()).doesNotContain(name));
    SERVER.stranger().get("/doctor").expect(403);
    SERVER.nobody().get("/doctor").expect(401);
    admin.send("DELETE", "/apps/" + app, new byte[0]).expect(200);
  }
}
