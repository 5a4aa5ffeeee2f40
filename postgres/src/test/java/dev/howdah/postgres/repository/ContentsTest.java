package dev.howdah.postgres.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentsTest {

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void theNewestThatWasCompleteByThen() {
    List<BaseCopy> bases = List.of(base(0), base(100), base(200));
    assertThat(newest(bases, at(150))).contains(base(100));
    assertThat(newest(bases, at(100))).contains(base(100));
    assertThat(newest(bases, at(99))).contains(base(0));
    assertThat(newest(bases, at(-1))).isEmpty();
  }

  /** Whatever there is: never one from after the target, never an older one than necessary. */
  @Test
  void noneIsYoungerThanTheTargetAndNoneBetterIsPassedOver() {
    Random random = new Random(42);
    for (int round = 0; round < 2000; round++) {
      List<BaseCopy> bases = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        bases.add(base(random.nextInt(50)));
      }
      int target = random.nextInt(60) - 5;
      Optional<BaseCopy> chosen = newest(bases, at(target));
      Instant moment = NOON.plusSeconds(target);
      List<BaseCopy> usable =
          bases.stream().filter(base -> !base.finishedAt().isAfter(moment)).toList();
      assertThat(chosen.isPresent()).isEqualTo(!usable.isEmpty());
      chosen.ifPresent(base -> {
        assertThat(usable).contains(base);
        assertThat(usable).allMatch(other -> !other.finishedAt().isAfter(base.finishedAt()));
      });
    }
  }

  private static Optional<BaseCopy> newest(List<BaseCopy> bases, Instant moment) {
    List<BaseCopy> sorted =
        bases.stream().sorted(Comparator.comparing(BaseCopy::finishedAt)).toList();
    return new Contents(sorted, Optional.empty(), Optional.empty()).newestBefore(moment);
  }

  private static Instant at(int seconds) {
    return NOON.plusSeconds(seconds);
  }

  private static BaseCopy base(int finished) {
    return new BaseCopy(
        "base-" + finished,
        BaseCopy.Kind.FULL,
        NOON.plusSeconds(finished - 7),
        NOON.plusSeconds(finished),
        new Lsn(1000 + finished),
        new Lsn(1005 + finished),
        "000000010000000000000001",
        "000000010000000000000001",
        1 << 20);
  }
}
