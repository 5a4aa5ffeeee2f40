package dev.howdah.server.protection;

import dev.howdah.postgres.repository.BaseCopy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often base copies are taken. Pure.
 *
 * @param full from one full base copy to the next
 * @param increment from one base copy of any kind to the next
 */
public record BaseSchedule(Duration full, Duration increment) {

  /** Refuses times that would take one base copy after another. */
  public BaseSchedule {
    if (full.isNegative() || full.isZero() || increment.isNegative() || increment.isZero()) {
      throw new IllegalArgumentException("base copies need time between them");
    }
  }

  /** Which base copy is due now, if one is. */
  Optional<BaseCopy.Kind> due(Lineage lineage, Instant now) {
    if (lineage.gap().isPresent()) {
      // Nothing before the end of a gap leads beyond it; and while it grows, nothing helps.
      return lineage.gap().get().forgetting() ? Optional.empty() : Optional.of(BaseCopy.Kind.FULL);
    }
    if (isOver(full, lineage.newestFull(), now)) {
      return Optional.of(BaseCopy.Kind.FULL);
    }
    if (lineage.baseWanted() || isOver(increment, lineage.newestBase(), now)) {
      return Optional.of(BaseCopy.Kind.INCREMENTAL);
    }
    return Optional.empty();
  }

  private static boolean isOver(Duration pause, Optional<Instant> last, Instant now) {
    return last.map(time -> !time.plus(pause).isAfter(now)).orElse(true);
  }
}
