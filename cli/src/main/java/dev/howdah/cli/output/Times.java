package dev.howdah.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Times as the Toolbelt wrote them: {@code 2014/05/25 14:03:00 (~ 3m ago)}. */
public final class Times {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT);

  private Times() {}

  /** The time of the API in the user's zone, and how long ago when that is within a day. */
  public static String ago(String iso, Instant now, ZoneId zone) {
    Instant then;
    try {
      then = OffsetDateTime.parse(iso).toInstant();
    } catch (DateTimeParseException _) {
      return iso;
    }
    String text = FORMAT.format(then.atZone(zone));
    long seconds = Duration.between(then, now).toSeconds();
    if (seconds <= 60) {
      return text + " (~ " + Math.max(0, seconds) + "s ago)";
    }
    if (seconds <= 60 * 60) {
      return text + " (~ " + seconds / 60 + "m ago)";
    }
    if (seconds <= 25 * 60 * 60) {
      return text + " (~ " + seconds / 3600 + "h ago)";
    }
    return text;
  }
}
