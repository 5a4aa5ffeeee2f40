package dev.howdah.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.databind.JsonNode;

/**
 * Whatever breaks on the way of a backup or a restore: it ends, says why, offers nothing that is
 * not whole, and leaves the database as it was. One fault that a drill must notice is made, too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIfSystemProperty(named = "user.name", matches = "root", disabledReason = "mounts a volume")
class BackupFaultsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Rows that take a second each to be restored. */
  private static final String[] SLOW = {
    "CREATE FUNCTION slow(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM"
        + " pg_sleep(coalesce(current_setting(''slow.pause'', true), ''1'')::float); RETURN true;"
        + " END'",
    "SET slow.pause = 0; CREATE TABLE slow AS SELECT generate_series(1, 60) AS n",
    "SET slow.pause = 0; ALTER TABLE slow ADD CHECK (slow(n))"
  };

  private final RunningServer server =
      RunningServer.start(Map.of("HOWDAH_BACKUP_INTERVAL", "PT1S"));
  private final TestApp app = TestApp.withDatabase(server, "faults", "hobby-dev");
  private final String database = databaseOf(app);

  private String databaseOf(TestApp of) {
    return server.get("/apps/" + of.name() + "/addons").path(0).path("id").asString();
  }

  private Path store() {
    return server.data().resolve("backups");
  }

  @BeforeAll
  void prepare() throws IOException {
    Files.createDirectories(store());
    server
        .run("mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", store().toString())
        .succeeded();
    app.sql("CREATE TABLE precious AS SELECT generate_series(1, 1000) AS n");
  }

  @AfterAll
  void end() {
    server.run("umount", "-l", store().toString());
    server.close();
  }

  private JsonNode transfer(TestApp of, String id) {
    return server.get("/client/v11/apps/" + of.name() + "/transfers/" + id + "?verbose=true");
  }

  private String begin(String on) {
    return server
        .send("POST", "/client/v11/databases/" + on + "/backups", Map.of())
        .path("uuid")
        .asString();
  }

  private JsonNode ended(TestApp of, String id) {
    await().atMost(PATIENCE).until(() -> !transfer(of, id).path("finished_at").isNull());
    return transfer(of, id);
  }

  /** What a failed one said; nothing of it may be had. */
  private String failed(TestApp of, String id) {
    JsonNode ended = ended(of, id);
    assertThat(ended.path("succeeded").asBoolean()).isFalse();
    String number = ended.path("num").asString();
    assertThat(
            server
                .request(
                    "POST",
                    "/client/v11/apps/"
                        + of.name()
                        + "/transfers/"
                        + number
                        + "/actions/public-url",
                    Map.of())
                .statusCode())
        .isEqualTo(422);
    return ended.path("logs").toString();
  }

  private Connection holding(TestApp of, String table) throws SQLException {
    Connection holder = of.connect();
    holder.setAutoCommit(false);
    try (var statement = holder.createStatement()) {
      statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    }
    return holder;
  }

  private ProcessHandle program(String transfer, String name) {
    Path home = server.data().resolve("transfers").resolve(transfer);
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                ProcessHandle.allProcesses()
                    .filter(process -> worksIn(process, home))
                    .filter(process -> commandLine(process).contains("/" + name))
                    .findFirst(),
            java.util.Optional::isPresent)
        .orElseThrow();
  }

  private static boolean worksIn(ProcessHandle process, Path home) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd")).startsWith(home);
    } catch (IOException gone) {
      return false;
    }
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(
          Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  @Test
  void aDumpThatIsKilledIsNoBackup() throws SQLException {
    try (Connection holder = holding(app, "precious")) {
      String id = begin(database);
      program(id, "pg_dump").destroyForcibly();
      assertThat(failed(app, id)).contains("pg_dump ended with code 137");
      holder.rollback();
    }
  }

  @Test
  void aDatabaseThatIsDestroyedMeanwhileEndsItsBackup() throws SQLException {
    TestApp other = TestApp.withDatabase(server, "faults-dropped", "hobby-dev");
    other.sql("CREATE TABLE precious (n int)");
    String doomed = databaseOf(other);
    String id;
    try (Connection holder = holding(other, "precious")) {
      id = begin(doomed);
      program(id, "pg_dump");
      assertThat(holder.isValid(1)).isTrue();
      server.request("DELETE", "/apps/" + other.name() + "/addons/" + doomed, null);
      assertThat(failed(other, id)).contains("message");
    } catch (SQLException itsServerIsGone) {
      // The holder's, too.
    }
    try (Stream<Path> left = Files.list(store())) {
      assertThat(left.filter(file -> file.toString().endsWith(".partial"))).isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aStoreThatIsFullKeepsWhatItHasAndTakesNoHalves() {
    server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
    TestApp large = TestApp.withDatabase(server, "faults-large", "hobby-dev");
    large.sql(
        "CREATE TABLE noise AS SELECT n, (SELECT decode(string_agg(md5((n * k)::text), ''), 'hex')"
            + " FROM generate_series(1, 65536) k) AS bytes FROM generate_series(1, 12) n");
    assertThat(server.howdah("pg:backups:capture", "-a", large.name()).failed().flat())
        .contains("could not be stored", "No space left on device");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          try (Stream<Path> left = Files.list(store())) {
            assertThat(left.filter(file -> file.toString().endsWith(".partial"))).isEmpty();
          }
        });
    server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
    server.request("DELETE", "/apps/" + large.name(), null);
  }

  @Test
  void aRestoreThatIsKilledLeavesTheDatabaseAsItWas() {
    TestApp slow = TestApp.withDatabase(server, "faults-slow", "hobby-dev");
    List.of(SLOW).forEach(slow::sql);
    String backup = ended(slow, begin(databaseOf(slow))).path("to_url").asString();
    String id = restore(backup);
    program(id, "pg_restore").destroyForcibly();
    JsonNode killed = ended(app, id);
    assertThat(killed.path("succeeded").asBoolean()).isFalse();
    assertThat(killed.path("logs").toString()).contains("The database is as it was.");
    assertAsItWas();

    // And Howdah itself: it begins again, and is cancelled.
    String again = restore(backup);
    program(again, "pg_restore");
    server.kill();
    server.restart();
    program(again, "pg_restore");
    server.send(
        "POST",
        "/client/v11/apps/" + app.name() + "/transfers/" + again + "/actions/cancel",
        Map.of());
    assertThat(ended(app, again).path("succeeded").asBoolean()).isFalse();
    assertAsItWas();
  }

  private String restore(String backup) {
    return server
        .send(
            "POST", "/client/v11/databases/" + database + "/restores", Map.of("backup_url", backup))
        .path("uuid")
        .asString();
  }

  private void assertAsItWas() {
    assertThat(app.sql("SELECT count(*) FROM precious")).containsExactly("1000");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(app.sql("SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_%'"))
                .containsExactly("0"));
  }

  @Test
  void aFileThatIsNotWholeLeavesTheDatabaseAsItWas() throws IOException {
    Path directory = server.workspace("broken");
    server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
    Path dump = directory.resolve("whole.dump");
    server.howdah("pg:backups:download", "-a", app.name(), "-o", dump.toString()).succeeded();
    byte[] whole = Files.readAllBytes(dump);
    Path cut = directory.resolve("cut.dump");
    Files.write(cut, Arrays.copyOf(whole, whole.length - 600));
    byte[] garbled = whole.clone();
    Arrays.fill(garbled, whole.length - 700, whole.length - 200, (byte) 0x5a);
    Path damaged = directory.resolve("damaged.dump");
    Files.write(damaged, garbled);
    Path other = directory.resolve("other.dump");
    Files.writeString(other, "SELECT 1;");
    for (Path file : List.of(cut, damaged)) {
      assertThat(upload(file).failed().flat())
          .contains("did not finish", "The database is as it was.");
      assertAsItWas();
    }
    assertThat(upload(other).failed().flat()).contains("This is no backup");
    assertThat(upload(directory.resolve("none.dump")).failed().flat()).contains("There is no file");
    assertAsItWas();
    upload(dump).succeeded();
    server.howdah("pg:backups:confirm", "-a", app.name(), "--confirm", app.name()).succeeded();
    assertAsItWas();
  }

  private Ran upload(Path file) {
    return server.howdah(
        "pg:backups:restore",
        file.toString(),
        "DATABASE",
        "-a",
        app.name(),
        "--confirm",
        app.name());
  }

  @Test
  void aReaderThatIsSlowHoldsNobodyUpAndOneThatLeavesIsForgotten() throws IOException {
    server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
    URI url =
        URI.create(server.howdah("pg:backups:url", "-a", app.name()).succeeded().out().strip());
    String head =
        server
            .run("curl", "-sSI", url.toString())
            .succeeded()
            .out()
            .toLowerCase(java.util.Locale.ROOT);
    byte[] whole = server.download(url.toString());
    assertThat(head).contains("200 ok", "content-length: " + whole.length, "accept-ranges: bytes");
    try (var slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      slow.setReceiveBufferSize(4096);
      slow.getOutputStream()
          .write(
              ("GET " + url.getRawPath() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(slow.getInputStream().readNBytes(100)).hasSize(100);
      server.howdah("pg:backups:capture", "-a", app.name()).succeeded();
      assertThat(server.download(url.toString())).isEqualTo(whole);
    }
    await().atMost(PATIENCE).until(() -> openObjects() == 0);
  }

  private long openObjects() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
      return open.filter(
              file -> {
                try {
                  return Files.readSymbolicLink(file).startsWith(store());
                } catch (IOException closed) {
                  return false;
                }
              })
          .count();
    }
  }

  @Test
  void aBackupThatFailsItsDrillIsLoud() throws IOException {
    TestApp drilled = TestApp.withDatabase(server, "faults-drill", "hobby-dev");
    drilled.sql("CREATE TABLE lessons AS SELECT generate_series(1, 300) AS n");
    String good = begin(databaseOf(drilled));
    ended(drilled, good);
    verify(drilled, good, "restores in");
    assertThat(server.heroku("pg:info", "-a", drilled.name()).succeeded().out())
        .containsPattern(
            "Last Backup: +b001, Verified \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d, restores in \\d+ s");
    assertThat(server.howdah("doctor").succeeded().out()).contains("proven to restore");

    // Its owner knows better what must be in it.
    server
        .howdah(
            "pg:backups:assert",
            "-a",
            drilled.name(),
            "--sql",
            "select count(*) > 300 from lessons")
        .succeeded();
    verify(drilled, good, "is to answer t");
    server.howdah("doctor").failed();
    server
        .howdah(
            "pg:backups:assert",
            "-a",
            drilled.name(),
            "--sql",
            "select count(*) = 300 from lessons")
        .succeeded();
    verify(drilled, good, "restores in");

    // A bit of the file changes where it is kept.
    String bad = begin(databaseOf(drilled));
    String object = ended(drilled, bad).path("to_url").asString().replace("backup://", "");
    Path file = store().resolve(object);
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
    verify(drilled, bad, "FAILED");
    assertThat(server.howdah("pg:backups", "-a", drilled.name()).succeeded().out())
        .containsPattern("b002 .*FAILED ITS DRILL");
    assertThat(server.howdah("pg:info", "-a", drilled.name()).succeeded().out())
        .contains("b002, FAILED ITS DRILL");
    Ran doctor = server.howdah("doctor");
    assertThat(doctor.exit()).isEqualTo(1);
    assertThat(doctor.all()).contains("b002 of faults-drill FAILED ITS DRILL");
    assertThat(server.log()).contains("cannot be restored, as its drill found");
    server
        .howdah("pg:backups:delete", "b002", "-a", drilled.name(), "--confirm", drilled.name())
        .succeeded();
    server.howdah("doctor").succeeded();
  }

  @Test
  void aScheduleFiresIsProvenAndKeepsTheNewestOfADay() {
    TestApp daily = TestApp.withDatabase(server, "faults-daily", "hobby-dev");
    daily.sql("CREATE TABLE lessons AS SELECT generate_series(1, 300) AS n");
    server
        .heroku("pg:backups:schedule", "DATABASE", "-a", daily.name(), "--at", "02:00 Europe/Paris")
        .succeeded();
    strike(daily);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(transfers(daily))
                .singleElement()
                .satisfies(backup -> {
                  assertThat(backup.path("succeeded").asBoolean()).isTrue();
                  assertThat(backup.path("schedule").path("name").asString())
                      .isEqualTo("DATABASE_URL");
                  // Nobody asked for that.
                  assertThat(backup.path("verification").asString()).contains("restores in");
                }));
    assertThat(server.heroku("pg:backups", "-a", daily.name()).succeeded().out())
        .containsPattern("a001 .*Completed");
    assertThat(
            control(
                "select next_at > now() from backup_schedule s join app a on a.id = s.app_id where a.name"
                    + " = 'faults-daily'"))
        .isEqualTo("t");
    strike(daily);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(transfers(daily))
                .singleElement()
                .satisfies(backup -> assertThat(backup.path("num").asInt()).isEqualTo(2)));
    server.heroku("pg:backups:unschedule", "DATABASE", "-a", daily.name()).succeeded();
  }

  /** The hour of a schedule has come. */
  private void strike(TestApp of) {
    control(
        "update backup_schedule set next_at = now() - interval '1 second' where app_id = (select id"
            + " from app where name = '"
            + of.name()
            + "')");
  }

  private List<JsonNode> transfers(TestApp of) {
    return server.get("/client/v11/apps/" + of.name() + "/transfers").valueStream().toList();
  }

  private String control(String query) {
    return server
        .run(
            "psql",
            "-XqAt",
            "-h",
            server.data().resolve("control/run").toString(),
            "-U",
            "howdah",
            "-c",
            query,
            "howdah")
        .succeeded()
        .out()
        .strip();
  }

  private void verify(TestApp of, String id, String expected) {
    server.send(
        "POST", "/client/v11/apps/" + of.name() + "/transfers/" + id + "/actions/verify", Map.of());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(transfer(of, id).path("verification").asString()).contains(expected));
  }
}
