package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Forks, followers, rollbacks and changes of plan, with the stock command. */
@ExtendWith(SharedServer.class)
class CopiesIT {
  private static final String PLAN = "heroku-postgresql:standard-0";

  @Test
  void aForkIsMadeShownAndDestroyed(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-fork", "standard-0");
    app.sql("CREATE TABLE lessons AS SELECT generate_series(1, 3) AS n");
    Ran made =
        server.heroku(
            "addons:create", PLAN, "-a", app.name(), "--as", "FORK", "--", "--fork", "DATABASE");
    assertThat(made.succeeded().flat())
        .containsPattern(
            "Creating heroku-postgresql:standard-0 on \\W*stock-fork\\.\\.\\. .*max \\$50/month")
        .contains("Database will become available after it completes forking")
        .contains("Use `heroku pg:wait` to track status");
    // Its config var is there from the first moment, so that nothing has to be waited for twice.
    String promised = app.configVar("FORK_URL").orElseThrow();
    server.heroku("pg:wait", "-a", app.name()).succeeded();
    assertThat(app.configVar("FORK_URL")).contains(promised);
    assertThat(app.sql("FORK_URL", "SELECT count(*) FROM lessons")).containsExactly("3");
    assertThat(server.heroku("pg:info", "FORK", "-a", app.name()).succeeded().out())
        .containsPattern("Status: +Available")
        .containsPattern("Forked From: +DATABASE");
    assertThat(server.heroku("pg:info", "DATABASE", "-a", app.name()).succeeded().out())
        .containsPattern("Forks: +FORK");
    Ran destroyed =
        server.heroku("addons:destroy", "FORK", "-a", app.name(), "--confirm", app.name());
    destroyed.succeeded();
    assertThat(app.configVar("FORK_URL")).isEmpty();
    assertThat(server.heroku("pg:info", "DATABASE", "-a", app.name()).succeeded().out())
        .doesNotContain("Forks:");
  }

