package dev.howdah.server.backup;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.UUID;

/**
 * A backup of a database every day.
 *
 * @param database empty for whichever is the app's primary one at the time (B4.7)
 * @param name the config var the database was called by
 * @param hour full hour of the day in {@code zone}
 * @param nextAt when the next backup is due
 */
public record Schedule(
    UUID id,
    UUID app,
    Optional<UUID> database,
    String name,
    int hour,
    ZoneId zone,
    Instant nextAt) {

  /**
   * The first time after {@code now} that the hour strikes. Where clocks are put forward over it,
   * that is an hour later.
   */
  static Instant next(int hour, ZoneId zone, Instant now) {
    ZonedDateTime there = now.atZone(zone);
    ZonedDateTime today = there.toLocalDate().atTime(hour, 0).atZone(zone);
    return today.toInstant().isAfter(now)
        ? today.toInstant()
        : there.toLocalDate().plusDays(1).atTime(hour, 0).atZone(zone).toInstant();
  }

  /** The schedule that comes with the add-on: the primary database, at an hour by chance. */
  static Schedule ofAddon(UUID app, Instant now) {
    int hour = Math.floorMod(app.hashCode(), 24);
    return new Schedule(
        UUID.randomUUID(),
        app,
        Optional.empty(),
        "DATABASE_URL",
        hour,
        ZoneId.of("UTC"),
        next(hour, ZoneId.of("UTC"), now));
  }

  /** Backups that were missed while nobody looked are made up for by one. */
  Instant following(Instant now) {
    return next(hour, zone, now);
  }
}
