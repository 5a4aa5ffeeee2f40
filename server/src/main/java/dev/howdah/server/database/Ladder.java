package dev.howdah.server.database;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ladder a database climbs when it is over its plan (B1.33): a warning at 70 %, a grace period
 * from 100 %, restriction at its end, and back down by itself. Pure.
 */
final class Ladder {
  private static final double WARNING = 0.7;

  private Ladder() {}

  /** Where a database stands against one limit. */
  enum Compliance {
    IN_COMPLIANCE("In compliance"),
    CLOSE("In compliance, close to limit"),
    OVER("Above limits, access disruption imminent"),
    RESTRICTED("Write access revoked");

    private final String text;

    Compliance(String text) {
      this.text = text;
    }

    /** As {@code pg:info} shows it. */
    String text() {
      return text;
    }
  }

  /** What to do about it. */
  enum Action {
    NONE,
    WARN,
    BEGIN_GRACE,
    END_GRACE,
    RESTRICT,
    RELEASE
  }

  /** How much of the plan is used: the largest share of any limit. 1 is the limit itself. */
  static double use(DatabasePlan plan, long rows, long bytes) {
    return Math.max(share(rows, plan.rows()), share(bytes, plan.bytes()));
  }

  static Action decide(
      double use,
      Optional<Instant> warnedAt,
      Optional<Instant> overSince,
      Optional<Instant> restrictedAt,
      Duration grace,
      Instant now) {
    if (use <= 1) {
      if (restrictedAt.isPresent()) {
        return Action.RELEASE;
      }
      if (overSince.isPresent()) {
        return Action.END_GRACE;
      }
      return use >= WARNING && warnedAt.isEmpty() ? Action.WARN : Action.NONE;
    }
    if (restrictedAt.isPresent()) {
      return Action.NONE;
    }
    if (overSince.isEmpty()) {
      return Action.BEGIN_GRACE;
    }
    return now.isBefore(overSince.get().plus(grace)) ? Action.NONE : Action.RESTRICT;
  }

  static Compliance compliance(double use, Optional<Instant> restrictedAt) {
    if (restrictedAt.isPresent()) {
      return Compliance.RESTRICTED;
    }
    if (use > 1) {
      return Compliance.OVER;
    }
    return use >= WARNING ? Compliance.CLOSE : Compliance.IN_COMPLIANCE;
  }

  private static double share(long used, OptionalLong limit) {
    return limit.isEmpty() || limit.getAsLong() == 0 ? 0 : (double) used / limit.getAsLong();
  }
}
