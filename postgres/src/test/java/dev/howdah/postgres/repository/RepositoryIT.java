package dev.howdah.postgres.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.cluster.ArchiveStatus;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.Configured;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.os.Signal;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Histories of real clusters in real repositories. */
class RepositoryIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration ROUSING = Duration.ofSeconds(1);

  private static TestHost test;

  @BeforeAll
  static void open() {
    test = TestHost.open();
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @Test
  void whatWasArchivedIsRestoredElsewhere() throws Exception {
    Archiving archiving = archiving();
    ClusterSpec spec = running(archiving);
    Repository repository = repository(archiving);
    run(spec, "CREATE TABLE public.t AS SELECT generate_series(1, 1000) AS n");
    List<Long> heard = Collections.synchronizedList(new ArrayList<>());
    BaseCopy base =
        repository.takeBase(spec.id(), BaseCopy.Kind.FULL, (done, total) -> heard.add(done));
    assertThat(base.kind()).isEqualTo(BaseCopy.Kind.FULL);
    assertThat(heard).isSorted().hasSizeGreaterThan(2).last().isNotEqualTo(0L);
    run(spec, "INSERT INTO public.t SELECT generate_series(1001, 3000)");
    archiveEverything(spec);

    Path home = test.root().resolve("restored");
    ServerAccount owner = ServerAccounts.detect().forPort(spec.port() + 1);
    OwnedFiles.directory(home, owner, "rwx------");
    Path data = home.resolve("data");
    OwnedFiles.directory(data, owner, "rwx------");
    List<Long> restored = Collections.synchronizedList(new ArrayList<>());
    repository.restore(base, data, owner, (done, total) -> restored.add(done));
    assertThat(restored).last().isEqualTo(base.bytes());
    assertThat(data.resolve("recovery.signal")).doesNotExist();
    repository.fetchWal(base, data.resolve("pg_wal"), owner, Progress.NONE);
    repository.fetchWal(base, data.resolve("pg_wal"), owner, Progress.NONE);
    assertThat(recovered(spec, home, owner, "SELECT count(*) FROM public.t")).isEqualTo(3000);
  }

  @Test
  void anIncrementNeedsItsBaseAndExpiryKeepsWhatReachesBack() throws Exception {
    Archiving archiving = archiving();
    ClusterSpec spec = running(archiving);
    Repository repository = repository(archiving);
    BaseCopy old = repository.takeBase(spec.id(), BaseCopy.Kind.INCREMENTAL, Progress.NONE);
    assertThat(old.kind()).isEqualTo(BaseCopy.Kind.FULL);
    BaseCopy full = repository.takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE);
    BaseCopy increment = repository.takeBase(spec.id(), BaseCopy.Kind.INCREMENTAL, Progress.NONE);
    assertThat(increment.kind()).isEqualTo(BaseCopy.Kind.INCREMENTAL);

    repository.expire(Duration.ofDays(1));
    assertThat(repository.contents().bases()).containsExactly(old, full, increment);
    repository.expire(Duration.ZERO);
    Contents left = repository.contents();
    assertThat(left.bases()).containsExactly(full, increment);
    assertThat(left.firstSegment()).contains(full.firstSegment());
    // The repository still takes what comes.
    archiveEverything(spec);
  }

  @Test
  void aServersUserCanNeitherTouchBasesNorAnotherLineage() throws Exception {
    Assumptions.assumeTrue(ServerAccounts.detect() instanceof ServerAccounts.PerCluster);
    Archiving own = archiving();
    ClusterSpec spec = running(own);
    Archiving other = archiving();
    ClusterSpec stranger = running(other);
    repository(own).takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE);
    archiveEverything(stranger);
    ServerAccount account = ServerAccounts.detect().forPort(spec.port());
    Path home = test.root().resolve("repository").resolve(own.lineage().toString());
    Path foreign = test.root().resolve("repository").resolve(other.lineage().toString());
    for (Path forbidden :
        List.of(home.resolve("backup"), home.resolve("work"), home.resolve("facts"), foreign)) {
      assertThatThrownBy(() -> Command.of("ls", forbidden.resolve(".")).as(account).run())
          .isInstanceOf(PostgresException.class);
      assertThatThrownBy(() -> Command.of("rm", "-r", forbidden).as(account).run())
          .isInstanceOf(PostgresException.class);
    }
    Path info = home.resolve("archive/howdah/archive.info");
    assertThatThrownBy(() -> Command.of("rm", info).as(account).run())
        .isInstanceOf(PostgresException.class);
    assertThat(Command.of("wc", "-c", info).as(account).run()).isNotBlank();
    Path settings = test.host().clusters().directory(stranger.id()).resolve("conf/pgbackrest.conf");
    assertThatThrownBy(() -> Command.of("cat", settings).as(account).run())
        .isInstanceOf(PostgresException.class);
    assertThat(Files.readString(settings)).contains(other.passphrase());
    assertThat(everyFileBelow(home)).noneMatch(file -> contains(file, own.passphrase()));
    assertThat(CurrentUser.isRoot()).isTrue();
  }

  @Test
  void logWaitsForARepositoryThatIsGoneAndIsForgottenOnlyOnRequest() throws Exception {
    Archiving archiving = archiving();
    ClusterSpec spec = running(archiving);
    archiveEverything(spec);
    Path home = test.root().resolve("repository").resolve(archiving.lineage().toString());
    Path away = home.resolveSibling("away");
    Files.move(home, away);
    for (int i = 0; i < 3; i++) {
      rouse(spec);
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          ArchiveStatus status = status(spec);
          assertThat(status.failingSince()).isPresent();
          assertThat(status.waiting()).isGreaterThanOrEqualTo(3);
          assertThat(status.waitingBytes()).isEqualTo(status.waiting() << 20);
          assertThat(status.archived()).isLessThan(status.written());
        });
    test.host().clusters().beginGap(spec.id());
    await()
        .atMost(PATIENCE.multipliedBy(2))
        .pollInterval(ROUSING)
        .until(() -> status(spec).waiting() == 0 || rouse(spec));
    test.host().clusters().endGap(spec.id());
    Files.move(away, home);
    archiveEverything(spec);
    assertThat(status(spec).failingSince()).isEmpty();
    assertThat(repository(archiving).takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE).label())
        .isNotBlank();
  }

  @Test
  void killedWhileItWorksItIsDoneAgain() throws Exception {
    Archiving archiving = archiving();
    ClusterSpec spec = running(archiving);
    run(
        spec,
        "CREATE TABLE public.big AS SELECT n, md5(n::text) FROM generate_series(1, 300000) n");
    Repository repository = repository(archiving);
    CompletableFuture<BaseCopy> first =
        CompletableFuture.supplyAsync(
            () -> repository.takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE));
    Path work =
        test.root().resolve("repository").resolve(archiving.lineage().toString()).resolve("work");
    await().atMost(PATIENCE).until(() -> !processesIn(work).isEmpty());
    processesIn(work).forEach(Signal.KILL::send);
    assertThat(first).failsWithin(PATIENCE);
    // The archiver's helpers too, at any moment.
    for (int i = 0; i < 5; i++) {
      run(spec, "INSERT INTO public.big SELECT n, 'x' FROM generate_series(1, 20000) n");
      pushersOf(spec).forEach(Signal.KILL::send);
    }
    archiveEverything(spec);
    BaseCopy base = repository.takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE);
    assertThat(repository.contents().bases()).containsExactly(base);
  }

  @Test
  void archivingBeginsAndEndsWithARestart() throws Exception {
    ClusterSpec spec = test.running();
    Archiving archiving = archiving();
    ClusterSpec protectedSpec = spec.withArchiving(Optional.of(archiving));
    assertThat(test.host().clusters().configure(protectedSpec))
        .isEqualTo(Configured.RESTART_REQUIRED);
    test.host().clusters().restart(spec.id());
    archiveEverything(spec);
    assertThat(repository(archiving).contents().lastSegment()).isPresent();
    test.host().clusters().configure(spec);
    test.host().clusters().restart(spec.id());
    assertThat(test.host().clusters().directory(spec.id()).resolve("conf/pgbackrest.conf"))
        .doesNotExist();
    assertThat(test.host().repositories().list()).contains(archiving.lineage());
    repository(archiving).destroy();
    repository(archiving).destroy();
    assertThat(test.host().repositories().list()).doesNotContain(archiving.lineage());
  }

  @Test
  void aRepositoryIsNotSharedByTwoClusters() {
    Archiving archiving = archiving();
    running(archiving);
    archiveEverythingQuietly();
    ClusterSpec other = test.running();
    Path data = test.host().clusters().directory(other.id()).resolve("data");
    assertThatThrownBy(
            () -> repository(archiving).create(data, ServerAccounts.detect().forPort(other.port())))
        .isInstanceOf(PostgresException.class);
  }

  private static void archiveEverythingQuietly() {
    for (UUID id : test.host().clusters().list()) {
      try (Session session =
          new Session(test.host().clusters().connections(id).superuser("postgres"))) {
        session.rows("SELECT pg_switch_wal()", row -> row.getString(1));
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
    await()
        .atMost(PATIENCE)
        .until(() ->
            test.host().clusters().list().stream()
                .allMatch(id -> test.host().clusters().archiveStatus(id).waiting() == 0));
  }

  private static Archiving archiving() {
    return new Archiving(UUID.randomUUID(), "secret-" + UUID.randomUUID());
  }

  private static ClusterSpec running(Archiving archiving) {
    ClusterSpec spec = test.spec().withArchiving(Optional.of(archiving));
    test.host().clusters().create(spec);
    test.host().clusters().start(spec.id());
    return spec;
  }

  private static Repository repository(Archiving archiving) {
    return test.host().repositories().of(archiving);
  }

  private static ArchiveStatus status(ClusterSpec spec) {
    return test.host().clusters().archiveStatus(spec.id());
  }

  /**
   * After failures the archiver sleeps for a minute, unless a segment is completed; not done yet.
   */
  private static boolean rouse(ClusterSpec spec) throws SQLException {
    run(spec, "SELECT pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()");
    return false;
  }

  private static void run(ClusterSpec spec, String sql) throws SQLException {
    try (Session session =
        new Session(test.host().clusters().connections(spec.id()).superuser("postgres"))) {
      session.execute(sql);
    }
  }

  private static void archiveEverything(ClusterSpec spec) throws SQLException {
    run(spec, "SELECT pg_logical_emit_message(false, 'x', 'x')");
    Lsn written = status(spec).written();
    run(spec, "SELECT pg_switch_wal()");
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(ROUSING)
        .until(() -> status(spec).archived().compareTo(written) >= 0 || rouse(spec));
  }

  /** Starts a server on what was restored, lets it replay everything, and asks it one number. */
  private static long recovered(ClusterSpec spec, Path home, ServerAccount owner, String query)
      throws Exception {
    Path sockets = home.resolve("run");
    OwnedFiles.directory(sockets, owner, "rwx------");
    Path conf = home.resolve("conf");
    Files.createDirectories(conf);
    Path source = test.host().clusters().directory(spec.id()).resolve("conf");
    for (String file : List.of("pg_hba.conf", "pg_ident.conf")) {
      Files.copy(source.resolve(file), conf.resolve(file));
    }
    OwnedFiles.give(conf, owner);
    Path signal = Files.createFile(home.resolve("data/recovery.signal"));
    OwnedFiles.give(signal, owner);
    List<String> command = new ArrayList<>(owner.prefix());
    command.add(test.host().installations().require(spec.major()).program("postgres").toString());
    command.addAll(List.of("-D", home.resolve("data").toString(), "-c", "listen_addresses="));
    command.addAll(List.of("-c", "unix_socket_directories=" + sockets, "-p", "5555"));
    command.addAll(List.of("-c", "hba_file=" + conf.resolve("pg_hba.conf")));
    command.addAll(List.of("-c", "ident_file=" + conf.resolve("pg_ident.conf")));
    command.addAll(List.of("-c", "restore_command=/bin/false"));
    Process server =
        new ProcessBuilder(command)
            .directory(home.resolve("data").toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    try {
      ControlConnections connections = new ControlConnections(sockets, 5555, spec.major());
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> {
            try (Session session = new Session(connections.superuser("postgres"))) {
              return session.number("SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END") == 1;
            }
          });
      try (Session session = new Session(connections.superuser("postgres"))) {
        return session.number(query);
      }
    } finally {
      Signal.INTERRUPT.send(server.pid());
      server.waitFor();
    }
  }

  private static List<Long> processesIn(Path directory) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid)
          .filter(pid -> workingDirectory(pid).equals(Optional.of(directory)))
          .toList();
    }
  }

  private static List<Long> pushersOf(ClusterSpec spec) {
    String settings =
        test.host().clusters().directory(spec.id()).resolve("conf/pgbackrest.conf").toString();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process ->
              process.info().commandLine().filter(line -> line.contains(settings)).isPresent())
          .filter(process -> process.info().command().orElse("").endsWith("pgbackrest"))
          .map(ProcessHandle::pid)
          .toList();
    }
  }

  private static Optional<Path> workingDirectory(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc", String.valueOf(pid), "cwd")));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private static List<Path> everyFileBelow(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
          .contains(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
