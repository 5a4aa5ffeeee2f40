package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import java.sql.Connection;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The checker finds what it is there to find; everything else in this package relies on it. */
@ExtendWith(SharedServer.class)
class LedgerIT {

  @Test
  void everyKindOfLossIsFound(RunningServer server) throws Exception {
    server.send("POST", "/apps", Map.of("name", "ledger"));
    Database database = Database.create(server, "ledger", "standard-0");
    Pgbench.initialise(database.url(), 1);
    try (var ledger = Ledger.open(database::url, 2);
        var pgbench = Pgbench.start(database::url, 1, 100)) {
      ledger.awaitMore(200);
      Instant middle = Instant.now();
      ledger.awaitMore(200);
      // The database is its own best copy, also while it is written to.
      Instant before = Instant.now();
      assertThat(database.check(ledger, before, before.plusSeconds(60)).rows())
          .isGreaterThanOrEqualTo(400);
      // After a crash what was acknowledged is there, too.
      database.kill();
      ledger.awaitMore(200);
      assertThat(ledger.sessions()).isEqualTo(4);
      ledger.stop();
      pgbench.stop();
      Instant end = Instant.now();
      database.check(ledger, end, end);
      database.assertSound();

      refused(database, ledger, middle, middle, "only", "were sent before");
      // More than the one row that nobody may have been told of when the server died.
      String last =
          "(select session, max(n) - back from ledger, generate_series(0, 4) back"
              + " where session % 2 = 0 group by session, back)";
      Sql.run(
          database.url(),
          "create table held as select * from ledger",
          "delete from ledger where (session, n) in " + last);
      refused(database, ledger, end, end, "were acknowledged before");
      refused(database, ledger, middle, end, "not one moment");
      Sql.run(database.url(), "truncate ledger", "insert into ledger select * from held");
      database.check(ledger, end, end);
      Sql.run(database.url(), "delete from ledger where n = 7");
      refused(database, ledger, end, end, "the first and last row of session");
      Sql.run(
          database.url(),
          "truncate ledger",
          "insert into ledger select * from held union all select -1, 1");
      refused(database, ledger, end, end, "nobody wrote session -1");
      Sql.run(
          database.url(),
          "truncate ledger",
          "insert into ledger select * from held",
          "update pgbench_tellers set tbalance = tbalance + 1 where tid = 1");
      refused(database, ledger, end, end, "tbalance");
    }
    database.destroy();
  }

  private static void refused(
      Database database, Ledger ledger, Instant from, Instant to, String... words) {
    assertThatThrownBy(
            () -> {
              try (Connection copy = database.connect()) {
                ledger.check(copy, from, to);
                Pgbench.assertSums(copy);
              }
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll(words);
  }
}
