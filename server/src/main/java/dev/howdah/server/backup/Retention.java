package dev.howdah.server.backup;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * How many backups are kept: of those users take, and of those schedules take the newest of each
 * day, week and month.
 *
 * <p>Days, weeks and months are counted by the backups there are, not by the calendar: where no new
 * backup is taken, no old one is deleted.
 */
record Retention(int manual, int daily, int weekly, int monthly) {

  /** As the add-on's table has it (B4.2). */
  static Retention ofAddon(String plan) {
    return switch (plan) {
      case "auto-month" -> new Retention(2, 7, 5, 0);
      case "auto-week" -> new Retention(2, 7, 0, 0);
      default -> new Retention(7, 0, 0, 0);
    };
  }

  /** Without the add-on, as the tier of the database has it (T5.7). */
  static Retention ofTier(String tier) {
    return switch (tier) {
      case "hobby" -> new Retention(5, 7, 1, 0);
      case "standard" -> new Retention(25, 7, 4, 0);
      default -> new Retention(50, 7, 8, 12);
    };
  }

  /** Of the backups that schedules took, those that are not kept. */
  <T> List<T> surplus(List<T> backups, Function<T, Instant> takenAt) {
    List<T> newestFirst =
        backups.stream().sorted(Comparator.comparing(takenAt).reversed()).toList();
    var kept = new HashSet<T>();
    keep(newestFirst, daily, backup -> day(takenAt.apply(backup)), kept);
    keep(newestFirst, weekly, backup -> week(takenAt.apply(backup)), kept);
    keep(newestFirst, monthly, backup -> YearMonth.from(day(takenAt.apply(backup))), kept);
    var surplus = new ArrayList<>(newestFirst);
    surplus.removeAll(kept);
    return surplus;
  }

  private static <T> void keep(
      List<T> newestFirst, int periods, Function<T, Object> period, Set<T> kept) {
    var seen = new HashSet<Object>();
    for (T backup : newestFirst) {
      if (seen.size() < periods && seen.add(period.apply(backup))) {
        kept.add(backup);
      }
    }
  }

  private static LocalDate day(Instant takenAt) {
    return takenAt.atZone(ZoneOffset.UTC).toLocalDate();
  }

  private static String week(Instant takenAt) {
    LocalDate day = day(takenAt);
    return day.get(IsoFields.WEEK_BASED_YEAR) + "-" + day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
  }
}
