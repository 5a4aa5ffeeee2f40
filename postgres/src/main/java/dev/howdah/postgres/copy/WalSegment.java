package dev.howdah.postgres.copy;

import dev.howdah.postgres.repository.Lsn;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of a write-ahead log.
 *
 * @param timeline of the history it belongs to
 * @param number which one, counted from the beginning of all log
 * @param bytes how large each file of the cluster is
 */
record WalSegment(int timeline, long number, long bytes) {

  private static final Pattern NAME = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");
  private static final Pattern HISTORY = Pattern.compile("[0-9A-F]{8}\\.history");
  private static final long PER_NAME = 1L << 32;

  /** The file that a position lies in; one that ends a file lies in the next. */
  static WalSegment holding(int timeline, Lsn position, long bytes) {
    return new WalSegment(timeline, Long.divideUnsigned(position.value(), bytes), bytes);
  }

  /** The file that holds the byte before a position. */
  static WalSegment before(int timeline, Lsn position, long bytes) {
    return holding(timeline, new Lsn(position.value() - 1), bytes);
  }

  /** The file of a name; empty for any other name. */
  static Optional<WalSegment> named(String name, long bytes) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || bytes <= 0) {
      return Optional.empty();
    }
    long perHigh = PER_NAME / bytes;
    return Optional.of(
        new WalSegment(
            (int) Long.parseLong(matcher.group(1), 16),
            Long.parseLong(matcher.group(2), 16) * perHigh + Long.parseLong(matcher.group(3), 16),
            bytes));
  }

  /** Whether a name is that of a timeline's history. */
  static boolean isHistory(String name) {
    return HISTORY.matcher(name).matches();
  }

  WalSegment next() {
    return new WalSegment(timeline, number + 1, bytes);
  }

  /** The position it begins at. */
  Lsn begin() {
    return new Lsn(number * bytes);
  }

  /** The position it ends at. */
  Lsn end() {
    return next().begin();
  }

  String name() {
    long perHigh = PER_NAME / bytes;
    return "%08X%08X%08X".formatted(timeline, number / perHigh, number % perHigh);
  }
}
