package dev.howdah.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.log.LogFile;
import dev.howdah.server.SettableClock;
import dev.howdah.server.database.DatabasePlan;
import dev.howdah.server.database.PlanCatalogue;
import dev.howdah.server.log.Channel;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  private static final PlanCatalogue PLANS = PlanCatalogue.load(Path.of("/nonexistent/plans.yaml"));

  @TempDir Path directory;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-29T03:04:05Z"));
  private final UUID id = UUID.randomUUID();
  private final UUID app = UUID.randomUUID();
  private final UUID other = UUID.randomUUID();
  private final AtomicLong dropped = new AtomicLong();
  private Path log;
  private Channels channels;
  private LogTail tail;
  private int line;

  @BeforeEach
  void open() throws IOException {
    log = directory.resolve("postgresql.log");
    Files.createFile(log);
    restart("standard-0", app);
  }

  private void restart(String plan, UUID... apps) {
    if (channels != null) {
      channels.close();
    }
    channels = new Channels(directory.resolve("logs"), clock, new LogLimits(1 << 20, 0));
    tail = new LogTail(observed(plan, apps), new LogFile(log), channels, clock, 1000, dropped);
  }

  private Observed observed(String plan, UUID... apps) {
    DatabasePlan found = PLANS.find(plan).orElseThrow();
    List<Observed.Audience> audiences = new ArrayList<>();
    for (UUID one : apps) {
      audiences.add(
          new Observed.Audience(one, one.equals(app) ? "HEROKU_POSTGRESQL_GOLD" : "REPORTS"));
    }
    return new Observed(id, "postgresql-flat-1", 16001, "d1", found, Optional.empty(), audiences);
  }

  private void say(String text) throws IOException {
    say("1.2.3.4(5)", text);
  }

  private void say(String from, String text) throws IOException {
    line++;
    Files.writeString(
        log,
        "sql_error_code = 00000 time_ms = \"2026-11-29 03:04:05.678 UTC\" pid=\"7\" log_line=\"%d\""
                .formatted(line)
            + " database=\"d\" connection_source=\"%s\" user=\"u\" application_name=\"\" LOG:  %s\n"
                .formatted(from, text),
        StandardOpenOption.APPEND);
  }

  private void pump() throws IOException {
    LogTail.Next next = tail.pump();
    for (int i = 0; i < 100_000 && next != LogTail.Next.GROWTH; i++) {
      clock.advance(Duration.ofMillis(next == LogTail.Next.MOMENT ? 30 : 0));
      next = tail.pump();
    }
  }

  private List<String> lines(UUID of) {
    Channel.Cursor cursor = channels.of(of).after(0);
    List<String> lines = new ArrayList<>();
    for (var read = cursor.next(1000); !read.lines().isEmpty(); read = cursor.next(1000)) {
      read.lines().forEach(line -> lines.add(line.text()));
    }
    return lines;
  }

  @Test
  void linesLookAsHerokuShowsThem() throws IOException {
    say("duration: 2405.887 ms  statement: SELECT\n\t1");
    pump();
    assertThat(lines(app))
        .containsExactly(
            "2026-11-29T03:04:05.678000+00:00 app[postgres.16001]: [GOLD] [1-1]  sql_error_code ="
                + " 00000 time_ms = \"2026-11-29 03:04:05.678 UTC\" pid=\"7\" log_line=\"1\""
                + " database=\"d\" connection_source=\"1.2.3.4(5)\" user=\"u\""
                + " application_name=\"\" LOG:  duration: 2405.887 ms  statement: SELECT",
            "2026-11-29T03:04:05.678000+00:00 app[postgres.16001]: [GOLD] [1-2]  1");
  }

  @Test
  void aRestartNeitherRepeatsNorLosesWhereverItComes() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      say("message " + i);
      expected.add("message " + i);
      if (i % 3 == 0) {
        tail.pump(); // the last message is still held then
      }
      if (i % 5 == 0) {
        pump();
      }
      if (i % 7 == 0) {
        restart("standard-0", app);
      }
    }
    pump();
    assertThat(lines(app))
        .extracting(text -> text.replaceAll(".*LOG: {2}", ""))
        .isEqualTo(expected);
  }

  @Test
  void everyAppHearsItUnderItsOwnNameFromWhenItIsAttached() throws IOException {
    say("one");
    pump();
    tail.observe(observed("standard-0", app, other));
    say("two");
    pump();
    restart("standard-0", app, other);
    say("three");
    pump();
    assertThat(lines(app)).hasSize(3).allMatch(text -> text.contains("[GOLD]"));
    assertThat(lines(other)).hasSize(2).allMatch(text -> text.contains("[REPORTS]"));
    tail.observe(observed("standard-0", other));
    say("four");
    pump();
    assertThat(lines(app)).hasSize(3);
    assertThat(lines(other)).hasSize(3);
  }

  @Test
  void hobbyGivesNoneAndABetterPlanWhatComesThen() throws IOException {
    restart("hobby-basic", app);
    say("one");
    pump();
    tail.observe(observed("standard-0", app));
    say("two");
    pump();
    assertThat(lines(app)).singleElement().asString().endsWith("LOG:  two");
  }

  @Test
  void whatHowdahsOwnSessionsCauseIsNobodysElse() throws IOException {
    say("[local]", "connection authorized: user=howdah_monitor");
    say("", "checkpoint starting: time");
    pump();
    assertThat(lines(app)).singleElement().asString().endsWith("checkpoint starting: time");
  }

  @Test
  void whoSaysMoreThanItMayIsReadLater() throws IOException {
    for (int i = 0; i < 3000; i++) {
      say("message " + i);
    }
    tail.pump();
    long at = lines(app).size();
    pump();
    assertThat(at).isLessThan(3000);
    assertThat(lines(app)).hasSize(3000);
    assertThat(dropped).hasValue(0);
  }

  @Test
  void whatIsTooFarBehindIsCounted() throws IOException {
    say("first");
    pump();
    String text = "x".repeat(1000);
    for (int i = 0; i < 70_000; i++) {
      say(text);
    }
    say("last");
    pump();
    List<String> lines = lines(app);
    assertThat(lines.getLast()).endsWith("last");
    assertThat(dropped.get()).isGreaterThan(1000);
    long read = channels.of(app).last();
    assertThat(read + dropped.get()).as("N in, N out or counted").isEqualTo(70_002 + 1);
  }

  @Test
  void theDiskIsGivenBackAndReadingGoesOn() throws IOException {
    for (int i = 0; i < 5000; i++) {
      say("x".repeat(1000));
    }
    pump();
    tail.forget(1000);
    assertThat(new String(Files.readAllBytes(log), UTF_8)).startsWith("\0");
    restart("standard-0", app);
    say("after");
    pump();
    assertThat(lines(app).getLast()).endsWith("after");
    assertThat(channels.of(app).last()).isEqualTo(5001);
  }

  @Test
  void anotherFileInThePlaceIsNotTakenForTheLogDuringAnExchange() throws IOException {
    say("one");
    pump();
    Path away = directory.resolve("away");
    Files.move(log, away);
    Files.writeString(log, "somebody else\n".repeat(1000));
    pump();
    Files.move(away, log, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    say("two");
    pump();
    assertThat(lines(app)).hasSize(2).last().asString().endsWith("two");
  }
}
