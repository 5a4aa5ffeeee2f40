package dev.howdah.server.upgrade;

import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.upgrade.Upgrade.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about upgrades. */
final class UpgradeStore {

  Optional<Upgrade> find(Handle handle, UUID database) {
    return handle
        .createQuery("select * from upgrade where database_id = :id")
        .bind("id", database)
        .map((row, context) -> read(row))
        .findOne();
  }

  List<Upgrade> inState(Handle handle, State state) {
    return handle
        .createQuery("select * from upgrade where state = :state")
        .bind("state", state.text())
        .map((row, context) -> read(row))
        .list();
  }

  /** Begins one, which replaces what is known of the one before. */
  void begin(Handle handle, UUID database, int major, State state, Instant now) {
    handle
        .createUpdate(
            """
            insert into upgrade (database_id, major, state, message, changed_at)
            values (:id, :major, :state, '', :now)
            on conflict (database_id) do update
            set major = excluded.major, state = excluded.state, message = '',
                interrupted_at = null, changed_at = excluded.changed_at
            """)
        .bind("id", database)
        .bind("major", major)
        .bind("state", state.text())
        .bind("now", utc(now))
        .execute();
  }

  void set(Handle handle, UUID database, State state, String message, Instant now) {
    handle
        .createUpdate(
            """
            update upgrade set state = :state, message = :message, changed_at = :now
            where database_id = :id
            """)
        .bind("id", database)
        .bind("state", state.text())
        .bind("message", message)
        .bind("now", utc(now))
        .execute();
  }

  /** Keeps the first moment: a step that is run again interrupts nobody anew. */
  void interrupted(Handle handle, UUID database, Instant since) {
    handle
        .createUpdate(
            """
            update upgrade set interrupted_at = coalesce(interrupted_at, :since)
            where database_id = :id
            """)
        .bind("id", database)
        .bind("since", utc(since))
        .execute();
  }

  private static Upgrade read(ResultSet row) throws SQLException {
    return new Upgrade(
        uuid(row, "database_id"),
        row.getInt("major"),
        State.of(row.getString("state")),
        row.getString("message"),
        optionalInstant(row, "interrupted_at"));
  }
}
