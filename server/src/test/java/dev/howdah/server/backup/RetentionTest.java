package dev.howdah.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant NOW = Instant.parse("2026-11-29T03:10:00Z");

  private static List<Instant> daily(int days) {
    var all = new ArrayList<Instant>();
    for (int day = 0; day < days; day++) {
      all.add(NOW.minus(day, ChronoUnit.DAYS));
    }
    return all;
  }

  private static List<Instant> kept(Retention retention, List<Instant> backups) {
    var kept = new ArrayList<>(backups);
    kept.removeAll(retention.surplus(backups, Function.identity()));
    return kept;
  }

  @Test
  void keepsTheNewestOfEachDay() {
    List<Instant> backups = List.of(NOW, NOW.minusSeconds(60), NOW.minus(1, ChronoUnit.DAYS));
    assertThat(kept(new Retention(2, 7, 0, 0), backups))
        .containsExactly(NOW, NOW.minus(1, ChronoUnit.DAYS));
  }

  @Test
  void keepsAWeekOfDaysAndFiveWeeksOnTheMonthlyPlan() {
    List<Instant> kept = kept(Retention.ofAddon("auto-month"), daily(60));
    // Seven days, and the newest of each of five weeks, the last of which is among the days.
    assertThat(kept).hasSize(7 + 5 - 1).startsWith(NOW).contains(NOW.minus(28, ChronoUnit.DAYS));
  }

  @Test
  void keepsOnlyDaysOnTheWeeklyPlan() {
    assertThat(kept(Retention.ofAddon("auto-week"), daily(60))).isEqualTo(daily(7));
  }

  @Test
  void keepsAYearOfMonthsOnTheLargeTiers() {
    assertThat(kept(Retention.ofTier("premium"), daily(800)))
        .contains(Instant.parse("2025-12-31T03:10:00Z"))
        .doesNotContain(Instant.parse("2025-11-30T03:10:00Z"));
  }

  @Test
  void deletesNothingOldWhereNothingNewIsTaken() {
    List<Instant> old = daily(7).stream().map(taken -> taken.minus(1000, ChronoUnit.DAYS)).toList();
    assertThat(kept(Retention.ofTier("hobby"), old)).isEqualTo(old);
  }
}
