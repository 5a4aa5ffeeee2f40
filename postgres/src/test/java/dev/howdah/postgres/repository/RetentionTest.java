package dev.howdah.postgres.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final BaseCopy FIRST = base("20260101-000000F", "2026-01-01T00:00:00Z", "01");
  private static final BaseCopy NEXT_DAY =
      base("20260101-000000F_20260102-000000I", "2026-01-02T00:00:00Z", "02");
  private static final BaseCopy SECOND = base("20260108-000000F", "2026-01-08T00:00:00Z", "08");
  private static final BaseCopy THIRD = base("20260115-000000F", "2026-01-15T00:00:00Z", "15");

  @Test
  void keepsTheSetThatReachesBackTheWindow() {
    assertThat(expendable("2026-01-10T00:00:00Z", FIRST, NEXT_DAY, SECOND, THIRD))
        .containsExactly("20260101-000000F");
  }

  @Test
  void keepsASetWhoseIncrementIsTheNewestBeforeTheWindow() {
    assertThat(expendable("2026-01-07T23:59:59Z", FIRST, NEXT_DAY, SECOND, THIRD)).isEmpty();
  }

  @Test
  void aBaseThatWasCompleteAtThatVeryMomentIsEnough() {
    assertThat(expendable("2026-01-15T00:00:00Z", FIRST, NEXT_DAY, SECOND, THIRD))
        .containsExactly("20260101-000000F", "20260108-000000F");
  }

  @Test
  void keepsEverythingWhileNothingIsOldEnough() {
    assertThat(expendable("2025-12-31T00:00:00Z", FIRST, NEXT_DAY, SECOND)).isEmpty();
    assertThat(Retention.expendable(List.of(), Instant.MAX)).isEmpty();
  }

  @Test
  void neverGivesUpTheNewestSet() {
    assertThat(expendable("2030-01-01T00:00:00Z", FIRST, SECOND, THIRD))
        .containsExactly("20260101-000000F", "20260108-000000F");
  }

  @Test
  void logIsExpendableBeforeTheOldestBaseWhateverItsTimeline() {
    List<BaseCopy> bases = List.of(SECOND, THIRD);
    assertThat(Retention.isExpendable("000000010000000000000007", bases)).isTrue();
    assertThat(Retention.isExpendable("000000020000000000000007", bases)).isTrue();
    assertThat(Retention.isExpendable("000000010000000000000008", bases)).isFalse();
    assertThat(Retention.isExpendable("000000020000000000000009", bases)).isFalse();
    assertThat(Retention.isExpendable("000000010000000000000007", List.of())).isFalse();
  }

  private static List<String> expendable(String earliest, BaseCopy... bases) {
    return Retention.expendable(List.of(bases), Instant.parse(earliest));
  }

  private static BaseCopy base(String label, String finished, String segment) {
    Instant time = Instant.parse(finished);
    return new BaseCopy(
        label,
        label.endsWith("F") ? BaseCopy.Kind.FULL : BaseCopy.Kind.INCREMENTAL,
        time.minusSeconds(10),
        time,
        new Lsn(1),
        new Lsn(2),
        "0000000100000000000000" + segment,
        "0000000100000000000000" + segment,
        1);
  }
}
