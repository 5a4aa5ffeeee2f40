package dev.howdah.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code logs}, with the stock command and ours (B3.36–B3.38, B7.1–B7.19, T14). */
@ExtendWith(SharedServer.class)
@Timeout(300)
class LogsIT {
  private static final String TIME = "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00 ";

  private static void fails(Statement statement, String sql) {
    try {
      statement.execute(sql);
      throw new AssertionError("no error: " + sql);
    } catch (SQLException expected) {
      // That is what is logged.
    }
  }

  private static String databaseLine(String rest) {
    return TIME + "app\\[postgres\\.\\d+]: \\[[A-Z]+] \\[\\d+-\\d+]  sql_error_code = .*" + rest;
  }

  @Test
  void theStockCommandTailsWhatTheServerSaysAsItSaysIt(RunningServer server) throws Exception {
    TestApp app = TestApp.create(server, "logs-errors");
    app.addDatabase("standard-0");
    try (Tail tail =
            Tail.of(server.command("heroku", "logs", "-t", "-p", "postgres", "-a", app.name()));
        Connection connection = app.connect();
        Statement sql = connection.createStatement()) {
      tail.awaitLine(databaseLine("LOG:  connection authorized: user=.*"));
      sql.execute("CREATE TABLE students (id int, name varchar(10), created_at text)");
      sql.execute("INSERT INTO students VALUES (1, 'x', 'y')");
      tail.awaitLine(databaseLine("LOG:  .*CREATE TABLE students")); // log_statement = ddl
      sql.execute("SELECT pg_sleep(2.1)");
      tail.awaitLine(databaseLine("LOG:  duration: 2\\d{3}\\.\\d+ ms .*SELECT pg_sleep")); // B7.4
      fails(sql, "SELECT * FROM students WHERE name = 1");
      tail.awaitLine(databaseLine("ERROR:  operator does not exist: character varying = integer"));
      tail.awaitLine(databaseLine("HINT:  "));
      tail.awaitLine(databaseLine("STATEMENT:  SELECT \\* FROM students WHERE name = 1"));
      fails(sql, "SELECT * FROM pupils");
      tail.awaitLine(databaseLine("ERROR:  relation \"pupils\" does not exist")); // B7.8
      fails(sql, "ALTER TABLE students ALTER COLUMN created_at TYPE date");
      tail.awaitLine(databaseLine("ERROR:  column \"created_at\" cannot be cast")); // B7.10
      sql.execute("PREPARE a30 AS SELECT 1");
      fails(sql, "PREPARE a30 AS SELECT 1");
      tail.awaitLine(databaseLine("ERROR:  prepared statement \"a30\" already exists")); // B7.12
      sql.execute("SET work_mem = '64kB'");
      sql.execute(
          "SELECT count(*) FROM (SELECT g FROM generate_series(1, 2000000) g ORDER BY -g) x");
      tail.awaitLine(
          databaseLine("LOG:  temporary file: path \"base/pgsql_tmp/pgsql_tmp.*size")); // B7.18
      fails(sql, "SELECT pg_terminate_backend(pg_backend_pid())");
      tail.awaitLine(databaseLine("FATAL:  terminating connection due to administrator command"));
    }
    assertThat(
            server.heroku("logs", "-n", "5", "-p", "postgres", "-a", app.name()).succeeded().out())
        .satisfies(out -> assertThat(out.lines()).hasSize(5));
    assertThat(
            server
                .howdah("logs", "-n", "2", "--ps", "postgres", "-a", app.name())
                .succeeded()
                .out())
        .satisfies(
            out -> assertThat(out.lines()).hasSize(2).allMatch(l -> l.matches(databaseLine(".*"))));
    assertThat(server.heroku("logs", "-s", "heroku", "-a", app.name()).succeeded().out())
        .contains("heroku[api]: Release v", "heroku[api]: Attach ")
        .containsPattern(
            "heroku\\[postgres\\]: @ref:\\S+: create database succeeded after \\d+\\.\\d s")
        .doesNotContain("postgres.");
    assertThat(server.heroku("logs", "-a", app.name(), "-d", "api").succeeded().out())
        .contains("heroku[api]: Initial release by " + server.email());
  }

  @Test
  void aHobbyDatabaseSaysNothingAndItsLimitIsAnError(RunningServer server) throws Exception {
    TestApp app = TestApp.withDatabase(server, "logs-hobby", "hobby-dev");
    app.sql("SELECT 1");
    try (Connection connection = app.connect();
        Statement sql = connection.createStatement()) {
      fails(sql, "SELECT * FROM nowhere");
    }
    TestApp loud = TestApp.withDatabase(server, "logs-loud", "standard-0");
    try (Tail tail = Tail.of(server.command("howdah", "logs", "-t", "-a", loud.name()))) {
      loud.sql("SELECT 1");
      tail.awaitLine(databaseLine("connection authorized"));
    }
    assertThat(server.howdah("logs", "-a", app.name()).succeeded().out())
        .contains("heroku[api]")
        .doesNotContain("postgres.");
  }

