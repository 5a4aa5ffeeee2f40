package dev.howdah.server.succession;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about what is kept of databases. */
final class SuccessionStore {

  Optional<Kept> find(Handle handle, UUID database) {
    return handle
        .createQuery("select * from succession where database_id = :id")
        .bind("id", database)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** What is to be deleted, of databases that are in use. */
  List<Kept> expired(Handle handle, Instant now) {
    return handle
        .createQuery(
            """
            select succession.* from succession
            join database on database.id = succession.database_id
            where kept_until <= :now and database.state = 'available'
            """)
        .bind("now", utc(now))
        .map((row, context) -> read(row))
        .list();
  }

  /** Records what is kept, instead of what was. */
  void keep(Handle handle, Kept kept) {
    handle
        .createUpdate(
            """
            insert into succession (database_id, reason, undone, major, lineage, replaced_at,
                                    kept_until, interrupted_at)
            values (:id, :reason, :undone, :major, :lineage, :replaced, :until, :interrupted)
            on conflict (database_id) do update
            set undone = excluded.undone, major = excluded.major, lineage = excluded.lineage,
                replaced_at = excluded.replaced_at, kept_until = excluded.kept_until,
                interrupted_at = excluded.interrupted_at, opened_at = null
            """)
        .bind("id", kept.databaseId())
        .bind("reason", kept.reason().text())
        .bind("undone", kept.undone())
        .bind("major", kept.major())
        .bind("lineage", kept.lineage())
        .bind("replaced", utc(kept.replacedAt()))
        .bind("until", utc(kept.until()))
        .bind("interrupted", utc(kept.interruptedAt()))
        .execute();
  }

  void opened(Handle handle, UUID database, Instant now) {
    handle
        .createUpdate(
            """
            update succession set opened_at = :now where database_id = :id and opened_at is null
            """)
        .bind("id", database)
        .bind("now", utc(now))
        .execute();
  }

  void delete(Handle handle, UUID database) {
    handle
        .createUpdate("delete from succession where database_id = :id")
        .bind("id", database)
        .execute();
  }

  private static Kept read(ResultSet row) throws SQLException {
    return new Kept(
        uuid(row, "database_id"),
        Reason.of(row.getString("reason")),
        row.getBoolean("undone"),
        row.getInt("major"),
        uuid(row, "lineage"),
        instant(row, "replaced_at"),
        instant(row, "kept_until"),
        instant(row, "interrupted_at"),
        optionalInstant(row, "opened_at"));
  }
}
