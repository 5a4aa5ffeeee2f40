package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.Signal;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.version.Installation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClustersIT {

  private final TestHost test = TestHost.open();
  private final Clusters clusters = test.host().clusters();

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void goesThroughItsLife() throws Exception {
    ClusterSpec spec = test.spec();
    UUID id = spec.id();
    assertThat(clusters.state(id)).isInstanceOf(ClusterState.Absent.class);
    assertThatThrownBy(() -> clusters.start(id)).isInstanceOf(StartFailedException.class);
    clusters.create(spec);
    clusters.create(spec);
    assertThat(clusters.list()).contains(id);
    assertThat(clusters.state(id)).isInstanceOf(ClusterState.Stopped.class);
    clusters.start(id);
    clusters.start(id);
    assertThat(clusters.state(id)).isInstanceOf(ClusterState.Running.class);
    clusters.restart(id);
    clusters.stop(id, StopMode.FAST);
    clusters.stop(id, StopMode.IMMEDIATE);
    assertThat(clusters.state(id)).isInstanceOf(ClusterState.Stopped.class);
    clusters.start(id);
    clusters.destroy(id);
    clusters.destroy(id);
    assertThat(clusters.state(id)).isInstanceOf(ClusterState.Absent.class);
    assertThat(clusters.directory(id)).doesNotExist();
  }

  @Test
  void anotherHowdahFindsTheServersOfTheFirst() {
    ClusterSpec spec = test.running();
    PostgresHost second = test.reopened();
    assertThat(second.clusters().list()).contains(spec.id());
    assertThat(second.clusters().state(spec.id())).isEqualTo(clusters.state(spec.id()));
    second.clusters().stop(spec.id(), StopMode.FAST);
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Stopped.class);
  }

  @Test
  void theServerIsNotInOurSessionNorHoldsOurTerminal() throws Exception {
    ClusterSpec spec = test.running();
    long pid = pid(spec);
    String[] stat = Files.readString(Path.of("/proc/" + pid + "/stat")).split(" ", -1);
    assertThat(stat[5]).as("session").isEqualTo(Long.toString(pid));
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/0"))).hasToString("/dev/null");
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/2")))
        .isEqualTo(clusters.logFile(spec.id()));
  }

  @Test
  void aKilledServerIsSeenAsFailedAndComesBackWithItsData() throws Exception {
    TestDatabase database = test.database();
    UUID id = database.spec().id();
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    }
    Signal.KILL.send(pid(database.spec()));
    await().until(() -> clusters.state(id) instanceof ClusterState.Failed);
    clusters.start(id);
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT a FROM t")).containsExactly("1");
    }
  }

  @Test
  void sessionsLeftBehindByAKilledServerAreEndedBeforeANewOneStarts() throws Exception {
    TestDatabase database = test.database();
    UUID id = database.spec().id();
    CountDownLatch begun = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try (TestSession session = database.connect()) {
            begun.countDown();
            // Busy, so that it does not notice its postmaster's end.
            session.run("SELECT count(*) FROM generate_series(1, 2000000000)");
          } catch (Exception expected) {
            // Its server is killed under it.
          }
        });
    begun.await();
    await()
        .until(() -> {
          try (Session control = new Session(database.control().superuser("postgres"))) {
            return control.exists(
                "SELECT FROM pg_stat_activity WHERE state = 'active' AND usename = ?",
                database.user());
          }
        });
    Signal.KILL.send(pid(database.spec()));
    await().until(() -> clusters.state(id) instanceof ClusterState.Failed);
    clusters.start(id);
    assertThat(clusters.state(id)).isInstanceOf(ClusterState.Running.class);
  }

  @Test
  void aLongLogKeepsItsEndAndItsWriter() throws Exception {
    ClusterSpec spec = test.running();
    Path log = clusters.logFile(spec.id());
    Files.writeString(log, "0123456789\n".repeat(1_000_000), StandardOpenOption.APPEND);
    Files.writeString(log, "the end\n", StandardOpenOption.APPEND);
    long length = Files.size(log);
    clusters.trimLog(spec.id(), 20_000_000);
    assertThat(onDisk(log)).isGreaterThanOrEqualTo(10_000_000);
    clusters.trimLog(spec.id(), 4_000_000);
    assertThat(onDisk(log)).isBetween(2_000_000L, 4_000_000L);
    assertThat(Files.size(log)).as("positions stay").isEqualTo(length);
    assertThat(Files.readString(log)).startsWith("\0\0\0").endsWith("0123456789\nthe end\n");
    clusters.stop(spec.id(), StopMode.FAST);
    assertThat(Files.readString(log)).contains("database system is shut down");
  }

  private static long onDisk(Path file) {
    return 512 * Long.parseLong(Command.of("stat", "-c", "%b", file).run().strip());
  }

  @Test
  void nothingThatAServerStartedOutlivesItsRemoval() throws Exception {
    Assumptions.assumeTrue(CurrentUser.isRoot(), "only root gives servers users of their own");
    ClusterSpec spec = test.running();
    List<String> status = Files.readAllLines(Path.of("/proc/" + pid(spec) + "/status"));
    assertThat(status).contains("NoNewPrivs:\t1", "CapBnd:\t0000000000000000");
    int uid = (Integer) Files.getAttribute(Path.of("/proc/" + pid(spec)), "unix:uid");
    List<String> words = new java.util.ArrayList<>(new ServerAccount(uid, uid).prefix());
    words.addAll(List.of("sleep", "600"));
    Process stray = new ProcessBuilder(words).directory(Path.of("/").toFile()).start();
    await()
        .until(() -> Files.getAttribute(Path.of("/proc/" + stray.pid()), "unix:uid").equals(uid));
    clusters.destroy(spec.id());
    assertThat(stray.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
  }

  /** The data directory is its server's user's, and so is what lies in it. */
  @Test
  void whatLiesInThePlaceOfThePidFileHoldsNobodyUp() throws Exception {
    ClusterSpec spec = test.running();
    Path pidFile = clusters.directory(spec.id()).resolve("data/postmaster.pid");
    Path secret = Files.writeString(test.root().resolve("secret"), pid(spec) + "\n");
    for (List<String> command :
        List.of(
            List.of("mkfifo", pidFile.toString()),
            List.of("ln", "-s", secret.toString(), pidFile.toString()),
            List.of("mkdir", pidFile.toString()))) {
      Files.delete(pidFile);
      Command.of(command.toArray()).run();
      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () ->
              assertThat(clusters.state(spec.id()))
                  .as(command.toString())
                  .isInstanceOf(ClusterState.Failed.class));
    }
    Files.delete(pidFile);
    Files.writeString(pidFile, Files.readString(secret).strip() + "\n\n" + Long.MAX_VALUE + "\n");
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Failed.class);
    clusters.start(spec.id());
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Running.class);
  }

  @Test
  void aPidFileWhoseNumberBelongsToSomebodyElseFoolsNobody() throws Exception {
    ClusterSpec spec = test.running();
    Path pidFile = clusters.directory(spec.id()).resolve("data/postmaster.pid");
    List<String> lines = Files.readAllLines(pidFile);
    Signal.KILL.send(pid(spec));
    await().until(() -> clusters.state(spec.id()) instanceof ClusterState.Failed);
    // Our own process lives, and is no server of this directory.
    lines = new java.util.ArrayList<>(lines);
    lines.set(0, Long.toString(ProcessHandle.current().pid()));
    Files.write(pidFile, lines);
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Failed.class);
    clusters.start(spec.id());
    assertThat(pid(spec)).isNotEqualTo(ProcessHandle.current().pid());
    // Another server is a PostgreSQL, but not in this directory.
    ClusterSpec other = test.running();
    Signal.KILL.send(pid(spec));
    await().until(() -> clusters.state(spec.id()) instanceof ClusterState.Failed);
    lines.set(0, Long.toString(pid(other)));
    Files.write(pidFile, lines);
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Failed.class);
    clusters.start(spec.id());
    assertThat(pid(spec)).isNotEqualTo(pid(other));
    assertThat(clusters.state(other.id())).isInstanceOf(ClusterState.Running.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "99999999999999999999\n", "12\nx\ny\n"})
  void aDamagedPidFileIsNoObstacle(String content) throws Exception {
    ClusterSpec spec = test.spec();
    clusters.create(spec);
    Files.writeString(clusters.directory(spec.id()).resolve("data/postmaster.pid"), content);
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Failed.class);
    clusters.start(spec.id());
    clusters.destroy(spec.id());
  }

  @Test
  void saysWhyAServerDidNotStart() throws Exception {
    ClusterSpec spec = test.spec();
    clusters.create(spec);
    try (ServerSocket taken = new ServerSocket(spec.port(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertThatThrownBy(() -> clusters.start(spec.id()))
          .isInstanceOf(StartFailedException.class)
          .hasMessageContaining("Address already in use")
          .hasMessageNotContaining("\n");
    }
    clusters.configure(with(spec, Map.of("shared_buffers", "lots")));
    assertThatThrownBy(() -> clusters.start(spec.id()))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("shared_buffers");
    clusters.configure(spec);
    clusters.start(spec.id());
  }

  @Test
  void aHalfMadeClusterIsNoneAndIsMadeAnew() throws Exception {
    ClusterSpec spec = test.spec();
    Path partial = clusters.directory(spec.id()).resolveSibling(spec.id() + NewCluster.PARTIAL);
    Files.createDirectories(partial.resolve("data/base"));
    Files.writeString(partial.resolve("data/PG_VERSION"), "1");
    assertThat(clusters.list()).doesNotContain(spec.id());
    clusters.create(spec);
    assertThat(partial).doesNotExist();
    clusters.start(spec.id());
    Files.createDirectories(partial);
    clusters.destroy(spec.id());
    assertThat(partial).doesNotExist();
  }

  @Test
  void aClusterWithoutItsMarkIsKept() throws Exception {
    ClusterSpec spec = test.spec();
    clusters.create(spec);
    Path home = clusters.directory(spec.id());
    Path facts = home.resolve("cluster.properties");
    String another = Files.readString(facts).replaceFirst("boot=.*", "boot=another");
    Files.writeString(facts, another);
    Path witness = Files.createFile(home.resolve("conf/witness"));
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Failed.class);
    clusters.create(spec);
    clusters.start(spec.id());
    assertThat(witness).exists();
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Running.class);
    clusters.stop(spec.id(), StopMode.FAST);
    Files.delete(home.resolve("durable"));
    clusters.start(spec.id());
    assertThat(witness).exists();
    clusters.stop(spec.id(), StopMode.FAST);
    Files.delete(home.resolve("durable"));
    Files.write(home.resolve("data/global/pg_control"), new byte[100]);
    assertThatThrownBy(() -> clusters.create(spec)).hasMessageContaining("not complete");
    assertThatThrownBy(() -> clusters.start(spec.id())).hasMessageContaining("not complete");
    assertThat(witness).exists();
    clusters.destroy(spec.id());
  }

  @Test
  void everyClusterHasAnIdentifierOfItsOwnAndSoundFiles() {
    Installation installation = test.host().installations().newest().orElseThrow();
    Set<String> identifiers = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      ClusterSpec spec = test.spec();
      if (i % 2 == 0) {
        spec = with(spec, WalSegmentSize.SIXTEEN_MEGABYTES);
      }
      clusters.create(spec);
      Path data = clusters.directory(spec.id()).resolve("data");
      assertThat(identifiers.add(SystemIdentifier.read(installation, data))).isTrue();
      Command.of(installation.program("pg_checksums"), "--check", "-D", data).run();
      String wal = Command.of("ls", data.resolve("pg_wal")).run().lines().findFirst().orElseThrow();
      // The tool refuses a file whose identifier or checksum is not right.
      assertThat(
              Command.of(
                      installation.program("pg_waldump"), "-n", "1", data.resolve("pg_wal/" + wal))
                  .run())
          .contains("rmgr");
      clusters.start(spec.id());
      clusters.destroy(spec.id());
    }
  }

  @Test
  void aChangedSpecificationIsInForceOrWaitsForARestart() throws Exception {
    ClusterSpec spec = test.running();
    assertThat(clusters.configure(spec)).isEqualTo(Configured.IN_FORCE);
    assertThat(clusters.configure(with(spec, Map.of("work_mem", "7MB"))))
        .isEqualTo(Configured.IN_FORCE);
    assertThat(setting(spec, "work_mem")).isEqualTo("7MB");
    ClusterSpec bigger = with(spec, Map.of("shared_buffers", "20MB"));
    assertThat(clusters.configure(bigger)).isEqualTo(Configured.RESTART_REQUIRED);
    assertThat(clusters.configure(bigger)).isEqualTo(Configured.RESTART_REQUIRED);
    clusters.restart(spec.id());
    assertThat(clusters.configure(bigger)).isEqualTo(Configured.IN_FORCE);
    assertThat(setting(spec, "shared_buffers")).isEqualTo("20MB");
    assertThat(setting(spec, "work_mem")).isEqualTo("4MB");
  }

  @Test
  void aSmallPlanFitsAClusterMadeForALargeOne() throws Exception {
    ClusterSpec spec = test.spec();
    ClusterSpec large =
        new ClusterSpec(
            spec.id(),
            spec.major(),
            spec.port(),
            spec.database(),
            spec.listenAddresses(),
            spec.hostNames(),
            WalSegmentSize.SIXTEEN_MEGABYTES,
            spec.connectionLimit(),
            spec.extensions(),
            spec.settings(),
            spec.userSettings(),
            spec.archiving());
    clusters.create(large);
    clusters.start(spec.id());
    clusters.configure(with(spec, Map.of("min_wal_size", "5MB", "max_wal_size", "20MB")));
    clusters.restart(spec.id());
    assertThat(setting(spec, "min_wal_size")).isEqualTo("32MB");
    assertThat(setting(spec, "max_wal_size")).isEqualTo("32MB");
    assertThat(setting(spec, "wal_segment_size")).isEqualTo("16MB");
  }

  @Test
  void ownersSettingsAreInForceAtOnce() throws Exception {
    TestDatabase database = test.database();
    UserSettings settings =
        UserSettings.defaults()
            .with("log-statement", "all")
            .with("log-min-duration-statement", "17")
            .with("auto-explain", "true")
            .with("auto-explain.log-min-duration", "0");
    assertThat(clusters.configure(with(database.spec(), settings))).isEqualTo(Configured.IN_FORCE);
    try (TestSession session = database.connect()) {
      session.run("SELECT 'told' AS story");
      assertThat(session.run("SHOW log_min_duration_statement")).containsExactly("17ms");
    }
    await()
        .untilAsserted(() ->
            assertThat(Files.readString(clusters.logFile(database.spec().id())))
                .contains("execute <unnamed>: SELECT 'told' AS story", "plan:", "Query Text:"));
  }

  @Test
  void certificatesNameTheHostsAndFollowTheSpecification() throws Exception {
    ClusterSpec spec = test.running();
    Path file = clusters.directory(spec.id()).resolve("conf/server.crt");
    String before = Files.readString(file);
    clusters.configure(spec);
    assertThat(Files.readString(file)).isEqualTo(before);
    clusters.configure(
        new ClusterSpec(
            spec.id(),
            spec.major(),
            spec.port(),
            spec.database(),
            spec.listenAddresses(),
            List.of("db.example.com", "new.example.com"),
            spec.walSegmentSize(),
            spec.connectionLimit(),
            spec.extensions(),
            spec.settings(),
            spec.userSettings(),
            spec.archiving()));
    assertThat(Files.readString(file)).isNotEqualTo(before);
  }

  @Test
  void worksUnderADirectoryTooDeepForASocket() throws Exception {
    Path deep = test.root().resolve("x".repeat(60)).resolve("y".repeat(60));
    Files.createDirectories(deep);
    Command.of("chmod", "-R", "0711", test.root().resolve("x".repeat(60))).run();
    PostgresHost host = PostgresHost.open(deep, java.time.Clock.systemUTC());
    ClusterSpec spec = test.spec();
    host.clusters().create(spec);
    host.clusters().start(spec.id());
    try (Session session =
        new Session(host.clusters().connections(spec.id()).superuser("postgres"))) {
      assertThat(session.number("SELECT 1")).isEqualTo(1);
    }
    host.clusters().destroy(spec.id());
  }

  @Test
  void manyAreMadeAtOnce() throws Exception {
    List<ClusterSpec> specs = java.util.stream.Stream.generate(test::spec).limit(6).toList();
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      for (ClusterSpec spec : specs) {
        var _ =
            threads.submit(() -> {
              clusters.create(spec);
              clusters.start(spec.id());
            });
      }
    }
    assertThat(specs)
        .allSatisfy(
            spec -> assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Running.class));
    specs.forEach(spec -> clusters.destroy(spec.id()));
  }

  @Test
  void aCreateThatIsKilledAnywhereIsRepeatedWithoutAnyTrace() throws Exception {
    ClusterSpec spec = test.spec();
    for (int delay : List.of(250, 300, 350, 400, 450, 500, 600)) {
      Process howdah =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  RestlessHowdah.class.getName(),
                  test.root().toString(),
                  spec.id().toString(),
                  Integer.toString(spec.port()),
                  spec.database())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Thread.sleep(delay);
      howdah.destroyForcibly().waitFor();
      clusters.create(spec);
      clusters.start(spec.id());
      assertThat(setting(spec, "cluster_name")).isEqualTo(spec.id().toString());
      clusters.destroy(spec.id());
      try (var remains = Files.list(clusters.directory(spec.id()).getParent())) {
        assertThat(remains)
            .noneMatch(path -> path.getFileName().toString().startsWith(spec.id().toString()));
      }
    }
  }

  private long pid(ClusterSpec spec) {
    return ((ClusterState.Running) clusters.state(spec.id())).pid();
  }

  private String setting(ClusterSpec spec, String name) throws Exception {
    try (Session session = new Session(clusters.connections(spec.id()).monitor("postgres"))) {
      return session.rows("SELECT current_setting(?)", row -> row.getString(1), name).getFirst();
    }
  }

  private static ClusterSpec with(ClusterSpec spec, Map<String, String> settings) {
    return copy(spec, spec.walSegmentSize(), new HashMap<>(settings), spec.userSettings());
  }

  private static ClusterSpec with(ClusterSpec spec, WalSegmentSize size) {
    return copy(spec, size, spec.settings(), spec.userSettings());
  }

  private static ClusterSpec with(ClusterSpec spec, UserSettings settings) {
    return copy(spec, spec.walSegmentSize(), spec.settings(), settings);
  }

  private static ClusterSpec copy(
      ClusterSpec spec, WalSegmentSize size, Map<String, String> settings, UserSettings user) {
    return new ClusterSpec(
        spec.id(),
        spec.major(),
        spec.port(),
        spec.database(),
        spec.listenAddresses(),
        spec.hostNames(),
        size,
        spec.connectionLimit(),
        spec.extensions(),
        settings,
        user,
        spec.archiving());
  }
}
