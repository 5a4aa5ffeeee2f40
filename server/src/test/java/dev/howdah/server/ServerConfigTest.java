package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.repository.Storage;
import dev.howdah.server.bucket.S3Bucket;
import dev.howdah.server.protection.Backlog;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerConfigTest {
  private static final Map<String, String> BUCKET =
      Map.of(
          "HOWDAH_REPOSITORY_BUCKET", "histories",
          "HOWDAH_REPOSITORY_ENDPOINT", "https://s3.example.com:9000",
          "HOWDAH_REPOSITORY_REGION", "eu-central-1",
          "HOWDAH_REPOSITORY_KEY", "name",
          "HOWDAH_REPOSITORY_SECRET", "hush",
          "HOWDAH_REPOSITORY_CA", "/etc/ca.pem");

  @Test
  void keepsRepositoriesInADirectoryUnlessTold() {
    ServerConfig config = config(Map.of());
    assertThat(config.storage()).isEqualTo(new Storage.Directory());
    assertThat(config.backlog()).isEqualTo(Backlog.standard());
    assertThat(config.protectionInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.repositoryPatience()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void keepsRepositoriesInABucketWithoutTellingItsSecret() {
    ServerConfig config = config(BUCKET);
    assertThat(config.storage())
        .isEqualTo(
            new Storage.Bucket(
                URI.create("https://s3.example.com:9000"),
                "histories",
                "eu-central-1",
                "name",
                "hush",
                Optional.of(Path.of("/etc/ca.pem")),
                true));
    assertThat(config.toString()).doesNotContain("hush");
  }

  @Test
  void namesWhatABucketLacks() {
    for (String name :
        List.of(
            "HOWDAH_REPOSITORY_ENDPOINT", "HOWDAH_REPOSITORY_KEY", "HOWDAH_REPOSITORY_SECRET")) {
      var less = new HashMap<>(BUCKET);
      less.remove(name);
      assertThatThrownBy(() -> config(less))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name);
    }
  }

  @Test
  void keepsBackupsInABucketWhichIsAsTheOneForRepositoriesUnlessTold() {
    assertThat(config(BUCKET).backupBucket()).isEmpty();
    var both = new HashMap<>(BUCKET);
    both.put("HOWDAH_BACKUP_BUCKET", "dumps");
    both.put("HOWDAH_BACKUP_SECRET", "whisper");
    ServerConfig config = config(both);
    assertThat(config.backupBucket())
        .contains(
            new S3Bucket.Place(
                URI.create("https://s3.example.com:9000"),
                "dumps",
                "eu-central-1",
                "name",
                "whisper",
                Optional.of(Path.of("/etc/ca.pem"))));
    assertThat(config.toString()).doesNotContain("hush", "whisper");
    assertThatThrownBy(() -> config(Map.of("HOWDAH_BACKUP_BUCKET", "dumps")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HOWDAH_BACKUP_ENDPOINT");
  }

  @Test
  void takesTheLimitsOfABacklog() {
    ServerConfig config =
        config(
            Map.of(
                "HOWDAH_BACKLOG_SHARE", "0.5",
                "HOWDAH_BACKLOG_FREE", "0.2",
                "HOWDAH_BACKLOG_BYTES", "1000",
                "HOWDAH_REPOSITORY_PATIENCE", "PT5M"));
    assertThat(config.backlog()).isEqualTo(new Backlog(0.5, 0.2, 1000));
    assertThat(config.repositoryPatience()).isEqualTo(Duration.ofMinutes(5));
  }

  private static ServerConfig config(Map<String, String> environment) {
    return ServerConfig.of(List.of(), environment, Path.of("/srv/howdah"));
  }
}
