package dev.howdah.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunningServerIT {

  @Test
  void databasesOutliveTheServerAndNothingOutlivesTheTest() {
    RunningServer server = RunningServer.start();
    try (server) {
      server.send("POST", "/apps", Map.of("name", "survivor"));
      server.kill();
      assertThat(server.isAlive()).isFalse();
      assertThat(server.databaseProcesses()).as("the control database").isNotEmpty();
      server.restart();
      assertThat(server.get("/apps/survivor").path("name").asString()).isEqualTo("survivor");
    }
    assertThat(server.databaseProcesses()).isEmpty();
    assertThat(Files.exists(server.data())).isFalse();
  }
}
