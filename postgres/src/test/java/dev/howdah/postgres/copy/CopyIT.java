package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.Configured;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.Signal;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.ScramVerifier;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.LoginActivity;
import dev.howdah.postgres.tenant.Preset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopyIT {

  private final TestHost test = TestHost.open();
  private final Clusters clusters = test.host().clusters();

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void aForkUnderLoadHasEveryCommitUpToItsMomentAndNoneAfter() throws Exception {
    TestDatabase source = test.database();
    try (Writer writer = new Writer(source)) {
      await().until(() -> writer.acknowledged() > 200);
      long before = writer.acknowledged();
      List<long[]> told = Collections.synchronizedList(new ArrayList<>());
      ClusterSpec spec = specOf(source);
      clusters.copy(spec, live(source), (done, total) -> told.add(new long[] {done, total}));
      long after = writer.begun();
      await().until(() -> writer.acknowledged() > after + 50);
      Recovery recovery = clusters.recover(spec.id(), Progress.NONE);
      assertThat(recovery.clamped()).isFalse();
      TestDatabase fork = rekeyed(spec);
      long rows = assertUnbroken(fork);
      assertThat(rows).isBetween(before, after);
      assertThat(writer.failures()).isEmpty();
      assertThat(told).isNotEmpty().allMatch(step -> step[0] <= step[1]);
      assertThat(told.getLast()[0]).isEqualTo(told.getLast()[1]).isGreaterThan(5_000_000);
      // A copy of the copy, and both can be written to.
      ClusterSpec second = specOf(fork);
      clusters.copy(second, live(fork), Progress.NONE);
      assertThat(clusters.recover(second.id(), Progress.NONE).end().value()).isPositive();
      TestDatabase forkOfFork = rekeyed(second);
      assertThat(assertUnbroken(forkOfFork)).isEqualTo(rows);
      for (TestDatabase copy : List.of(fork, forkOfFork)) {
        try (TestSession session = copy.connect()) {
          session.run("INSERT INTO numbered VALUES (-1, 'its own')");
        }
      }
      try (TestSession session = source.connect()) {
        assertThat(session.run("SELECT count(*) FROM numbered WHERE n < 0")).containsExactly("0");
      }
    }
    try (Session control = new Session(source.control().superuser("postgres"))) {
      assertThat(control.number("SELECT count(*) FROM pg_replication_slots")).isZero();
    }
    assertSound(source.spec());
  }

  @Test
  void whatIsTornDownAtAnyInstructionIsTakenUpAgain() throws Exception {
    TestDatabase source = test.database();
    try (TestSession session = source.connect()) {
      session.run("CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i");
    }
    ClusterSpec spec = specOf(source);
    Path home = clusters.directory(spec.id());
    for (int delay : List.of(500, 700, 900, 1100, 1400, 1800)) {
      Process howdah =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  RestlessCopier.class.getName(),
                  test.root().toString(),
                  source.spec().id().toString(),
                  spec.id().toString(),
                  Integer.toString(spec.port()),
                  spec.database())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Thread.sleep(delay);
      howdah.destroyForcibly().waitFor();
      clusters.copy(spec, live(source), Progress.NONE);
      Recovery first = clusters.recover(spec.id(), Progress.NONE);
      assertThat(clusters.recover(spec.id(), Progress.NONE)).isEqualTo(first);
      try (Session control = new Session(clusters.connections(spec.id()).superuser(name(source)))) {
        assertThat(control.number("SELECT count(*) FROM public.t")).isEqualTo(1000);
      }
      clusters.destroy(spec.id());
      try (var remains = Files.list(home.getParent())) {
        assertThat(remains)
            .noneMatch(p -> p.getFileName().toString().contains(home.getFileName() + ""));
      }
    }
    await()
        .untilAsserted(() -> {
          try (Session control = new Session(source.control().superuser("postgres"))) {
            assertThat(control.number("SELECT count(*) FROM pg_replication_slots")).isZero();
          }
        });
  }

  @Test
  void aRecoveryWhoseServerIsKilledGoesOn() throws Exception {
    TestDatabase source = test.database();
    ClusterSpec spec = specOf(source);
    clusters.copy(spec, live(source), Progress.NONE);
    Thread supervisor = Thread.ofVirtual().start(() -> clusters.start(spec.id()));
    await()
        .pollInterval(java.time.Duration.ofMillis(1))
        .until(() ->
            clusters.state(spec.id()) instanceof ClusterState.Starting
                || clusters.state(spec.id()) instanceof ClusterState.Running);
    switch (clusters.state(spec.id())) {
      case ClusterState.Starting starting -> Signal.KILL.send(starting.pid());
      case ClusterState.Running running -> Signal.KILL.send(running.pid());
      default -> throw new AssertionError();
    }
    supervisor.join();
    assertThat(clusters.recover(spec.id(), Progress.NONE).clamped()).isFalse();
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Running.class);
  }

  @Test
  void nobodyGetsInUntilTheLoginsAreItsOwn() throws Exception {
    TestDatabase source = test.database();
    source.sql().createCredential(new Identifier("analyst"), login("analyst1"), Preset.READONLY, 5);
    source.sql().createCredential(new Identifier("worker"), login("worker1"), Preset.READWRITE, 5);
    try (TestSession owner = source.connect();
        TestSession worker = source.connect("worker1", "Secret0worker1")) {
      owner.run("CREATE TABLE t (a int); GRANT CREATE ON SCHEMA public TO worker");
      worker.run("CREATE TABLE public.mine (a int)");
      owner.run("SET ROLE NONE; GRANT CREATE ON SCHEMA public TO SESSION_USER");
    }
    test.host()
        .replication(source.spec().id())
        .admit("howdah_follower_x", ScramVerifier.of("Secret0"), "howdah_x");
    try (TestSession owner = source.connect()) {
      owner.run("GRANT SELECT ON t TO howdah_follower_x");
    }
    source.sql().restrict();
    ClusterSpec spec = specOf(source);
    clusters.copy(spec, live(source), Progress.NONE);
    clusters.recover(spec.id(), Progress.NONE);
    TestDatabase fork = new TestDatabase(test.host(), spec, "fresh", "Secret0fresh");
    assertThatThrownBy(() -> fork.connect(source.user(), source.password()))
        .hasMessageContaining("pg_hba.conf");
    assertThat(fork.sql().credentials()).containsExactly("analyst", "worker");
    for (int i = 0; i < 2; i++) {
      fork.sql().rekey(Map.of("default", login("fresh"), "analyst", login("analyst2")), 7);
    }
    assertThatThrownBy(() -> fork.sql().rekey(Map.of("nobody", login("nobody1")), 7))
        .hasMessageContaining("no credential");
    clusters.configure(spec);
    assertThat(fork.sql().logins())
        .extracting(LoginActivity::name)
        .containsExactlyInAnyOrder("fresh", "analyst2");
    assertThat(fork.sql().restricted()).isFalse();
    assertThatThrownBy(() -> fork.connect(source.user(), source.password()))
        .isInstanceOf(SQLException.class);
    try (TestSession owner = fork.connect();
        TestSession analyst = fork.connect("analyst2", "Secret0analyst2")) {
      owner.run("INSERT INTO t VALUES (1); CREATE TABLE made (a int)");
      assertThat(analyst.run("SELECT count(*) FROM public.t")).containsExactly("1");
      assertThat(owner.run("SELECT tableowner FROM pg_tables WHERE tablename = 'mine'"))
          .containsExactly("worker");
      assertThat(owner.run("SELECT count(*) FROM pg_roles WHERE rolname LIKE '%follower%'"))
          .containsExactly("0");
    }
  }

  @Test
  void theFilesBelongToTheNewServerAloneAndTheRecoveryIsOver() throws Exception {
    TestDatabase source = test.database();
    try (TestSession session = source.connect()) {
      session.run("CREATE UNLOGGED TABLE u AS SELECT 1 AS a; CREATE TABLE l AS SELECT 1 AS a");
    }
    ClusterSpec spec = specOf(source);
    clusters.copy(spec, live(source), Progress.NONE);
    clusters.recover(spec.id(), Progress.NONE);
    Path data = clusters.directory(spec.id()).resolve("data");
    int uid = (Integer) Files.getAttribute(data, "unix:uid");
    assertThat(Command.of("find", data, "-not", "-uid", uid).run()).isEmpty();
    if (ServerAccount.current().uid() == 0) {
      Path origin = clusters.directory(source.spec().id()).resolve("data");
      assertThat(Files.getAttribute(origin, "unix:uid")).isNotEqualTo(uid);
    }
    clusters.restart(spec.id());
    try (Session control = new Session(clusters.connections(spec.id()).superuser(name(source)))) {
      assertThat(
              control.rows(
                  "SELECT current_setting('recovery_target') || current_setting('restore_command')",
                  row -> row.getString(1)))
          .containsExactly("");
      assertThat(control.number("SELECT count(*) FROM public.u")).isZero();
      assertThat(control.number("SELECT count(*) FROM public.l")).isEqualTo(1);
      assertThat(control.number("SELECT timeline_id FROM pg_control_checkpoint()")).isEqualTo(2);
    }
    // A recovery that nobody configured is not begun.
    clusters.stop(spec.id(), StopMode.FAST);
    Files.createFile(data.resolve("recovery.signal"));
    assertThatThrownBy(() -> clusters.start(spec.id())).hasMessageContaining("asks for a recovery");
  }

  @Test
  void whatIsNoFileIsNotFollowedAndAStoppedSourceIsNoSource() throws Exception {
    TestDatabase source = test.database();
    Path link = clusters.directory(source.spec().id()).resolve("data/base/1/99999");
    Files.createSymbolicLink(link, Path.of("/etc/shadow"));
    ClusterSpec spec = specOf(source);
    assertThatThrownBy(() -> clusters.copy(spec, live(source), Progress.NONE))
        .isInstanceOf(PostgresException.class)
        .hasMessageContaining("no file");
    Files.delete(link);
    clusters.stop(source.spec().id(), StopMode.FAST);
    assertThatThrownBy(() -> clusters.copy(spec, live(source), Progress.NONE))
        .hasMessageContaining("does not run");
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Absent.class);
    assertThatThrownBy(() -> clusters.recover(spec.id(), Progress.NONE))
        .hasMessageContaining("there is no cluster");
    clusters.start(source.spec().id());
    clusters.copy(spec, live(source), Progress.NONE);
  }

  /** The number of rows, none of them missing or there twice. */
  private static long assertUnbroken(TestDatabase database) throws SQLException {
    assertSound(database);
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT sum(balance) FROM account")).containsExactly("0");
      String[] counts =
          session
              .run("SELECT count(*), max(n), min(n) FROM numbered WHERE n > 0")
              .getFirst()
              .split("\\|", -1);
      assertThat(counts[0]).isEqualTo(counts[1]);
      return Long.parseLong(counts[0]);
    }
  }

  private static void assertSound(TestDatabase database) {
    assertSound(database.host(), database.spec());
  }

  private void assertSound(ClusterSpec spec) {
    assertSound(test.host(), spec);
  }

  private static void assertSound(dev.howdah.postgres.PostgresHost host, ClusterSpec spec) {
    Path amcheck = host.installations().require(spec.major()).program("pg_amcheck");
    if (!Files.exists(amcheck)) {
      return;
    }
    Path sockets = host.clusters().directory(spec.id()).resolve("run");
    // Ends with an error when it finds any.
    Command.of(
            amcheck,
            "--install-missing",
            "--heapallindexed",
            "-h",
            sockets,
            "-p",
            spec.port(),
            "-U",
            "postgres",
            spec.database())
        .run();
  }

  private ClusterSpec specOf(TestDatabase source) {
    return test.spec().withDatabase(source.spec().database());
  }

  private TestDatabase rekeyed(ClusterSpec spec) {
    TestDatabase database =
        new TestDatabase(test.host(), spec, "u" + spec.port(), "Secret0u" + spec.port());
    database.sql().rekey(Map.of("default", login(database.user())), 20);
    assertThat(clusters.configure(spec)).isEqualTo(Configured.IN_FORCE);
    return database;
  }

  private static String name(TestDatabase database) {
    return database.spec().database();
  }

  private static Origin live(TestDatabase database) {
    return new Origin.Live(database.spec().id());
  }

  private static Login login(String name) {
    return Login.of(name, "Secret0" + name);
  }
}