  @Test
  void aFollowerIsMadeShownUnfollowedAndPromoted(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-follow", "standard-0");
    app.sql("CREATE TABLE lessons AS SELECT generate_series(1, 3) AS n");
    String leader = app.addons().getFirst().split(" ", 2)[0];
    Ran made =
        server.heroku(
            "addons:create",
            "heroku-postgresql:standard-2",
            "-a",
            app.name(),
            "--as",
            "FOLLOWER",
            "--",
            "--follow",
            "DATABASE");
    assertThat(made.succeeded().flat())
        .contains("Follower will become available for read-only queries when up-to-date");
    server.heroku("pg:wait", "FOLLOWER", "-a", app.name()).succeeded();
    app.sql("INSERT INTO lessons VALUES (4)");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(app.sql("FOLLOWER_URL", "SELECT count(*) FROM lessons"))
                .containsExactly("4"));
    assertThatThrownBy(() -> app.sql("FOLLOWER_URL", "INSERT INTO lessons VALUES (5)"))
        .hasMessageContaining("read-only transaction");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(server.heroku("pg:info", "FOLLOWER", "-a", app.name()).succeeded().out())
                .containsPattern("Plan: +Standard 2")
                .containsPattern("Following: +DATABASE")
                .containsPattern("Behind By: +0 commits"));
    assertThat(server.heroku("pg:info", "DATABASE", "-a", app.name()).succeeded().out())
        .containsPattern("Followers: +FOLLOWER");

    Ran refused =
        server.heroku("addons:destroy", leader, "-a", app.name(), "--confirm", app.name(), "-f");
    assertThat(refused.failed().flat()).contains("has followers").contains("pg:unfollow");
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("4");
    assertThat(
            server
                .heroku("addons:create", PLAN, "-a", app.name(), "--", "--follow", "FOLLOWER")
                .failed()
                .flat())
        .contains("a follower cannot be followed");

    assertThat(
            server
                .heroku("pg:unfollow", "FOLLOWER", "-a", app.name(), "--confirm", "other")
                .failed()
                .flat())
        .contains("did not match");
    assertThat(
            server
                .heroku("pg:unfollow", "FOLLOWER", "-a", app.name(), "--confirm", app.name())
                .succeeded()
                .flat())
        .contains("unfollowing... done");
    server.heroku("pg:wait", "-a", app.name()).succeeded();
    assertThat(
            server
                .heroku("pg:unfollow", "FOLLOWER", "-a", app.name(), "--confirm", app.name())
                .failed()
                .flat())
        .contains("is not a follower");
    server.heroku("pg:promote", "FOLLOWER", "-a", app.name()).succeeded();
    app.sql("INSERT INTO lessons VALUES (5)");
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("5");
    server.heroku("addons:destroy", leader, "-a", app.name(), "--confirm", app.name()).succeeded();
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("5");
  }

  @Test
  void aDatabaseIsRolledBackBothWaysOfSayingWhen(RunningServer server) throws Exception {
    TestApp app = TestApp.withDatabase(server, "stock-rollback", "standard-0");
    app.sql("CREATE TABLE lessons AS SELECT 'before' AS title");
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() ->
            server.heroku("pg:info", "-a", app.name()).succeeded().out().contains("earliest from"));
    // An interval counts from when the request arrives, and the command takes its time until then.
    Thread.sleep(12_500);
    Instant moment = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    app.sql("INSERT INTO lessons VALUES ('after')");
    Ran made =
        server.heroku(
            "addons:create",
            PLAN,
            "-a",
            app.name(),
            "--as",
            "OLD",
            "--",
            "--rollback",
            "DATABASE",
            "--to",
            moment.toString().replace('T', ' ').replace("Z", "+00"));
    assertThat(made.succeeded().flat())
        .containsPattern("rolling back to \\S+ \\S+ \\+0000 \\(00:\\d\\d:\\d\\d ago\\)");
    server.heroku("pg:wait", "-a", app.name()).succeeded();
    assertThat(app.sql("OLD_URL", "TABLE lessons")).containsExactly("before");

    long ago = Duration.between(moment, Instant.now()).toSeconds();
    server
        .heroku(
            "addons:create",
            PLAN,
            "-a",
            app.name(),
            "--as",
            "AGO",
            "--",
            "--rollback",
            "DATABASE",
            "--by",
            (ago + 10) + " seconds")
        .succeeded();
    server.heroku("pg:wait", "-a", app.name()).succeeded();
    assertThat(app.sql("AGO_URL", "TABLE lessons")).containsExactly("before");
    assertThat(
            server
                .heroku(
                    "addons:create",
                    PLAN,
                    "-a",
                    app.name(),
                    "--",
                    "--rollback",
                    "DATABASE",
                    "--by",
                    "3 days")
                .failed()
                .flat())
        .containsPattern("can be rolled back to: from .* UTC to .* UTC");
  }

  @Test
  void whatCannotBeCopiedIsRefusedAndNothingIsMade(RunningServer server) {
    TestApp hobby = TestApp.withDatabase(server, "stock-copies-hobby", "hobby-dev");
    for (String copy : new String[] {"fork", "follow", "rollback"}) {
      var words =
          new java.util.ArrayList<>(
              java.util.List.of(
                  "addons:create", PLAN, "-a", hobby.name(), "--", "--" + copy, "DATABASE"));
      if (copy.equals("rollback")) {
        words.addAll(java.util.List.of("--by", "1 minute"));
      }
      assertThat(server.heroku(words.toArray(String[]::new)).failed().flat())
          .containsIgnoringCase(copy + " is only available on production databases");
    }
    assertThat(hobby.addons()).hasSize(1);

    TestApp app = TestApp.withDatabase(server, "stock-copies-shared", "standard-0");
    app.sql("CREATE TABLE precious AS SELECT 1 AS n");
    String addon = app.addons().getFirst().split(" ", 2)[0];
    // Somebody else, with an app of his own.
    String stranger = "stranger@example.com";
    String password = "a-password-of-the-stranger";
    server.send("POST", "/accounts", Map.of("email", stranger, "password", password));
    String token =
        server
            .run(
                "curl",
                "-sSf",
                "-u",
                stranger + ":" + password,
                "-H",
                "Content-Type: application/json",
                "-d",
                "{}",
                server.url().resolve("/oauth/authorizations").toString())
            .succeeded()
            .out()
            .replaceFirst("(?s).*\"token\" *: *\"([^\"]+)\".*", "$1");
    var login = Map.of("HEROKU_API_KEY", token);
    server
        .command("heroku", "apps:create", "stock-copies-stranger", "--no-remote")
        .with(login)
        .run()
        .succeeded();
    Ran without =
        server
            .command(
                "heroku",
                "addons:create",
                PLAN,
                "-a",
                "stock-copies-stranger",
                "--",
                "--fork",
                addon)
            .with(login)
            .run();
    without.failed();
    assertThat(without.flat()).contains("Couldn't find that add-on");
    server.send("POST", app.path("/collaborators"), Map.of("user", stranger, "silent", true));
    server
        .command(
            "heroku",
            "addons:create",
            PLAN,
            "-a",
            "stock-copies-stranger",
            "--as",
            "FORK",
            "--",
            "--fork",
            "stock-copies-shared::DATABASE")
        .with(login)
        .run()
        .succeeded();
    server
        .command("heroku", "pg:wait", "-a", "stock-copies-stranger")
        .with(login)
        .run()
        .succeeded();
  }

  @Test
  void aDatabaseInTheMakingIsNotPromotedAndAPlanIsChanged(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-making", "standard-0");
    app.sql("CREATE TABLE lessons AS SELECT generate_series(1, 3) AS n");
    String checkpointer =
        app.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").getFirst();
    // A copy begins with a checkpoint of its source, so until then it is being made.
    server.run("kill", "-STOP", checkpointer).succeeded();
    try {
      server
          .heroku(
              "addons:create", PLAN, "-a", app.name(), "--as", "FORK", "--", "--fork", "DATABASE")
          .succeeded();
      assertThat(server.heroku("pg:promote", "FORK", "-a", app.name()).failed().flat())
          .containsPattern("(?i)cannot be promoted while in state: preparing");
      assertThat(server.heroku("pg:info", "FORK", "-a", app.name()).succeeded().out())
          .containsPattern("Status: +Preparing");
    } finally {
      server.run("kill", "-CONT", checkpointer).succeeded();
    }
    server.heroku("pg:wait", "-a", app.name()).succeeded();
    server.heroku("pg:copy", "DATABASE", "FORK", "-a", app.name(), "--confirm", "FORK").succeeded();
    server.heroku("pg:promote", "FORK", "-a", app.name()).succeeded();
    String url = app.configVar("DATABASE_URL").orElseThrow();
    assertThat(
            server
                .heroku("addons:upgrade", "FORK", "heroku-postgresql:standard-2", "-a", app.name())
                .succeeded()
                .flat())
        .contains("heroku-postgresql:standard-2");
    server.heroku("pg:wait", "-a", app.name()).succeeded();
    assertThat(app.configVar("DATABASE_URL")).contains(url);
    assertThat(app.sql("SHOW max_connections").getFirst()).startsWith("4");
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("3");
  }
}
