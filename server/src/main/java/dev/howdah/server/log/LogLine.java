package dev.howdah.server.log;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * One line of an app's log: {@code TIME source[process]: message}.
 *
 * @param sequence counts up in each app, so that a reader can say what it has seen
 * @param source {@code app} for what belongs to the app, {@code heroku} for the platform
 * @param message clean text without an end of line, see {@link LogText}
 */
public record LogLine(long sequence, Instant at, String source, String process, String message) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'").withZone(ZoneOffset.UTC);

  /** The source of what the platform itself says. */
  public static final String PLATFORM = "heroku";

  /** The source of what belongs to the app. */
  public static final String APP = "app";

  /** The process of what the log router says of itself. */
  static final String ROUTER = "logplex";

  /** A moment as log lines show it, to the microsecond. */
  public static String time(Instant at) {
    return TIME.format(at);
  }

  /** A word of the log router to one reader, in the place of lines that it has lost. */
  public static LogLine notice(Instant at, String message) {
    return new LogLine(0, at, PLATFORM, ROUTER, message);
  }

  /** The line as readers see it. */
  public String text() {
    return time(at) + " " + source + "[" + process + "]: " + message;
  }
}
