package dev.howdah.server.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.platform.ApiError;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointInTimeTest {
  private static final Instant NOW = Instant.parse("2014-10-05T16:01:43Z");

  @ParameterizedTest
  @CsvSource({
    "2014-10-05 15:02:00+00,         2014-10-05T15:02:00Z",
    "2014-10-05 15:02:07.25 +0000,   2014-10-05T15:02:07.250Z",
    "2014-10-05 15:02 US/Pacific,    2014-10-05T22:02:00Z",
    "2014-10-05 15:02 PST,           2014-10-05T22:02:00Z",
    "2014-10-05T15:02:00Z,           2014-10-05T15:02:00Z",
    "2014-10-05 15:02:00-07,         2014-10-05T22:02:00Z",
    "2014-10-05 15:02:00+05:30,      2014-10-05T09:32:00Z",
    "2014-10-05 5:02,                2014-10-05T05:02:00Z",
    "2014-10-05 15:02 Europe/Berlin, 2014-10-05T13:02:00Z",
  })
  void readsTimes(String text, String moment) {
    assertThat(PointInTime.of(Optional.of(text), Optional.empty(), NOW)).isEqualTo(moment);
  }

  @ParameterizedTest
  @CsvSource({
    "2 days 5 hours 10 minutes,    2014-10-03T10:51:43Z",
    "1 hour,                       2014-10-05T15:01:43Z",
    "90min,                        2014-10-05T14:31:43Z",
    "1d 2h,                        2014-10-04T14:01:43Z",
    "1 week,                       2014-09-28T16:01:43Z",
    "3 days 04:05:06,              2014-10-02T11:56:37Z",
    "5 SECONDS,                    2014-10-05T16:01:38Z",
    "1 hour and 1 minute,          2014-10-05T15:00:43Z",
  })
  void readsIntervals(String text, String moment) {
    assertThat(PointInTime.of(Optional.empty(), Optional.of(text), NOW)).isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"yesterday", "2014-10-05", "2014-13-05 15:02", "2014-10-05 15:02 Mars", ""})
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> PointInTime.of(Optional.of(text), Optional.empty(), NOW))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("US/Pacific");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a while", "5", "-1 hour", "2 fortnights", "0 days", "", "1 hour,,"})
  void refusesWhatIsNoInterval(String text) {
    assertThatThrownBy(() -> PointInTime.of(Optional.empty(), Optional.of(text), NOW))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("2 days 5 hours 10 minutes");
  }

  @Test
  void wantsExactlyOneOfTheTwo() {
    assertThatThrownBy(() -> PointInTime.of(Optional.empty(), Optional.empty(), NOW))
        .isInstanceOf(ApiError.class);
    assertThatThrownBy(
            () -> PointInTime.of(Optional.of("2014-10-05 15:02"), Optional.of("1 hour"), NOW))
        .isInstanceOf(ApiError.class);
  }

  @Test
  void saysItAsTheBookDoes() {
    assertThat(PointInTime.describe(Instant.parse("2014-10-05T15:02:00Z"), NOW))
        .isEqualTo("2014-10-05 15:02:00 +0000 (00:59:43 ago)");
    assertThat(PointInTime.describe(Instant.parse("2014-10-03T10:51:43Z"), NOW))
        .isEqualTo("2014-10-03 10:51:43 +0000 (2 days 05:10:00 ago)");
  }
}
