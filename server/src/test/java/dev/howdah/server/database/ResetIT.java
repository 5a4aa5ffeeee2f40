package dev.howdah.server.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code pg:reset --extensions}. */
@Timeout(120)
class ResetIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void anExtensionThatIsNotInstalledIsRefusedAndOneThatNeedsAnotherIsMade() {
    String app = "reset-" + UUID.randomUUID().toString().substring(0, 8);
    SERVER.admin().post("/apps", Map.of("name", app)).expect(201);
    String id =
        SERVER
            .admin()
            .post("/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:standard-0"))
            .expect(201)
            .text("/id");
    String reset = "/client/v11/databases/" + id + "/reset";
    assertThat(
            SERVER
                .admin()
                .send(
                    "PUT",
                    reset,
                    "{\"extensions\":[\"plv8\"]}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .expect(422)
                .body())
        .contains("plv8");
    SERVER
        .admin()
        .send(
            "PUT",
            reset,
            "{\"extensions\":[\"earthdistance\"]}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .expect(200);
  }
}
