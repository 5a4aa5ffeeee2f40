package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:ps}, {@code pg:kill}, {@code pg:killall}. */
@ExtendWith(SharedServer.class)
class SessionsIT {

  @Test
  void queriesAreSeenCancelledAndEnded(RunningServer server) throws SQLException {
    TestApp app = TestApp.withDatabase(server, "stock-sessions", "standard-0");
    try (Connection first = app.connect();
        Connection second = app.connect();
        Connection third = app.connect()) {
      CompletableFuture<String> cancelled = sleeping(first, "SELECT pg_sleep(300), 'cancelled'");
      CompletableFuture<String> ended = sleeping(second, "SELECT pg_sleep(300), 'ended'");
      int cancelledPid = awaitPid(app, "'cancelled'");
      int endedPid = awaitPid(app, "'ended'");

      assertThat(server.heroku("pg:ps", "-a", app.name()).succeeded().out())
          .containsPattern("pid +\\| state +\\| +source +\\| +username +\\| +running_for")
          .containsPattern("%d \\| active .* SELECT pg_sleep\\(300\\), '".formatted(cancelledPid))
          .contains("(2 rows)");

      Ran kill = server.heroku("pg:kill", Integer.toString(cancelledPid), "-a", app.name());
      assertThat(kill.succeeded().out())
          .isEqualTo(" pg_cancel_backend \n-------------------\n t\n(1 row)\n\n\n");
      assertThat(cancelled.join()).contains("canceling statement due to user request");
      assertThat(first.isValid(5)).as("a cancelled query leaves its session alone").isTrue();

      Ran force = server.heroku("pg:kill", Integer.toString(endedPid), "--force", "-a", app.name());
      assertThat(force.succeeded().out()).contains(" pg_terminate_backend \n");
      assertThat(ended.join()).contains("terminating connection due to administrator command");

      assertThat(server.heroku("pg:killall", "-a", app.name()).succeeded().err())
          .isEqualTo("Terminating connections for all credentials... done\n");
      assertThat(first.isValid(5)).isFalse();
      assertThat(third.isValid(5)).isFalse();
    }
    assertThat(app.sql("SELECT 'open for new ones'")).containsExactly("open for new ones");
  }

  /** Runs a query in the background; what becomes of it is the error message. */
  private static CompletableFuture<String> sleeping(Connection connection, String query) {
    var message = new CompletableFuture<String>();
    Thread.ofVirtual()
        .start(() -> {
          try (var statement = connection.createStatement()) {
            statement.execute(query);
            message.complete("ran to its end");
          } catch (SQLException e) {
            message.complete(String.valueOf(e.getMessage()));
          }
        });
    return message;
  }

  private static int awaitPid(TestApp app, String mark) {
    var pid = new int[1];
    await("the query of " + mark)
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          var pids =
              app.sql(
                  "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE"
                      + " '%%, %s' AND pid <> pg_backend_pid()".formatted(mark.replace("'", "''")));
          if (!pids.isEmpty()) {
            pid[0] = Integer.parseInt(pids.getFirst());
          }
          return !pids.isEmpty();
        });
    return pid[0];
  }
}
