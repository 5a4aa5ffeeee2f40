package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rollbacks to random moments, each with exactly what PostgreSQL and the book say was committed by
 * then. More of them than by default: {@code -Dhowdah.rollback.moments=20}, over a history of so
 * many seconds: {@code -Dhowdah.rollback.seconds=600}.
 */
@ExtendWith(SharedServer.class)
class RollbackIT {
  private static final int MOMENTS = Integer.getInteger("howdah.rollback.moments", 2);
  private static final int SECONDS = Integer.getInteger("howdah.rollback.seconds", 8);
  private static final long SEED = Long.getLong("howdah.rollback.seed", System.nanoTime());

  /** The two ways of the book, and ISO's (B6.5). */
  private static final List<DateTimeFormatter> SPELLINGS =
      List.of(
          DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS 'US/Pacific'")
              .withZone(ZoneId.of("US/Pacific")),
          DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSx").withZone(ZoneId.of("UTC")),
          DateTimeFormatter.ISO_INSTANT);

  @Test
  void aRollbackIsWhatTheDatabaseWasToTheMicrosecond(RunningServer server) throws Exception {
    System.out.println("rollbacks: " + MOMENTS + ", -Dhowdah.rollback.seed=" + SEED);
    var random = new Random(SEED);
    server.send("POST", "/apps", Map.of("name", "rollbacks"));
    Database source = Database.create(server, "rollbacks", "standard-0").protectedToo();
    source.notesCommits();
    Pgbench.initialise(source.url(), 1);
    try (var ledger = Ledger.open(source::url, 2);
        var pgbench = Pgbench.start(source::url, 2, 100)) {
      ledger.awaitMore(100);
      Instant first = Instant.now();
      Thread.sleep(Duration.ofSeconds(SECONDS));
      Instant last = Instant.now();
      long span = ChronoUnit.MICROS.between(first, last);
      for (int i = 0; i < MOMENTS; i++) {
        Instant moment =
            first
                .plus((long) (random.nextDouble() * span), ChronoUnit.MICROS)
                .truncatedTo(ChronoUnit.MICROS);
        Database copy = source.rollback(SPELLINGS.get(i % SPELLINGS.size()).format(moment)).ready();
        assertThat(copy.rowsOfSessions())
            .as("rows of the rollback to %s, by session", moment)
            .isEqualTo(source.committedUntil(moment));
        Ledger.Reading reading = copy.check(ledger, moment, moment);
        copy.assertSound();
        System.out.printf("rolled back to %s: %d rows, exactly%n", moment, reading.rows());
        Sql.run(copy.url(), "create table it_can_be_written_to ()");
        copy.destroy();
      }
      assertThat(ledger.sessions()).as("connections, of which none broke").isEqualTo(2);
      ledger.stop();
      pgbench.stop();
      // The last commit is long ago: there is nothing up to the moment that is asked for.
      Thread.sleep(1100);
      Database all = source.rollback(Instant.now()).ready();
      Instant end = Instant.now();
      assertThat(all.rowsOfSessions()).isEqualTo(source.rowsOfSessions());
      all.check(ledger, end, end);
      all.destroy();
    }
    source.destroy();
  }

  @Test
  void whatCannotBeReachedIsRefusedWithWhatCan(RunningServer server) throws Exception {
    server.send("POST", "/apps", Map.of("name", "windows"));
    Database source = Database.create(server, "windows", "standard-0").protectedToo();
    Sql.run(source.url(), "create table kept as select 1 as n");
    String window = ": from \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC to .* UTC\\.";
    for (Map<String, String> outside :
        List.of(
            Map.of("rollback", source.name(), "by", "30 days"),
            Map.of("rollback", source.name(), "to", "2014-10-05 15:02:00+00"),
            Map.of("rollback", source.name(), "to", "2999-10-05 15:02 US/Pacific"))) {
      assertThat(source.refuses(outside))
          .containsPattern(
              "is outside of what " + source.name() + " can be rolled back to" + window);
    }
    assertThat(source.refuses(Map.of("rollback", source.name())))
        .contains("Say either --to TIME or --by INTERVAL");
    assertThat(source.refuses(Map.of("rollback", source.name(), "to", "yesterday")))
        .contains("yesterday is no time");
    assertThat(source.refuses(Map.of("rollback", source.name(), "by", "a while")))
        .contains("a while is no interval");
    assertThat(source.refuses(Map.of("fork", source.name(), "follow", source.name())))
        .contains("leave out all but one");

    // Nothing is committed between the row and the moment, and that is said.
    Thread.sleep(2100);
    Database clamped = source.copyWith(Map.of("rollback", source.name(), "by", "1 second")).ready();
    assertThat(Sql.ask(clamped.url(), "select n from kept")).isEqualTo("1");
    assertThat(clamped.info("Data As Of")).get().asString().contains("UTC");
    clamped.destroy();
    source.destroy();
  }
}
