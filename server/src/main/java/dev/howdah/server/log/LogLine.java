package dev.howdah.server.log;

import dev.howdah.server.release.Release;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * One line of an app's log: {@code TIME source[process]: message}.
 *
 * @param sequence counts up in each app, so that a reader can say what it has seen
 */
record LogLine(long sequence, Instant at, String source, String process, String message) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'").withZone(ZoneOffset.UTC);

  /** What the log tells of a release, in the two lines Heroku has for it. */
  static List<LogLine> of(Release release) {
    long sequence = 2L * release.version();
    String by = " by " + release.accountEmail();
    return List.of(
        api(sequence, release.createdAt(), release.description() + by),
        api(sequence + 1, release.createdAt(), "Release v" + release.version() + " created" + by));
  }

  /** The version of the release that the line with this sequence number is about. */
  static int version(long sequence) {
    return Math.clamp(sequence / 2, 0, Integer.MAX_VALUE);
  }

  private static LogLine api(long sequence, Instant at, String message) {
    return new LogLine(sequence, at, "heroku", "api", message.replaceAll("\\R", " "));
  }

  /** The line as readers see it. */
  String text() {
    return TIME.format(at) + " " + source + "[" + process + "]: " + message;
  }
}
