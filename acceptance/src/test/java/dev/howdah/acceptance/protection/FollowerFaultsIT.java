package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A follower outlives the loss of its connection and the death of either side (B7.14), and has
 * everything again soon after; its leader does not stop for it.
 */
class FollowerFaultsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Test
  void aFollowerCatchesUpAfterEveryLossOfItsLeader() throws Exception {
    try (var server = RunningServer.start()) {
      server.send("POST", "/apps", Map.of("name", "faults"));
      Database leader = Database.create(server, "faults", "standard-0");
      Pgbench.initialise(leader.url(), 1);
      try (var ledger = Ledger.open(leader::url, 2);
          var pgbench = Pgbench.start(leader::url, 1, 50)) {
        ledger.awaitMore(100);
        Database follower = leader.follower().ready();
        follower.awaitEverything(ledger);

        // The line is cut, from either end.
        signal(server, walSender(leader), "KILL");
        // PostgreSQL restarts all of a server of which a process was killed.
        follower.awaitEverything(ledger);
        leader.operator("select pg_terminate_backend(" + walSender(leader) + ")");
        follower.awaitEverything(ledger);
        signal(server, walReceiver(follower), "TERM");
        follower.awaitEverything(ledger);

        // The line is cut for longer, and who asks is told so, and when it is mended.
        String role = leader.operator("select usename from pg_stat_replication").getFirst();
        leader.operator("alter role " + role + " nologin");
        leader.operator("select pg_terminate_backend(" + walSender(leader) + ")");
        follower.awaitInfo("Status", "Available, disconnected from its leader");
        assertThat(follower.info("Behind By")).get().asString().matches("\\d+ commits");
        leader.operator("alter role " + role + " login");
        follower.awaitEverything(ledger);
        assertThat(follower.info("Status")).contains("Available");

        // The line is dead: nobody says anything, and nobody hangs up.
        int before = ledger.sessions();
        long silenced = walSender(leader);
        signal(server, silenced, "STOP");
        try {
          Instant silent = Instant.now();
          ledger.awaitMore(200);
          Thread.sleep(3000);
          assertThat(follower.check(ledger, Instant.EPOCH, Instant.now()).lossAt(Instant.now()))
              .isGreaterThan(Duration.ofSeconds(2));
          assertThat(follower.info("Behind By")).get().asString().doesNotMatch("0 commits");
          assertThat(ledger.longestGap(System.nanoTime() - sinceNanos(silent), System.nanoTime()))
              .as("without a write on the leader")
              .isLessThan(Duration.ofSeconds(3));
        } finally {
          signal(server, silenced, "CONT");
        }
        follower.awaitEverything(ledger);
        assertThat(ledger.sessions()).as("connections to the leader").isEqualTo(before);

        // Both servers die, one after the other and together; Howdah, too.
        follower.kill();
        follower.awaitEverything(ledger);
        assertThat(ledger.sessions()).as("connections to the leader").isEqualTo(before);
        leader.kill();
        ledger.awaitMore(100);
        follower.awaitEverything(ledger);
        server.kill();
        leader.kill();
        follower.kill();
        server.restart();
        ledger.awaitMore(100);
        follower.awaitEverything(ledger);

        // What was written while the follower was down is there, too.
        assertThat(leader.operator("select count(*) from pg_replication_slots"))
            .isEqualTo(List.of("1"));
        ledger.stop();
        pgbench.stop();
        Instant end = Instant.now();
        follower.awaitEverything(ledger);
        follower.check(ledger, end, end);
        awaitBehind(follower);
        follower.howdah("pg:unfollow").succeeded();
        follower.ready();
        follower.check(ledger, end, end);
        follower.assertSound();
        assertThat(leader.operator("select count(*) from pg_replication_slots"))
            .isEqualTo(List.of("0"));
      }
    }
  }

  private static void awaitBehind(Database follower) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(follower.info("Behind By")).contains("0 commits"));
  }

  private static long sinceNanos(Instant moment) {
    return Duration.between(moment, Instant.now()).toNanos();
  }

  private static long walSender(Database leader) {
    return process(leader, "select pid from pg_stat_replication where state = 'streaming'");
  }

  private static long walReceiver(Database follower) {
    return process(follower, "select pid from pg_stat_wal_receiver");
  }

  private static long process(Database database, String query) {
    return await(query)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> database.operator(query), lines -> lines.size() == 1)
        .stream()
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  private static void signal(RunningServer server, long pid, String signal) {
    server.run("kill", "-" + signal, Long.toString(pid)).succeeded();
  }
}
