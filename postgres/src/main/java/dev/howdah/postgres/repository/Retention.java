package dev.howdah.postgres.repository;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a repository no longer needs. Pure. */
final class Retention {

  /**
   * The length of a full base copy's label; those that need it have it as the beginning of theirs.
   */
  private static final int SET_LABEL = "20260101-000000F".length();

  private Retention() {}

  /**
   * The full base copies that may go, with those that need them, oldest first: all that are older
   * than the set with the newest base copy that was complete at {@code earliest}. While there is
   * none that old, everything is kept.
   *
   * @param bases oldest first
   * @param earliest the earliest moment that must stay reachable
   */
  static List<String> expendable(List<BaseCopy> bases, Instant earliest) {
    String kept =
        bases.stream()
            .filter(base -> !base.finishedAt().isAfter(earliest))
            .reduce((older, newer) -> newer)
            .map(Retention::set)
            .orElse("");
    List<String> sets = new ArrayList<>();
    for (String set : bases.stream().map(Retention::set).distinct().sorted().toList()) {
      // Labels begin with the time, so their order is that of time.
      if (set.compareTo(kept) < 0) {
        sets.add(set);
      }
    }
    return sets;
  }

  /**
   * Whether a file of the write-ahead log is older than everything that base copies need.
   *
   * @param segment 24 hexadecimal digits, of which the first eight are the timeline
   */
  static boolean isExpendable(String segment, List<BaseCopy> bases) {
    return !bases.isEmpty()
        && bases.stream()
            .allMatch(base -> position(segment).compareTo(position(base.firstSegment())) < 0);
  }

  /** Where in the log, whatever the timeline. */
  static String position(String segment) {
    return segment.substring(8, 24);
  }

  private static String set(BaseCopy base) {
    return base.label().substring(0, SET_LABEL);
  }
}
