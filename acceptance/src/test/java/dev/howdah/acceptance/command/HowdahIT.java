package dev.howdah.acceptance.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.Terminal;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedServer.class)
class HowdahIT {

  @Test
  void pushesAndPullsADatabase(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "howdah-push", "hobby-dev");
    try (LocalPostgres local = LocalPostgres.start()) {
      here(server, local, "createdb", "library").run().succeeded();
      here(
              server,
              local,
              "psql",
              "-q",
              "library",
              "-c",
              "CREATE TABLE books AS SELECT 'Ulysses' AS title; CREATE TABLE drafts AS SELECT 1 AS i")
          .run()
          .succeeded();
      here(
              server,
              local,
              "howdah",
              "pg:push",
              "library",
              "DATABASE_URL",
              "--exclude-table-data",
              "drafts",
              "--app",
              app.name())
          .run()
          .succeeded();
      assertThat(app.sql("TABLE books")).containsExactly("Ulysses");
      assertThat(app.sql("TABLE drafts")).isEmpty();

      here(server, local, "howdah", "pg:pull", "DATABASE_URL", "copy", "--app", app.name())
          .run()
          .succeeded();
      assertThat(here(server, local, "psql", "-At", "copy", "-c", "TABLE books").run().out())
          .isEqualTo("Ulysses\n");
    }
  }

  private static Command here(RunningServer server, LocalPostgres local, String... words) {
    return server.command(words).with(local.environment());
  }

  @Test
  void runsStatementsFromAFileAndFromAPipe(RunningServer server) throws IOException {
    TestApp app = TestApp.withDatabase(server, "howdah-psql", "hobby-dev");
    Path file = server.workspace("howdah-psql").resolve("statements.sql");
    Files.writeString(file, "CREATE TABLE t (i int);\n");
    server.howdah("pg:psql", "--file", file.toString(), "--app", app.name()).succeeded();
    server
        .command("howdah", "pg:psql", "--app", app.name())
        .reading("INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n")
        .run()
        .succeeded();
    assertThat(app.sql("SELECT i FROM t ORDER BY 1")).containsExactly("1", "2");
    assertThat(server.howdah("pg:psql", "-c", "SELECT * FROM missing", "--app", app.name()).exit())
        .as("a failing statement is a failing command")
        .isNotZero();
  }

  @Test
  void seesQueriesThatRun(RunningServer server) throws Exception {
    TestApp app = TestApp.withDatabase(server, "howdah-ps", "hobby-dev");
    try (var connection = app.connect()) {
      var thread =
          Thread.ofVirtual()
              .start(() -> {
                try (var statement = connection.createStatement()) {
                  statement.execute("SELECT pg_sleep(600)");
                } catch (java.sql.SQLException expected) {
                  // It is killed.
                }
              });
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(server.howdah("pg:ps", "--app", app.name()).succeeded().out())
                  .containsPattern(
                      " pid +\\| state +\\| +source +\\| +running_for +\\| waiting \\| +query")
                  .containsPattern("\\d+ \\| active \\| .* \\| SELECT pg_sleep\\(600\\)"));
      server.howdah("pg:killall", "--app", app.name()).succeeded();
      thread.join();
    }
  }

  @Test
  void showsWhatHappenedToAnApp(RunningServer server) {
    TestApp app = TestApp.create(server, "howdah-logs");
    server.send("PATCH", app.path("/config-vars"), Map.of("A", "1"));
    assertThat(server.howdah("logs", "--app", app.name()).succeeded().out())
        .containsPattern(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00 heroku\\[api\\]:"
                + " Release v%d created by %s".formatted(app.release(), server.email()));

    try (Terminal terminal =
        Terminal.of(server.command("howdah", "logs", "--tail", "--app", app.name()))) {
      terminal.sees("Release v" + app.release());
      server.send("PATCH", app.path("/config-vars"), Map.of("A", "2"));
      terminal.sees("Release v" + app.release());
    }
    assertThat(server.howdah("logs", "--help").succeeded().out())
        .contains("-n, --num NUM", "-p, --ps PS", "-s, --source SOURCE", "-t, --tail");
  }

  @Test
  void makesAccountsForOthersWhoChangeTheirPasswords(RunningServer server) {
    String bob = "bob@example.com";
    server
        .command("howdah", "accounts:create", bob)
        .reading("a first password\n")
        .run()
        .succeeded();
    Command asBob =
        server
            .command("howdah", "login")
            .with("HOME", server.workspace("bob").toString())
            .without("HEROKU_API_KEY");
    login(asBob, bob, "a first password").succeeded();
    assertThat(as(asBob, "whoami").run().succeeded().out()).isEqualTo(bob + "\n");
    as(asBob, "accounts:password")
        .reading("a first password\na second password\n")
        .run()
        .succeeded();
    as(asBob, "logout").run().succeeded();
    login(asBob, bob, "a first password").failed();
    login(asBob, bob, "a second password").succeeded();
    assertThat(as(asBob, "accounts:create", "eve@example.com").reading("x\n").run().exit())
        .as("only an operator makes accounts")
        .isNotZero();
  }

  private static Ran login(Command login, String email, String password) {
    return login.reading(email + "\n" + password + "\n").run();
  }

  private static Command as(Command login, String... words) {
    var all = new java.util.ArrayList<>(java.util.List.of("howdah"));
    all.addAll(java.util.List.of(words));
    return new Command(all, login.environment(), login.directory(), "", login.patience());
  }

  @Test
  void leavesWithTheCodesOfTheStockCommand(RunningServer server) {
    assertThat(server.howdah("apps:info", "--app", "no-such-app").exit()).isEqualTo(2);
    assertThat(server.howdah("pg:inof").all()).contains("Perhaps you meant `pg:info`.");
    assertThat(server.command("howdah", "whoami").without("HEROKU_API_KEY").run().exit())
        .isEqualTo(100);
    Ran wrong = server.command("howdah", "apps").with("HEROKU_API_KEY", "wrong").run();
    assertThat(wrong.failed().err()).startsWith(" !    ");
  }
}
