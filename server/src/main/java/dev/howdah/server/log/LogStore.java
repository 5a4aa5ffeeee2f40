package dev.howdah.server.log;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about logs. */
final class LogStore {
  static final int MOST_EVENTS = 1000;

  /** Something the platform said of an app that is not known to be in its log yet. */
  record Event(long id, UUID app, LogEntry entry) {}

  void insertEvent(Handle handle, UUID app, LogEntry entry) {
    handle
        .createUpdate(
            """
            insert into log_event (app_id, at, source, process, message)
            values (:app, :at, :source, :process, :message)
            """)
        .bind("app", app)
        .bind("at", utc(entry.at()))
        .bind("source", entry.source())
        .bind("process", entry.process())
        .bind("message", entry.message())
        .execute();
  }

  List<Event> events(Handle handle) {
    return handle
        .createQuery("select * from log_event order by id limit :most")
        .bind("most", MOST_EVENTS)
        .map((row, context) ->
            new Event(
                row.getLong("id"),
                uuid(row, "app_id"),
                new LogEntry(
                    instant(row, "at"),
                    row.getString("source"),
                    row.getString("process"),
                    LogText.clean(row.getString("message")))))
        .list();
  }

  void deleteEvents(Handle handle, Collection<Event> events) {
    handle
        .createUpdate("delete from log_event where id = any(:ids)")
        .bind("ids", events.stream().map(Event::id).toArray(Long[]::new))
        .execute();
  }

  /** An app that hears of an add-on. */
  record Listener(UUID app, String addon) {}

  /** The apps that the database is attached to which an operation, or its transfer, is about. */
  List<Listener> listeners(Handle handle, UUID subject) {
    return handle
        .createQuery(
            """
            select distinct attachment.app_id, addon.name
            from attachment join addon on addon.id = attachment.addon_id
            join app on app.id = attachment.app_id
            where addon.id = coalesce(
                (select database_id from transfer where id = :subject), :subject)
              and not app.deleting
            order by attachment.app_id
            """)
        .bind("subject", subject)
        .map((row, context) -> new Listener(uuid(row, "app_id"), row.getString("name")))
        .list();
  }

  /** Every app there is. */
  List<UUID> apps(Handle handle) {
    return handle.createQuery("select id from app").mapTo(UUID.class).list();
  }

  /** Those of these apps that are there and not about to go. */
  Set<UUID> living(Handle handle, Collection<UUID> apps) {
    return Set.copyOf(
        handle
            .createQuery("select id from app where id = any(:ids) and not deleting")
            .bind("ids", apps.toArray(UUID[]::new))
            .mapTo(UUID.class)
            .list());
  }
}
