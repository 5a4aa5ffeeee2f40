package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.server.TestServer.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots of protected databases, on a file system that can share blocks between files. */
@Timeout(180)
class SnapshotScheduleIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static Path image = Path.of("");
  private static Path volume = Path.of("");

  @BeforeAll
  static void mount() throws IOException {
    if (!CurrentUser.isRoot()) {
      abort("SNAPSHOTS NOT TESTED: only root can mount a file system");
    }
    image = Files.createTempFile("howdah-snapshots", ".xfs");
    volume = Files.createTempDirectory("howdah-snapshots");
    try {
      Command.of("truncate", "-s", "2G", image).run();
      Command.of("mkfs.xfs", "-q", "-f", "-m", "reflink=1", image).run();
      Command.of("mount", "-o", "loop", image, volume).run();
      Command.of("chmod", "711", volume).run();
    } catch (PostgresException impossible) {
      abort("SNAPSHOTS NOT TESTED: no XFS can be mounted here: " + impossible.getMessage());
    }
  }

  @AfterAll
  static void unmount() throws IOException {
    if (image.toString().isEmpty()) {
      return;
    }
    try {
      Command.of("umount", volume).run();
    } catch (PostgresException notMounted) {
      // It was not possible to begin with.
    }
    Files.deleteIfExists(volume);
    Files.deleteIfExists(image);
  }

  @Test
  void areTakenOfProtectedDatabasesAndGoWithThem() {
    try (TestServer.Running server = TestServer.Running.start(volume)) {
      Client admin = server.client(TestServer.ADMIN_TOKEN);
      admin.post("/apps", Map.of("name", "snapshots")).expect(201);
      admin.post("/apps/snapshots/addons", Map.of("plan", "heroku-postgresql:hobby-dev"));
      String id =
          admin
              .post("/apps/snapshots/addons", Map.of("plan", "heroku-postgresql:standard-0"))
              .expect(201)
              .text("/id");
      UUID lineage = server.lineage(UUID.fromString(id));
      Instant began = Instant.now().minusSeconds(60);
      await().atMost(PATIENCE).until(() -> !server.host().snapshots().list(lineage).isEmpty());
      List<Instant> taken = server.host().snapshots().list(lineage);
      assertThat(taken).singleElement().satisfies(at -> assertThat(at).isAfter(began));
      assertThat(server.host().snapshots().lineages()).containsExactly(lineage);
      assertThat(admin.get("/doctor").expect(200).body()).contains("from snapshots");
      admin.delete("/apps/snapshots/addons/" + id).expect(200);
      await().atMost(PATIENCE).until(() -> server.host().snapshots().lineages().isEmpty());
    }
  }
}