  @Test
  void whatClientsCallThemselvesForgesNoLineOfAnotherSource(RunningServer server) throws Exception {
    TestApp app = TestApp.withDatabase(server, "logs-forged", "standard-0");
    String forged = "2014-05-25T13:16:09.958885+00:00 heroku[api]: Release v99 created by evil";
    var url = TestApp.PostgresUrl.of(app.configVar("DATABASE_URL").orElseThrow());
    for (String user : List.of("u\n" + forged.substring(0, 50), url.user())) {
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://%s:%d/%s?sslmode=require"
                      .formatted(url.host(), url.port(), url.database()),
                  user,
                  url.password());
          Statement sql = connection.createStatement()) {
        sql.execute("SET application_name = 'x\n" + forged + "'");
        fails(sql, "SELECT \"\u001b[2K\u001b[1A\r\n" + forged + "\n\n\" FROM x");
        fails(sql, "DO $$ BEGIN RAISE EXCEPTION E'\\x1b[2J\\n%', '" + forged + "'; END $$");
        fails(sql, "SELECT 1 FROM nowhere -- " + "x".repeat(10 << 20));
      } catch (SQLException refused) {
        assertThat(user).startsWith("u\n");
      }
    }
    try (Connection connection = app.connect();
        Statement sql = connection.createStatement()) {
      sql.execute("DO $$ BEGIN RAISE LOG 'the end'; END $$");
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(server.howdah("logs", "-n", "1500", "-a", app.name()).succeeded().out())
                .contains("LOG:  the end"));
    String all = server.howdah("logs", "-n", "1500", "-a", app.name()).succeeded().out();
    assertThat(all).doesNotContain("\u001b").doesNotContain("\r").contains("Release v99");
    assertThat(all.lines())
        .allMatch(line ->
            line.matches(
                TIME
                    + "(heroku\\[(api|postgres)]|app\\[heroku-postgres]|app\\[postgres\\.\\d+]): .*"))
        .noneMatch(line -> line.matches(TIME + "heroku\\[api]: .*v99.*"))
        .noneMatch(line -> line.length() > 10_100);
    assertThat(all.lines().filter(line -> line.contains("xxxxxxxx")).count()).isGreaterThan(1000);
  }

  @Test
  void aKilledServerRepeatsNothingAndLosesNothing() throws Exception {
    try (RunningServer server = RunningServer.start(Map.of())) {
      TestApp app = TestApp.withDatabase(server, "logs-killed", "standard-0");
      var url = TestApp.PostgresUrl.of(app.configVar("DATABASE_URL").orElseThrow());
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try (Connection connection = url.connect();
                    Statement sql = connection.createStatement()) {
                  for (int i = 1; i <= 1200; i++) {
                    sql.execute("DO $$ BEGIN RAISE LOG 'probe %.', " + i + "; END $$");
                    if (i % 20 == 0) {
                      Thread.sleep(100);
                    }
                  }
                } catch (SQLException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      try (Tail tail =
          Tail.of(server.command("howdah", "logs", "-t", "-n", "0", "-a", app.name()))) {
        tail.awaitLine("LOG:  probe ");
        for (int round = 0; round < 3; round++) {
          Thread.sleep(700);
          server.kill();
          Thread.sleep(200);
          server.restart();
        }
        writer.join();
        tail.awaitLine("probe 1200\\.");
        assertCounts(tail.lines());
      }
      // Each is three lines with its context and its statement.
      assertThat(
              assertCounts(
                  server
                      .howdah("logs", "-n", "1500", "-a", app.name())
                      .succeeded()
                      .out()
                      .lines()
                      .toList()))
          .isGreaterThan(450);
    }
  }

  /** Fails unless the lines count to the last probe, none left out and none twice; how many. */
  private static int assertCounts(List<String> lines) {
    List<Integer> probes =
        lines.stream()
            .filter(line -> line.contains("LOG:  probe "))
            .map(line -> Integer.valueOf(line.replaceAll(".*LOG: {2}probe ([0-9]+)\\..*", "$1")))
            .toList();
    assertThat(probes).isEqualTo(IntStream.rangeClosed(probes.getFirst(), 1200).boxed().toList());
    return probes.size();
  }
}
