package dev.howdah.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {

  @ParameterizedTest
  @CsvSource({
    "2, UTC, 2026-11-29T01:59:59Z, 2026-11-29T02:00:00Z",
    "2, UTC, 2026-11-29T02:00:00Z, 2026-11-30T02:00:00Z",
    "2, America/Los_Angeles, 2026-11-29T09:00:00Z, 2026-11-29T10:00:00Z",
    // The clocks are put forward from 2 to 3: there is no 2 o'clock.
    "2, America/Los_Angeles, 2026-03-08T09:00:00Z, 2026-03-08T10:00:00Z",
    // They are put back from 2 to 1: the first 1 o'clock counts, and the next day follows.
    "1, America/Los_Angeles, 2026-11-01T07:00:00Z, 2026-11-01T08:00:00Z",
    "1, America/Los_Angeles, 2026-11-01T08:00:00Z, 2026-11-02T09:00:00Z",
    "0, Asia/Kolkata, 2026-11-28T18:29:00Z, 2026-11-28T18:30:00Z"
  })
  void strikesOnceADay(int hour, String zone, Instant now, Instant next) {
    assertThat(Schedule.next(hour, ZoneId.of(zone), now)).isEqualTo(next);
  }
}
