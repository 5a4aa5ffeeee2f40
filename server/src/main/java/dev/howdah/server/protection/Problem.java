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

  /** When its server, which alone knows, has not answered for a while. */
  static String silentSince(Instant time) {
    return "its server has not said how far it is since " + MINUTE.format(time);
  }

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
   * @param there whether the repository is where it should be
   */
  static Optional<String> of(
      Lineage lineage, Optional<Instant> failingSince, boolean there, Optional<Duration> behind) {
    if (lineage.gap().isPresent()) {
      return of(lineage);
    }
    if (failingSince.isPresent()) {
      return Optional.of(
          "the repository %s since %s; what is written waits for it on the database's own volume"
              .formatted(
                  there ? "has taken nothing" : "is not there and has taken nothing",
                  MINUTE.format(failingSince.get())));
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
