package dev.howdah.server.backup;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about schedules. */
final class BackupStore {

  /** Records a schedule in the place of the one the database has. */
  void put(Handle handle, Schedule schedule) {
    handle
        .createUpdate(
            """
            insert into backup_schedule (id, app_id, database_id, name, hour, zone, next_at)
            values (:id, :app, :database, :name, :hour, :zone, :next)
            on conflict (database_id) do update
              set name = excluded.name, hour = excluded.hour, zone = excluded.zone,
                  next_at = excluded.next_at
            """)
        .bind("id", schedule.id())
        .bind("app", schedule.app())
        .bindByType("database", schedule.database().orElse(null), UUID.class)
        .bind("name", schedule.name())
        .bind("hour", schedule.hour())
        .bind("zone", schedule.zone().getId())
        .bind("next", utc(schedule.nextAt()))
        .execute();
  }

  /** The schedules of an app. */
  List<Schedule> ofApp(Handle handle, UUID app) {
    return handle
        .createQuery("select * from backup_schedule where app_id = :app order by name")
        .bind("app", app)
        .map((row, context) -> schedule(row))
        .list();
  }

  Optional<Schedule> ofDatabase(Handle handle, UUID database) {
    return handle
        .createQuery("select * from backup_schedule where database_id = :database")
        .bind("database", database)
        .map((row, context) -> schedule(row))
        .findOne();
  }

  /** Deletes the schedule that comes with an app's add-on. */
  void deleteOfAddon(Handle handle, UUID app) {
    handle
        .createUpdate("delete from backup_schedule where app_id = :app and database_id is null")
        .bind("app", app)
        .execute();
  }

  void delete(Handle handle, UUID schedule) {
    handle
        .createUpdate("delete from backup_schedule where id = :id")
        .bind("id", schedule)
        .execute();
  }

  /** The schedules whose next backup is due. */
  List<Schedule> due(Handle handle, Instant now) {
    return handle
        .createQuery("select * from backup_schedule where next_at <= :now order by next_at")
        .bind("now", utc(now))
        .map((row, context) -> schedule(row))
        .list();
  }

  void setNext(Handle handle, UUID schedule, Instant next) {
    handle
        .createUpdate("update backup_schedule set next_at = :next where id = :id")
        .bind("id", schedule)
        .bind("next", utc(next))
        .execute();
  }

  /** The apps that have backups a schedule took. */
  List<UUID> appsWithScheduled(Handle handle) {
    return handle
        .createQuery(
            """
            select distinct app_id from transfer
            where kind = 'backup' and schedule is not null and deleted_at is null and succeeded
            """)
        .mapTo(UUID.class)
        .list();
  }

  private static Schedule schedule(ResultSet row) throws SQLException {
    return new Schedule(
        uuid(row, "id"),
        uuid(row, "app_id"),
        Optional.ofNullable(row.getObject("database_id", UUID.class)),
        row.getString("name"),
        row.getInt("hour"),
        ZoneId.of(row.getString("zone")),
        instant(row, "next_at"));
  }
}
