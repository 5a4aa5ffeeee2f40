package dev.howdah.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {
  @ParameterizedTest
  @CsvSource({
    "2026-11-23T12:00:00Z, 2026/11/23 13:00:00 (~ 0s ago)",
    "2026-11-23T11:59:01Z, 2026/11/23 12:59:01 (~ 59s ago)",
    "2026-11-23T11:40:00Z, 2026/11/23 12:40:00 (~ 20m ago)",
    "2026-11-23T02:00:00Z, 2026/11/23 03:00:00 (~ 10h ago)",
    "2026-11-20T12:00:00Z, 2026/11/20 13:00:00",
    "2026-11-23T12:00:05Z, 2026/11/23 13:00:05 (~ 0s ago)",
    "yesterday, yesterday"
  })
  void saysHowLongAgoWithinADay(String iso, String text) {
    assertThat(Times.ago(iso, Instant.parse("2026-11-23T12:00:00Z"), ZoneId.of("Europe/Prague")))
        .isEqualTo(text);
  }
}
