package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import dev.howdah.acceptance.TestApp.PostgresUrl;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Followers of a database that is written to all the while. */
@ExtendWith(SharedServer.class)
class FollowerIT {

  @Test
  void afterUnfollowingAndPromotingNothingAcknowledgedIsMissing(RunningServer server)
      throws Exception {
    server.send("POST", "/apps", Map.of("name", "followers"));
    var app = new TestApp(server, "followers");
    Database leader = Database.create(server, app.name(), "standard-0");
    Pgbench.initialise(leader.url(), 1);
    try (var ledger = Ledger.open(leader::url, 2);
        var pgbench = Pgbench.start(leader::url, 2, 100)) {
      ledger.awaitMore(200);
      Database follower = leader.follower().ready();
      follower.awaitEverything(ledger);
      assertThat(ledger.sessions()).as("connections, of which none broke").isEqualTo(2);

      // A login for both, at two places.
      PostgresUrl own = PostgresUrl.of(follower.url());
      PostgresUrl leaders = PostgresUrl.of(leader.url());
      assertThat(own.user() + own.password() + own.database())
          .isEqualTo(leaders.user() + leaders.password() + leaders.database());
      assertThat(own.port()).isNotEqualTo(leaders.port());
      assertThatThrownBy(() -> Sql.run(follower.url(), "create table not_here ()"))
          .hasMessageContaining("read-only transaction");
      assertThat(follower.info("Behind By")).get().asString().matches("\\d+ commits?");
      assertThat(leader.info("Followers")).isPresent();
      assertThat(follower.info("Following")).isPresent();
      assertThat(leader.refuses(Map.of("follow", follower.name())))
          .contains("a follower cannot be followed");
      assertThat(leader.refusesToGo()).contains(follower.name()).contains("pg:unfollow");

      Database second = leader.follower().ready();
      // While it is written to: everything from before, and nothing from after.
      Instant asked = Instant.now();
      second.howdah("pg:unfollow").succeeded();
      second.ready();
      second.check(ledger, asked, Instant.now());
      Sql.run(second.url(), "create table of_its_own ()");
      second.assertSound();
      second.destroy();

      // The change-over of B6.14: writes end, and what was acknowledged is there.
      ledger.stop();
      pgbench.stop();
      Instant cut = Instant.now();
      long serving = follower.postmaster();
      follower.howdah("pg:unfollow").succeeded();
      follower.ready();
      assertThat(follower.postmaster()).as("its server, which goes on").isEqualTo(serving);
      follower.check(ledger, cut, cut);
      assertThat(follower.info("Following")).isEmpty();
      server.howdah("pg:promote", follower.configVar(), "--app", app.name()).succeeded();
      assertThat(app.configVar("DATABASE_URL")).contains(follower.url());
      leader.destroy();
      follower.assertSound();
      assertThat(app.sql("insert into ledger values (-1, 1) returning n")).containsExactly("1");
      follower.protectedToo();
      follower.destroy();
    }
  }

  @Test
  void rotatingTheLeadersPasswordRotatesTheFollowers(RunningServer server) throws SQLException {
    server.send("POST", "/apps", Map.of("name", "follower-rotation"));
    Database leader = Database.create(server, "follower-rotation", "standard-0");
    Database follower = leader.follower().ready();
    String before = follower.url();
    server.send(
        "POST", "/postgres/v0/databases/" + leader.id() + "/credentials_rotation", Map.of());
    leader.ready();
    assertThat(follower.url()).isNotEqualTo(before);
    assertThat(PostgresUrl.of(follower.url()).password())
        .isEqualTo(PostgresUrl.of(leader.url()).password());
    org.awaitility.Awaitility.await()
        .ignoreExceptions()
        .until(() -> Sql.ask(follower.url(), "select 1").equals("1"));
    follower.destroy();
    leader.destroy();
  }
}
