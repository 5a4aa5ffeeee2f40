package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database becomes what it was, or what its source is, and stays where it is. */
@ExtendWith(SharedServer.class)
class InPlaceIT {

  @Test
  void aDatabaseGoesBackAndForth(RunningServer server) throws Exception {
    server.send("POST", "/apps", Map.of("name", "in-place"));
    Database database = Database.create(server, "in-place", "standard-0").protectedToo();
    Pgbench.initialise(database.url(), 1);
    try (var ledger = Ledger.open(database::url, 2);
        var pgbench = Pgbench.start(database::url, 1, 50)) {
      ledger.awaitMore(200);
      Thread.sleep(1500);
      Instant moment = Instant.now().truncatedTo(ChronoUnit.MICROS);
      ledger.awaitMore(500);
      String url = database.url();
      String lineage = database.lineage();

      Instant asked = Instant.now();
      database.howdah("pg:rollback", "--to", moment.toString()).succeeded();
      database.ready();
      assertThat(database.url()).isEqualTo(url);
      assertThat(database.lineage()).isNotEqualTo(lineage);
      ledger.awaitMore(100);
      // What is acknowledged while it is read would not be in what is read.
      ledger.stop();
      pgbench.stop();
      database.checkReplaced(ledger, asked, moment, moment);

      // Undone: everything that was acknowledged before it went back is there again.
      database.howdah("pg:rollback:undo").succeeded();
      database.ready();
      assertThat(database.url()).isEqualTo(url);
      database.check(ledger, asked, Instant.now());
      database.assertSound();
      Sql.run(database.url(), "create table it_can_be_written_to ()");
      database.protectedToo();
    }
    database.destroy();
  }

  @Test
  void aForkBecomesWhatItsSourceIsNow(RunningServer server) {
    server.send("POST", "/apps", Map.of("name", "refresh"));
    Database source = Database.create(server, "refresh", "standard-0");
    Pgbench.initialise(source.url(), 1);
    try (var ledger = Ledger.open(source::url, 2)) {
      ledger.awaitMore(100);
      Database fork = source.fork().ready();
      Sql.run(fork.url(), "create table of_the_fork ()");
      String url = fork.url();
      ledger.awaitMore(200);
      Instant asked = Instant.now();
      fork.howdah("pg:fork:refresh").succeeded();
      fork.ready();
      assertThat(fork.url()).isEqualTo(url);
      fork.check(ledger, asked, Instant.now());
      assertThat(Sql.ask(fork.url(), "select to_regclass('of_the_fork')")).isEqualTo("null");
      assertThat(ledger.sessions()).as("connections to the source").isEqualTo(2);
      fork.howdah("pg:rollback:undo").succeeded();
      fork.ready();
      assertThat(Sql.ask(fork.url(), "select to_regclass('of_the_fork')")).isEqualTo("of_the_fork");
      fork.destroy();
    }
    source.destroy();
  }
}
