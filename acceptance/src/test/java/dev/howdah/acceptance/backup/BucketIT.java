package dev.howdah.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Backups in a bucket that speaks S3's protocol: of several parts, fetched in parts, and through
 * the death of either server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BucketIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** 20 MB that do not compress: three parts. */
  private static final String FILL =
      "CREATE TABLE noise AS SELECT n, (SELECT decode(string_agg(md5((n * k)::text), ''), 'hex')"
          + " FROM generate_series(1, 65536) k) AS bytes FROM generate_series(1, 20) n";

  private static final String SUM = "SELECT count(*), md5(string_agg(md5(bytes), '')) FROM noise";

  private final S3Server s3 = new S3Server();
  private final RunningServer server = RunningServer.start();
  private final TestApp app = TestApp.withDatabase(server, "bucket", "hobby-dev");
  private final Map<String, String> settings = new HashMap<>(s3.settings());

  @BeforeAll
  void fill() {
    app.sql(FILL);
    settings.put("HOWDAH_BACKUP_INTERVAL", "PT1S");
    // One in the directory, before there is a bucket.
    server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
    server.stop();
    s3.await();
    server.restart(settings);
  }

  @AfterAll
  void end() {
    try {
      server.close();
    } finally {
      s3.close();
    }
  }

  private Path download(String backup) throws IOException {
    Path file = server.workspace("download").resolve(backup + ".dump");
    Files.deleteIfExists(file);
    server
        .howdah("pg:backups:download", backup, "-a", app.name(), "-o", file.toString())
        .succeeded();
    return file;
  }

  @Test
  @Order(1)
  void aBackupIsSentInPartsFetchedInPartsAndRestored() throws IOException {
    String before = app.sql(SUM).getFirst();
    server.heroku("pg:backups:capture", "-a", app.name()).succeeded();
    assertThat(s3.objects()).singleElement().asString().startsWith("backups/");
    assertThat(s3.unfinished()).isEmpty();
    Path dump = download("b002");
    byte[] whole = Files.readAllBytes(dump);
    assertThat(whole.length).isGreaterThan(2 * (8 << 20));
    assertThat(server.run("pg_restore", "--list", dump.toString()).succeeded().out())
        .contains("TABLE DATA public noise");
    String url =
        server.heroku("pg:backups:url", "b002", "-a", app.name()).succeeded().out().strip();
    Path part = dump.resolveSibling("part.dump");
    Files.write(part, Arrays.copyOf(whole, whole.length / 2));
    server.run("curl", "-sSf", "-C", "-", "-o", part.toString(), url).succeeded();
    assertThat(Files.readAllBytes(part)).isEqualTo(whole);
    assertThat(server.run("curl", "-sSI", url).succeeded().out().toLowerCase(java.util.Locale.ROOT))
        .contains("200 ok", "content-length: " + whole.length);

    app.sql("DELETE FROM noise");
    server
        .howdah("pg:backups:restore", "b002", "DATABASE", "-a", app.name(), "--confirm", "bucket")
        .succeeded();
    assertThat(app.sql(SUM)).containsExactly(before);
  }

  @Test
  @Order(2)
  void whatWasKeptInTheDirectoryIsReadFromThere() throws IOException {
    assertThat(server.run("pg_restore", "--list", download("b001").toString()).succeeded().out())
        .contains("TABLE DATA public noise");
    server.howdah("pg:backups:delete", "b001", "-a", app.name(), "--confirm", "bucket").succeeded();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(server.data().resolve("backups")).isEmptyDirectory());
    assertThat(s3.objects()).hasSize(1);
  }

  @Test
  @Order(3)
  void aCaptureThatDiesWithHowdahBeginsAgainAndLeavesNoParts() throws SQLException {
    String id;
    try (Connection holder = app.connect();
        var statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE noise IN ACCESS EXCLUSIVE MODE");
      id = begin();
      await().atMost(PATIENCE).until(() -> !s3.unfinished().isEmpty());
      server.kill();
    }
    server.restart(settings);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(transfer(id).contains("\"succeeded\":true")).isTrue());
    assertThat(s3.unfinished()).isEmpty();
    assertThat(s3.objects()).hasSize(2);
  }

  @Test
  @Order(4)
  void aBucketThatIsGoneIsSaidAndNothingIsOffered() {
    s3.kill();
    assertThat(server.howdah("pg:backups:capture", "-a", app.name()).failed().flat())
        .contains("did not finish", "s3://" + S3Server.BUCKET);
    assertThat(server.heroku("pg:backups", "-a", app.name()).succeeded().out())
        .containsPattern("b005 .*Failed");
    assertThat(server.howdah("pg:backups:url", "b005", "-a", app.name()).failed().flat())
        .contains("not complete");
    s3.restart();
    server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
    for (String backup : new String[] {"b002", "b004", "b006"}) {
      server
          .howdah("pg:backups:delete", backup, "-a", app.name(), "--confirm", "bucket")
          .succeeded();
    }
    await().atMost(PATIENCE).until(() -> s3.objects().isEmpty());
  }

  private String begin() {
    String database = server.get("/apps/" + app.name() + "/addons").path(0).path("id").asString();
    return server
        .send("POST", "/client/v11/databases/" + database + "/backups", Map.of())
        .path("uuid")
        .asString();
  }

  private String transfer(String id) {
    return server.get("/client/v11/apps/" + app.name() + "/transfers/" + id).toString();
  }
}
