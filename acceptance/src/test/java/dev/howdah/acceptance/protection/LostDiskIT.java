package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The files of a live database are gone, and come back from the repository by one command. */
class LostDiskIT {
  private static final int SECONDS = Integer.getInteger("howdah.lostdisk.seconds", 15);

  /** What continuous protection promises (B1.28). */
  private static final Duration MOST = Duration.ofSeconds(60);

  @Test
  void atMostAMinuteIsLost() throws Exception {
    try (var server = RunningServer.start()) {
      server.send("POST", "/apps", Map.of("name", "lost"));
      Database database = Database.create(server, "lost", "standard-0");
      Pgbench.initialise(database.url(), 1);
      database.protectedToo();
      try (var ledger = Ledger.open(database::url, 2);
          var pgbench = Pgbench.start(database::url, 2, 100)) {
        ledger.awaitMore(100);
        // From here on it is a history; what is lost is of the time after that.
        database.archiveEverything();
        Thread.sleep(Duration.ofSeconds(SECONDS));
        String url = database.url();
        Instant lost = Instant.now();
        server.run("rm", "-rf", database.data().toString()).succeeded();
        database.killAll();
        await("what is missing to be said")
            .atMost(Duration.ofMinutes(1))
            .until(() -> database.info("Status").orElse("").startsWith("Unavailable"));
        ledger.stop();
        pgbench.stop();

        long begin = System.nanoTime();
        database.howdah("pg:recover").succeeded();
        database.ready();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(database.url()).as("where clients find it").isEqualTo(url);
        Ledger.Reading reading = database.check(ledger, Instant.EPOCH, Instant.now());
        Duration loss = reading.lossAt(lost);
        System.out.printf(
            "lost disk: %d of %d acknowledged rows are back after %.1f s; lost: the last %.1f s%n",
            reading.rows(), ledger.acknowledged(), took.toMillis() / 1e3, loss.toMillis() / 1e3);
        assertThat(loss).isLessThanOrEqualTo(MOST);
        assertThat(reading.rows()).isGreaterThanOrEqualTo(100);
        database.assertSound();
        // There is no way back to files that are gone, and nobody is sent there.
        assertThat(database.info("Kept")).get().asString().contains("pg:rollback:confirm deletes");
        assertThat(database.howdah("pg:rollback:undo").failed().all())
            .contains("no database, and cannot be brought back");
        database.howdah("pg:rollback:confirm").succeeded();
        assertThat(database.info("Kept")).isEmpty();

        // It is protected again, and what it is now can be copied.
        Sql.run(database.url(), "create table after_that as select 1 as n");
        database.protectedToo();
        Database fork = database.fork().ready();
        assertThat(Sql.ask(fork.url(), "select n from after_that")).isEqualTo("1");
      }
    }
  }
}
