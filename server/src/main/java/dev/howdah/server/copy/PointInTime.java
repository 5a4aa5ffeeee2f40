package dev.howdah.server.copy;

import dev.howdah.server.platform.ApiError;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The moment a rollback goes back to, in the two ways of saying it (B6.5). Pure. */
final class PointInTime {

  private static final Pattern TO =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})[ T](\\d{1,2}:\\d{2})(?::(\\d{2}(?:\\.\\d{1,9})?))?\\s*(\\S+)?");

  private static final Pattern OFFSET = Pattern.compile("([+-]\\d{2})(?::?(\\d{2}))?");
  private static final Pattern UNIT = Pattern.compile("([0-9]{1,9})\\s*([a-z]+)");
  private static final Pattern CLOCK = Pattern.compile("(\\d{1,4}):(\\d{2})(?::(\\d{2}))?");

  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss Z").withZone(ZoneOffset.UTC);

  private PointInTime() {}

  /**
   * The moment that is meant.
   *
   * @param to such as {@code 2014-10-05 15:02:00+00} or {@code 2014-10-05 15:02 US/Pacific};
   *     without a zone it is UTC
   * @param by such as {@code 2 days 5 hours 10 minutes}
   * @throws ApiError when there is not exactly one of the two, or it cannot be read
   */
  static Instant of(Optional<String> to, Optional<String> by, Instant now) {
    if (to.isPresent() == by.isPresent()) {
      throw ApiError.invalid(
          "Say either --to TIME or --by INTERVAL: how far back the database should go.");
    }
    return to.isPresent() ? time(to.get().strip()) : now.minus(interval(by.orElseThrow()));
  }

  private static Instant time(String text) {
    Matcher parts = TO.matcher(text);
    if (!parts.matches()) {
      throw unreadable(text);
    }
    try {
      String seconds = parts.group(3) == null ? "00" : parts.group(3);
      String clock = parts.group(2).length() == 4 ? "0" + parts.group(2) : parts.group(2);
      LocalDateTime local = LocalDateTime.parse(parts.group(1) + "T" + clock + ":" + seconds);
      return ZonedDateTime.of(local, zone(parts.group(4))).toInstant();
    } catch (DateTimeException wrong) {
      throw unreadable(text);
    }
  }

  private static ZoneId zone(@org.jspecify.annotations.Nullable String name) {
    if (name == null) {
      return ZoneOffset.UTC;
    }
    Matcher offset = OFFSET.matcher(name);
    if (offset.matches()) {
      return ZoneOffset.of(
          offset.group(1) + ":" + (offset.group(2) == null ? "00" : offset.group(2)));
    }
    return ZoneId.of(name, ZoneId.SHORT_IDS);
  }

  private static ApiError unreadable(String text) {
    return ApiError.invalid(
        "%s is no time. Write it as '2014-10-05 15:02:00+00' or '2014-10-05 15:02 US/Pacific'."
            .formatted(text));
  }

  private static Duration interval(String text) {
    String rest = text.strip().toLowerCase(Locale.ROOT);
    Duration sum = Duration.ZERO;
    for (String part : rest.replaceAll("([0-9])\\s+([a-z])", "$1$2").split("[ ,]+", -1)) {
      Matcher unit = UNIT.matcher(part);
      Matcher clock = CLOCK.matcher(part);
      if (unit.matches()) {
        sum = sum.plus(length(unit.group(2), text).multipliedBy(Long.parseLong(unit.group(1))));
      } else if (clock.matches()) {
        sum =
            sum.plusHours(Long.parseLong(clock.group(1)))
                .plusMinutes(Long.parseLong(clock.group(2)))
                .plusSeconds(clock.group(3) == null ? 0 : Long.parseLong(clock.group(3)));
      } else if (!part.equals("and")) {
        throw noInterval(text);
      }
    }
    if (sum.isZero()) {
      throw noInterval(text);
    }
    return sum;
  }

  private static Duration length(String unit, String text) {
    return switch (unit) {
      case "s", "sec", "secs", "second", "seconds" -> Duration.ofSeconds(1);
      case "m", "min", "mins", "minute", "minutes" -> Duration.ofMinutes(1);
      case "h", "hour", "hours" -> Duration.ofHours(1);
      case "d", "day", "days" -> Duration.ofDays(1);
      case "w", "week", "weeks" -> Duration.ofDays(7);
      default -> throw noInterval(text);
    };
  }

  private static ApiError noInterval(String text) {
    return ApiError.invalid(
        "%s is no interval. Write it as '2 days 5 hours 10 minutes'.".formatted(text));
  }

  /** {@code 2014-10-05 15:02:00 +0000 (00:59:43 ago)}, as the book has it (B6.4). */
  static String describe(Instant moment, Instant now) {
    Duration ago = Duration.between(moment, now);
    String days = ago.toDays() == 0 ? "" : ago.toDays() + (ago.toDays() == 1 ? " day " : " days ");
    return "%s (%s%02d:%02d:%02d ago)"
        .formatted(
            SECOND.format(moment),
            days,
            ago.toHoursPart(),
            ago.toMinutesPart(),
            ago.toSecondsPart());
  }
}
