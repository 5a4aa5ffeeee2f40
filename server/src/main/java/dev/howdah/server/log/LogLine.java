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
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

  private static final int MICROS = 1_000_000;

  /** A second as text; lines come many in one, and it is dear to write. */
  private record Second(long epoch, String text) {}

  private static volatile Second newest = new Second(0, "1970-01-01T00:00:00");

  /** The source of what the platform itself says. */
  public static final String PLATFORM = "heroku";

  /** The source of what belongs to the app. */
  public static final String APP = "app";

  /** The process of what the log router says of itself. */
  static final String ROUTER = "logplex";

  /** A moment as log lines show it, to the microsecond. */
  public static String time(Instant at) {
    Second second = newest;
    if (second.epoch() != at.getEpochSecond()) {
      second = new Second(at.getEpochSecond(), SECONDS.format(at));
      newest = second;
    }
    // The first digit is a guard that keeps the zeros at the front.
    String micros = Integer.toString(MICROS + at.getNano() / 1000);
    return second.text() + "." + micros.substring(1) + "+00:00";
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
