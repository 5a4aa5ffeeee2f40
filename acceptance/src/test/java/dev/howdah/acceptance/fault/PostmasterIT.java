package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Databases whose servers are killed, cannot start, or live on while Howdah does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostmasterIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int KILLS = 4;

  private RunningServer server;
  private Estate estate;

  @BeforeAll
  void start() {
    server = RunningServer.start();
    estate = new Estate(server);
  }

  @AfterAll
  void close() {
    server.close();
  }

  @Test
  void whatWasCommittedSurvivesKilledServers() throws Exception {
    Estate.Database database = estate.database(estate.app(), "standard-0");
    String url = estate.url(database);
    Tenant.run(server, url, "create table kept (n int primary key)");
    var over = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> committed = threads.submit(() -> insertUntil(over, url));
      for (int i = 0; i < KILLS; i++) {
        long before = pid(database);
        Thread.sleep(500);
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        awaitAnother(database, before);
        awaitInfo(database, "Available");
      }
      Thread.sleep(500);
      over.set(true);
      int last = committed.get();
      assertThat(last).isGreaterThan(KILLS);
      // Every acknowledged row is there; the row after the last one may be.
      assertThat(Tenant.ask(server, url, "select count(*) from kept where n <= " + last))
          .isEqualTo(Integer.toString(last));
    }
    assertThat(server.log().lines())
        .filteredOn(line -> line.contains("starting the server of cluster " + database.id()))
        .hasSizeGreaterThanOrEqualTo(KILLS);
  }

  /** Inserts 1, 2, 3 …, each until it is known to be there; returns the last. */
  private int insertUntil(AtomicBoolean over, String url) throws InterruptedException {
    int committed = 0;
    while (!over.get()) {
      try (Connection connection = Tenant.connect(server, url)) {
        while (!over.get()) {
          Tenant.run(
              connection,
              "insert into kept values (" + (committed + 1) + ") on conflict do nothing");
          committed++;
        }
      } catch (SQLException down) {
        Thread.sleep(20);
      }
    }
    return committed;
  }

  @Test
  void aServerThatCannotStartSaysWhyAndComesBackByItself() throws IOException {
    Estate.Database database = estate.database(estate.app(), "hobby-dev");
    String url = estate.url(database);
    Tenant.run(server, url, "create table kept (n int)", "insert into kept values (1)");
    Path conf = home(database).resolve("conf/postgresql.conf");
    String good = Files.readString(conf);
    Files.writeString(conf, "no_such_setting = 'x'\n", StandardOpenOption.APPEND);
    ProcessHandle.of(pid(database)).orElseThrow().destroyForcibly();
    awaitInfo(database, "Unavailable", "configuration file");
    assertThat(server.log()).contains("cluster " + database.id() + " is not up");
    assertThat(
            server
                .get("/client/v11/databases/" + database.id() + "/wait_status")
                .path("error?")
                .asBoolean())
        .isTrue();

    URI uri = URI.create(url);
    try (var squatter = new ServerSocket(uri.getPort(), 1, InetAddress.getByName(uri.getHost()))) {
      assertThat(squatter.isBound()).isTrue();
      Files.writeString(conf, good, StandardOpenOption.TRUNCATE_EXISTING);
      awaitInfo(database, "Unavailable", "Address already in use");
    }
    awaitInfo(database, "Available");
    assertThat(Tenant.ask(server, url, "select n from kept")).isEqualTo("1");
  }

  @Test
  void aServerThatHangsCanBeDestroyed() throws IOException {
    Estate.Database database = estate.database(estate.app(), "hobby-dev");
    long pid = pid(database);
    new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start().onExit().join();
    assertThat(server.request("DELETE", database.path(), Map.of()).statusCode()).isEqualTo(200);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(home(database)).doesNotExist());
    assertThat(ProcessHandle.of(pid)).isEmpty();
    Aftermath.assertWhole(server);
  }

  @Test
  void sessionsDoNotNoticeThatHowdahStopsOrDies() throws SQLException {
    Estate.Database hobby = estate.database(estate.app(), "hobby-dev");
    Estate.Database standard = estate.database(estate.app(), "standard-0");
    Map<Path, Long> before = Processes.servers(Processes.in(server.data()));
    assertThat(before).hasSizeGreaterThanOrEqualTo(3);
    try (Connection one = Tenant.connect(server, estate.url(hobby));
        Connection two = Tenant.connect(server, estate.url(standard))) {
      Tenant.run(two, "begin");
      Tenant.run(two, "create table unfinished (n int)");
      String backend = Tenant.ask(one, "select pg_backend_pid()");
      server.kill();
      assertThat(Tenant.ask(one, "select pg_backend_pid()")).isEqualTo(backend);
      server.restart();
      assertThat(Tenant.ask(one, "select pg_backend_pid()")).isEqualTo(backend);
      server.stop();
      server.restart();
      assertThat(Tenant.ask(one, "select pg_backend_pid()")).isEqualTo(backend);
      Tenant.run(two, "commit");
      assertThat(Processes.servers(Processes.in(server.data()))).isEqualTo(before);
      assertThat(Tenant.ask(two, "select count(*) from unfinished")).isEqualTo("0");
    }
    awaitInfo(hobby, "Available");
    awaitInfo(standard, "Available");
  }

  private Path home(Estate.Database database) {
    return server.data().resolve("postgres").resolve(database.id());
  }

  private long pid(Estate.Database database) {
    try (var lines = Files.lines(home(database).resolve("data/postmaster.pid"))) {
      return Long.parseLong(lines.findFirst().orElseThrow().strip());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitAnother(Estate.Database database, long before) {
    Path directory = home(database).resolve("data");
    await()
        .atMost(PATIENCE)
        .until(() -> {
          Long now = Processes.servers(Processes.in(server.data())).get(directory);
          return now != null && now != before;
        });
  }

  private void awaitInfo(Estate.Database database, String... words) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(estate.info(database, "Status")).contains(words));
  }
}
