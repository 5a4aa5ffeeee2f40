package dev.howdah.server.protection;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What is wrong with the protection of a database, in one sentence. Pure. */
final class Problem {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  /** What is promised: no commit is older than this before it is in the repository. */
  private static final Duration PROMISED = Duration.ofSeconds(60);

  private Problem() {}

  /** What the record alone says. */
  static Optional<String> of(Lineage lineage) {
    if (lineage.gap().isPresent()) {
      return Optional.of(
          "write-ahead log after %s was lost; a new base copy is taken as soon as the repository answers"
              .formatted(MINUTE.format(lineage.gap().get().since())));
    }
    return lineage.baseProblem().map(problem -> "the last base copy failed: " + problem);
  }

  /**
   * With what was measured.
   *
   * @param failingSince since when the repository has taken nothing
   */
  static Optional<String> of(
      Lineage lineage, Optional<Instant> failingSince, Optional<Duration> behind) {
    if (lineage.gap().isPresent()) {
      return of(lineage);
    }
    if (failingSince.isPresent()) {
      return Optional.of(
          "the repository has taken nothing since " + MINUTE.format(failingSince.get()));
    }
    Optional<String> recorded = of(lineage);
    if (recorded.isPresent()) {
      return recorded;
    }
    return behind
        .filter(age -> age.compareTo(PROMISED) > 0)
        .map(age -> "the repository is behind by more than a minute");
  }
}
