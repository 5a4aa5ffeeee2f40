package dev.howdah.server.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.server.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What becomes of a database whose repository is full, gone, lost or slow: it serves on, says what
 * is so, and is protected again afterwards; whatever was lost is recorded as a gap.
 */
@Timeout(360)
class ProtectionIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final Duration POLL = Duration.ofMillis(500);

  private String app = "";
  private UUID id = new UUID(0, 0);
  private String url = "";
  private Path repository = Path.of("");

  @BeforeEach
  void make() throws SQLException {
    app = "protected-" + UUID.randomUUID().toString().substring(0, 8);
    SERVER.admin().post("/apps", Map.of("name", app)).expect(201);
    id =
        UUID.fromString(
            SERVER
                .admin()
                .post("/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:standard-0"))
                .expect(201)
                .text("/id"));
    url = SERVER.admin().get("/apps/" + app + "/config-vars").expect(200).text("/DATABASE_URL");
    write("create table kept (n serial primary key, at timestamptz default clock_timestamp())");
    UUID lineage =
        SERVER
            .control()
            .withHandle(handle ->
                handle
                    .createQuery("select lineage from database where id = :id")
                    .bind("id", id)
                    .mapTo(UUID.class)
                    .one());
    repository = SERVER.host().repositories().directory().resolve(lineage.toString());
    awaitProtection("On");
  }

  @AfterEach
  void remove() {
    SERVER.admin().send("DELETE", "/apps/" + app, new byte[0]).expect(200);
    await().atMost(PATIENCE).until(() -> !Files.exists(repository));
  }

  @Test
  void isNeverBehindByMoreThanAMinuteWhileItIsWrittenTo() throws SQLException {
    assertThat(info("Rollback")).startsWith("earliest from ");
    Instant end = Instant.now().plusSeconds(75);
    var commits = new TreeMap<Long, Instant>();
    Duration worst = Duration.ZERO;
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      while (Instant.now().isBefore(end)) {
        Instant before = Instant.now();
        statement.execute("insert into kept default values");
        commits.put(position(statement), before);
        // Everything before the position that is archived has left the host's own disk.
        long archived = SERVER.host().clusters().archiveStatus(id).archived().value();
        var oldest = commits.higherEntry(archived);
        if (oldest != null) {
          Duration age = Duration.between(oldest.getValue(), Instant.now());
          worst = age.compareTo(worst) > 0 ? age : worst;
        }
        assertThat(info("Continuous Protection")).matches("On, [0-9]+ s behind");
      }
    }
    assertThat(commits).hasSizeGreaterThan(50);
    assertThat(worst).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(60));
  }

  @Test
  void aFullRepositoryEndsInARecordedGapAndThenANewBase() throws SQLException {
    assumeTrue(CurrentUser.isRoot(), "NOT TESTED: only root can mount a small file system");
    Path log = repository.resolve("archive/howdah/15-1");
    Instant began = Instant.now();
    run("mount", "-t", "tmpfs", "-o", "size=16k,mode=777", "tmpfs", log.toString());
    try {
      run("dd", "if=/dev/zero", "of=" + log + "/filler", "bs=4k", "count=4");
      await()
          .atMost(PATIENCE)
          .pollInterval(POLL)
          .untilAsserted(() -> {
            fillSegment();
            assertThat(info("Continuous Protection")).contains("was lost");
          });
      assertThat(gaps("lineage_gap.ended_at is null")).isOne();
      assertThat(waiting()).as("what waits fits").isLessThan(12);
    } finally {
      // Whoever is in it may leave later.
      run("umount", "-l", log.toString());
    }
    awaitOn();
    assertThat(gaps("lineage_gap.ended_at is null")).isZero();
    assertThat(gaps("reason like '%waited for the repository'")).isOne();
    assertThat(earliest()).as("nothing before the new base copy").isAfter(began);
    assertThat(rows()).isPositive();
  }

  @Test
  void aRepositoryThatIsGoneIsWaitedForAndNothingIsLost() throws Exception {
    Instant before = earliest();
    Path elsewhere = repository.resolveSibling("moved-" + id);
    Files.move(repository, elsewhere);
    fillSegment();
    awaitProtection("Impaired");
    assertThat(info("Continuous Protection")).contains("is not there");
    Files.move(elsewhere, repository);
    awaitOn();
    assertThat(gaps("true")).isZero();
    assertThat(earliest()).isEqualTo(before);
  }

  @Test
  void aRepositoryThatIsLostIsMadeAnewAndTheLossIsRecorded() throws Exception {
    Instant began = Instant.now();
    run("rm", "-rf", repository.toString());
    await()
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .untilAsserted(() -> {
          fillSegment();
          assertThat(gaps("reason = 'the repository was lost'")).isOne();
        });
    awaitOn();
    assertThat(gaps("lineage_gap.ended_at is null")).isZero();
    assertThat(earliest()).isAfter(began);
  }

  @Test
  void aRepositoryThatIsSlowIsSaidToBeSo() throws SQLException {
    var stopped = new java.util.HashSet<Long>();
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(POLL)
          .untilAsserted(() -> {
            write("insert into kept default values");
            for (long pid : senders()) {
              run("kill", "-STOP", Long.toString(pid));
              stopped.add(pid);
            }
            assertThat(info("Continuous Protection")).startsWith("Impaired");
          });
      assertThat(stopped).isNotEmpty();
    } finally {
      stopped.forEach(pid -> ProcessHandle.of(pid).ifPresent(process -> cont(pid)));
    }
    awaitOn();
    assertThat(gaps("true")).isZero();
  }

  // --- what is asked ---

  private String info(String item) {
    return SERVER
        .admin()
        .get("/client/v11/databases/" + id)
        .expect(200)
        .json()
        .path("info")
        .valueStream()
        .filter(line -> line.path("name").asString().equals(item))
        .map(line -> line.path("values").path(0).asString())
        .findFirst()
        .orElse("");
  }

  private void awaitProtection(String beginning) {
    await()
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .untilAsserted(() -> assertThat(info("Continuous Protection")).startsWith(beginning));
  }

  /** After failures the archiver sleeps for a minute, unless another file is complete. */
  private void awaitOn() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> {
          fillSegment();
          assertThat(info("Continuous Protection")).startsWith("On");
        });
  }

  private Instant earliest() {
    return SERVER
        .control()
        .withHandle(handle ->
            handle
                .createQuery("select earliest from lineage where database_id = :id")
                .bind("id", id)
                .mapTo(Instant.class)
                .one());
  }

  private int gaps(String condition) {
    return SERVER
        .control()
        .withHandle(handle ->
            handle
                .createQuery(
                    "select count(*) from lineage_gap join lineage on lineage.id = lineage_id"
                        + " where database_id = :id and "
                        + condition)
                .bind("id", id)
                .mapTo(Integer.class)
                .one());
  }

  private long waiting() {
    return SERVER.host().clusters().archiveStatus(id).waiting();
  }

  private List<Long> senders() {
    String settings = SERVER.host().clusters().directory(id).toString();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains("archive-push"))
        .filter(process -> process.info().commandLine().orElse("").contains(settings))
        .filter(process -> process.info().command().orElse("").contains("pgbackrest"))
        .map(ProcessHandle::pid)
        .toList();
  }

  // --- what is done ---

  private Connection connect() throws SQLException {
    java.net.URI uri = java.net.URI.create(url);
    String[] user = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s?sslmode=require"
            .formatted(uri.getHost(), uri.getPort(), uri.getPath()),
        user[0],
        user[1]);
  }

  private void write(String statement) throws SQLException {
    try (Connection connection = connect();
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  private long rows() throws SQLException {
    try (Connection connection = connect();
        Statement sql = connection.createStatement();
        var rows = sql.executeQuery("select count(*) from kept")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static long position(Statement statement) throws SQLException {
    try (var rows = statement.executeQuery("select pg_current_wal_lsn() - '0/0'::pg_lsn")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** A commit, and the file of the write-ahead log it is in completed. */
  private void fillSegment() throws SQLException {
    write("insert into kept default values");
    try (Connection connection = SERVER.host().clusters().connections(id).superuser("postgres");
        Statement sql = connection.createStatement()) {
      sql.execute("select pg_switch_wal()");
    }
  }

  private static void cont(long pid) {
    run("kill", "-CONT", Long.toString(pid));
  }

  private static void run(Object... words) {
    Command.of(words).run();
  }
}
