package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** {@code pg:upgrade:*} (T8.3, T8.4), with somebody who writes all the time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpgradeIT {
  private static final Path INSTALLATIONS = Path.of("/usr/lib/postgresql");

  /** No row may be missing longer than this. Three times what it took on a loaded machine. */
  private static final Duration LONGEST_GAP = Duration.ofSeconds(45);

  private RunningServer server;
  private int older;
  private int newest;

  @BeforeAll
  void start() throws IOException {
    List<Integer> majors;
    try (Stream<Path> installed = Files.list(INSTALLATIONS)) {
      majors =
          installed
              .filter(directory -> Files.exists(directory.resolve("bin/postgres")))
              .map(directory -> Integer.parseInt(directory.getFileName().toString()))
              .sorted()
              .toList();
    }
    Assumptions.assumeTrue(
        majors.size() > 1,
        "NOT TESTED: this host has one major version of PostgreSQL; ./verify adds one on Debian");
    older = majors.getFirst();
    newest = majors.getLast();
    server = RunningServer.start();
    Files.writeString(
        server.data().resolve("versions.yaml"),
        "default: newest\nversions:\n  %d: {status: available}\n".formatted(older));
    server.stop();
    server.restart();
  }

  @AfterAll
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aPreparedDatabaseIsUpgradedWithinSecondsAndLosesNothing() throws Exception {
    TestApp app = TestApp.create(server, "upgrade-leader");
    add(app, "standard-0");
    String url = app.configVar("DATABASE_URL").orElseThrow();
    app.sql("create table numbered (n bigint primary key, at timestamptz default now())");
    app.sql("create table courses as select generate_series(1, 1000) n");
    assertThat(heroku("run", app).failed().flat()).contains("not prepared", "pg:upgrade:prepare");
    assertThat(heroku("cancel", app).failed().flat()).contains("No upgrade");
    assertThat(heroku("prepare", app, "--version", "9").failed().flat()).contains("not available");
    assertThat(heroku("prepare", app, "--version", "" + older).failed().flat()).contains("already");

    assertThat(heroku("dryrun", app).succeeded().flat()).contains("on a copy");
    assertThat(heroku("wait", app).succeeded().flat())
        .contains("the test upgrade to PostgreSQL " + newest + " succeeded");
    assertThat(version(app)).isEqualTo(older);

    assertThat(heroku("prepare", app).succeeded().flat()).contains("serves on");
    assertThat(heroku("wait", app).succeeded().flat())
        .contains("ready to be upgraded to PostgreSQL " + newest);
    assertThat(heroku("prepare", app).failed().flat()).contains("pg:upgrade:cancel");
    assertThat(info(app)).contains("upgrade to PostgreSQL " + newest + " is prepared");

    try (var writer = new Writer(app)) {
      await().until(() -> writer.acknowledged() > 100);
      assertThat(heroku("run", app).succeeded().flat()).contains("is being upgraded");
      Ran waited = heroku("wait", app).succeeded();
      assertThat(waited.flat()).contains("upgraded to PostgreSQL " + newest + ", interrupted for");
      long then = writer.acknowledged();
      await().until(() -> writer.acknowledged() > then + 100);
      writer.stop();
      assertThat(version(app)).isEqualTo(newest);
      assertThat(app.configVar("DATABASE_URL")).contains(url);
      assertThat(app.sql("select count(*) from courses")).containsExactly("1000");
      assertThat(app.sql("select n from numbered").stream().map(Long::valueOf).toList())
          .containsAll(writer.all());
      System.out.printf(
          "upgrade %d to %d under load: longest gap between two acknowledged writes %d ms; %s%n",
          older, newest, writer.longestGap().toMillis(), waited.flat());
      assertThat(writer.longestGap()).isLessThan(LONGEST_GAP);
    }
    assertThat(
            app.sql(
                "select count(*) from pg_stats where tablename = 'courses' and schemaname = 'public'"))
        .as("statistics")
        .containsExactly("1");
    assertThat(info(app)).contains("Kept", "previous state until", "pg:upgrade:undo");
    assertThat(heroku("run", app).failed().flat()).contains("is kept until", "pg:upgrade:confirm");

    // Back, with what was written meanwhile kept in exchange; and forward again.
    long rows = Long.parseLong(app.sql("select count(*) from numbered").getFirst());
    String login =
        "/postgres/v0/databases/" + id(app) + "/credentials/default/credentials_rotation";
    server.send("POST", login, Map.of("forced", true));
    howdah("undo", app);
    assertThat(version(app)).isEqualTo(older);
    assertThat(app.sql("select count(*) from courses")).containsExactly("1000");
    assertThat(Long.parseLong(app.sql("select count(*) from numbered").getFirst()))
        .isLessThan(rows);
    howdah("undo", app);
    assertThat(version(app)).isEqualTo(newest);
    assertThat(app.sql("select count(*) from numbered")).containsExactly("" + rows);
    howdah("confirm", app);
    assertThat(info(app)).doesNotContain("Kept");
    assertThat(heroku("run", app).failed().flat()).contains("newest");
    assertThat(app.sql("create extension hstore; select 'a=>1'::hstore")).isEmpty();
  }

  @Test
  void whatIsPreparedCanBeCancelledAndASmallDatabaseNeedsNoPreparation() throws Exception {
    TestApp app = TestApp.create(server, "upgrade-small");
    String standard = add(app, "standard-0");
    heroku("prepare", app).succeeded();
    heroku("wait", app).succeeded();
    Path staged = server.data().resolve("postgres").resolve(id(app) + ".next");
    assertThat(staged).exists();
    assertThat(slots(app)).isEqualTo("1");
    // A copy that follows does not stop following for a restart of everything.
    server.stop();
    server.restart();
    heroku("cancel", app).succeeded();
    heroku("wait", app).succeeded();
    assertThat(staged).doesNotExist();
    assertThat(slots(app)).isEqualTo("0");
    assertThat(version(app)).isEqualTo(older);
    server.send("DELETE", app.path("/addons/" + standard), Map.of());

    add(app, "essential-0");
    app.sql("create table t as select 1 as a");
    assertThat(heroku("run", app).succeeded().flat()).contains("is being upgraded");
    assertThat(heroku("wait", app).succeeded().flat()).contains("interrupted for");
    assertThat(version(app)).isEqualTo(newest);
    assertThat(app.sql("select a from t")).containsExactly("1");
  }

  @Test
  void aFollowerStopsFollowingAndIsUpgradedWhileItsLeaderServesOn() {
    TestApp app = TestApp.create(server, "upgrade-follower");
    String leader = add(app, "standard-0");
    app.sql("create table courses as select generate_series(1, 1000) n");
    add(app, "FOLLOWER", "standard-0", Map.of("follow", leader));
    server
        .heroku("pg:wait", "FOLLOWER", "--app", app.name(), "--wait-interval", "1", "--no-notify")
        .succeeded();
    assertThat(
            server
                .heroku("pg:upgrade:run", "FOLLOWER", "--app", app.name(), "--confirm", app.name())
                .succeeded()
                .flat())
        .contains("is being upgraded to PostgreSQL " + newest);
    app.sql("insert into courses values (1001)");
    assertThat(
            server
                .heroku(
                    "pg:upgrade:wait",
                    "FOLLOWER",
                    "--app",
                    app.name(),
                    "--wait-interval",
                    "1",
                    "--no-notify")
                .succeeded()
                .flat())
        .contains("upgraded to PostgreSQL " + newest);
    assertThat(app.sql("FOLLOWER_URL", "select count(*) from courses")).containsExactly("1000");
    assertThat(app.sql("FOLLOWER_URL", "show server_version").getFirst()).startsWith("" + newest);
    app.sql("FOLLOWER_URL", "insert into courses values (1002)");
    assertThat(version(app)).isEqualTo(older);
    assertThat(slots(app)).isEqualTo("0");
    assertThat(server.heroku("pg:info", "FOLLOWER", "--app", app.name()).succeeded().out())
        .doesNotContain("Following");
  }

  private String add(TestApp app, String plan) {
    return add(app, "DATABASE", plan, Map.of("version", "" + older));
  }

  private String add(TestApp app, String attachment, String plan, Map<String, String> config) {
    String name =
        server
            .send(
                "POST",
                app.path("/addons"),
                Map.of(
                    "plan",
                    Map.of("name", "heroku-postgresql:" + plan),
                    "attachment",
                    Map.of("name", attachment),
                    "config",
                    config))
            .path("name")
            .asString();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() ->
            server.get(app.path("/addons/" + name)).path("state").asString().equals("provisioned"));
    return name;
  }

  private Ran heroku(String command, TestApp app, String... options) {
    var words = new ArrayList<>(List.of("pg:upgrade:" + command, "DATABASE", "--app", app.name()));
    if (command.equals("wait")) {
      words.addAll(List.of("--wait-interval", "1", "--no-notify"));
    } else {
      words.addAll(List.of("--confirm", app.name()));
    }
    words.addAll(List.of(options));
    return server.heroku(words.toArray(String[]::new));
  }

  private void howdah(String command, TestApp app) {
    server
        .howdah("pg:upgrade:" + command, "DATABASE", "--app", app.name(), "--confirm", app.name())
        .succeeded();
  }

  private String info(TestApp app) {
    return server.heroku("pg:info", "--app", app.name()).succeeded().out();
  }

  private String id(TestApp app) {
    JsonNode addons = server.get(app.path("/addons"));
    return addons.path(addons.size() - 1).path("id").asString();
  }

  private static int version(TestApp app) {
    return Integer.parseInt(
        app.sql("select current_setting('server_version_num')::int / 10000").getFirst());
  }

  private static String slots(TestApp app) {
    return app.sql("select count(*) from pg_replication_slots").getFirst();
  }

  /** Writes numbered rows one after the other, and keeps those that were acknowledged. */
  private static final class Writer implements AutoCloseable {
    private final List<Long> acknowledged = new ArrayList<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Thread thread;
    private long longestGap;

    Writer(TestApp app) {
      String url = app.configVar("DATABASE_URL").orElseThrow();
      thread = Thread.ofVirtual().start(() -> write(TestApp.PostgresUrl.of(url)));
    }

    private void write(TestApp.PostgresUrl url) {
      long next = 1;
      long last = System.nanoTime();
      while (!stopped.get()) {
        try (Connection connection = url.connect();
            var insert = connection.prepareStatement("insert into numbered (n) values (?)")) {
          while (!stopped.get()) {
            // Also when it is not known whether the one before was committed.
            long n = next++;
            insert.setLong(1, n);
            insert.execute();
            long now = System.nanoTime();
            longestGap = Math.max(longestGap, now - last);
            last = now;
            acknowledged.add(n);
            count.incrementAndGet();
          }
        } catch (SQLException interrupted) {
          pause();
        }
      }
    }

    private static void pause() {
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    long acknowledged() {
      return count.get();
    }

    /** Read after {@link #stop}. */
    List<Long> all() {
      return acknowledged;
    }

    Duration longestGap() {
      return Duration.ofNanos(longestGap);
    }

    void stop() {
      stopped.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UncheckedIOException(new IOException(e));
      }
    }

    @Override
    public void close() {
      stop();
    }
  }
}
