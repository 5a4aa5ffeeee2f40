package dev.howdah.server.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.repository.BaseCopy.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BaseScheduleTest {
  private static final BaseSchedule WEEKLY =
      new BaseSchedule(Duration.ofDays(7), Duration.ofDays(1));
  private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");

  @Test
  void theFirstBaseCopyIsDueAtOnce() {
    assertThat(due(null, null, false, null)).contains(Kind.FULL);
  }

  @Test
  void isFullWeeklyAndIncrementalDaily() {
    assertThat(due(days(6), hours(23), false, null)).isEmpty();
    assertThat(due(days(6), hours(24), false, null)).contains(Kind.INCREMENTAL);
    assertThat(due(days(7), hours(1), false, null)).contains(Kind.FULL);
  }

  @Test
  void isTakenWhenSomebodyWantsIt() {
    assertThat(due(days(1), hours(1), true, null)).contains(Kind.INCREMENTAL);
    assertThat(due(null, null, true, null)).contains(Kind.FULL);
  }

  @Test
  void aGapWantsAFullOneAsSoonAsNothingIsDroppedAnyMore() {
    assertThat(due(days(1), hours(1), false, new Lineage.Gap(hours(1), true, 1))).isEmpty();
    assertThat(due(days(1), hours(1), false, new Lineage.Gap(hours(1), false, 1)))
        .contains(Kind.FULL);
  }

  @Test
  void refusesNoTimeBetween() {
    assertThatThrownBy(() -> new BaseSchedule(Duration.ZERO, Duration.ofDays(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Optional<Kind> due(
      @Nullable Instant full, @Nullable Instant newest, boolean wanted, Lineage.@Nullable Gap gap) {
    return WEEKLY.due(
        new Lineage(
            UUID.randomUUID(),
            UUID.randomUUID(),
            NOW,
            Optional.empty(),
            Optional.ofNullable(newest),
            Optional.ofNullable(full),
            wanted,
            Optional.empty(),
            Optional.empty(),
            Optional.ofNullable(gap)),
        NOW);
  }

  private static Instant days(int days) {
    return NOW.minus(Duration.ofDays(days));
  }

  private static Instant hours(int hours) {
    return NOW.minus(Duration.ofHours(hours));
  }
}
