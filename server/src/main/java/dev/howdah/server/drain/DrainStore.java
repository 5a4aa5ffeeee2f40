package dev.howdah.server.drain;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.secret.Vault;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about drains. */
final class DrainStore {
  private final Vault vault;

  DrainStore(Vault vault) {
    this.vault = vault;
  }

  void insert(Handle handle, Drain drain) {
    handle
        .createUpdate(
            """
            insert into log_drain (id, app_id, url_sealed, token, created_at, updated_at)
            values (:id, :app, :url, :token, :now, :now)
            """)
        .bind("id", drain.id())
        .bind("app", drain.appId())
        .bind("url", vault.seal(drain.id(), drain.url()))
        .bind("token", drain.token())
        .bind("now", utc(drain.createdAt()))
        .execute();
  }

  List<Drain> ofApp(Handle handle, UUID app) {
    return handle
        .createQuery(
            """
            select log_drain.*, app.name as app_name from log_drain join app on app.id = app_id
             where app_id = :app order by log_drain.created_at, log_drain.id
            """)
        .bind("app", app)
        .map((row, context) -> read(row))
        .list();
  }

  List<Drain> all(Handle handle) {
    return handle
        .createQuery(
            """
            select log_drain.*, app.name as app_name from log_drain join app on app.id = app_id
             where not app.deleting
            """)
        .map((row, context) -> read(row))
        .list();
  }

  void delete(Handle handle, UUID id) {
    handle.createUpdate("delete from log_drain where id = :id").bind("id", id).execute();
  }

  private Drain read(ResultSet row) throws SQLException {
    UUID id = uuid(row, "id");
    return new Drain(
        id,
        uuid(row, "app_id"),
        row.getString("app_name"),
        vault.open(id, row.getBytes("url_sealed")),
        row.getString("token"),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }
}
