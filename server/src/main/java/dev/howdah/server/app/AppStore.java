package dev.howdah.server.app;

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

/** Every SQL statement about apps and their collaborators. */
final class AppStore {
  private static final String SELECT =
      "select app.*, account.email as owner_email"
          + " from app join account on account.id = app.owner_id ";

  /** By id or by name. */
  Optional<App> find(Handle handle, String reference) {
    return handle
        .createQuery(
            SELECT + "where (app.name = :reference or app.id::text = :reference) and not deleting")
        .bind("reference", reference)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** By id, also while it is being destroyed. */
  Optional<App> find(Handle handle, UUID id) {
    return handle
        .createQuery(SELECT + "where app.id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Apps the account owns or works on, by name. */
  List<App> list(Handle handle, UUID accountId) {
    return handle
        .createQuery(
            SELECT
                + """
                where not deleting
                  and (owner_id = :account
                       or exists (select from collaborator c
                                  where c.app_id = app.id and c.account_id = :account))
                order by name
                """)
        .bind("account", accountId)
        .map((row, context) -> read(row))
        .list();
  }

  /** Inserts, unless the name is taken or the request was sent before: then returns false. */
  boolean insert(Handle handle, App app, Optional<String> requestId) {
    return handle
            .createUpdate(
                """
                insert into app (id, name, owner_id, region, stack, request_id, created_at,
                                 updated_at)
                values (:id, :name, :owner, :region, :stack, :request, :createdAt, :createdAt)
                on conflict do nothing
                """)
            .bind("id", app.id())
            .bind("name", app.name())
            .bind("owner", app.ownerId())
            .bind("region", app.region())
            .bind("stack", app.stack())
            .bind("request", requestId.orElse(null))
            .bind("createdAt", utc(app.createdAt()))
            .execute()
        == 1;
  }

  /** The app that an earlier sending of the same request made. */
  Optional<App> madeBy(Handle handle, UUID owner, String requestId) {
    return handle
        .createQuery(SELECT + "where owner_id = :owner and request_id = :request and not deleting")
        .bind("owner", owner)
        .bind("request", requestId)
        .map((row, context) -> read(row))
        .findOne();
  }

  boolean nameTaken(Handle handle, String name) {
    return handle
        .createQuery("select exists (select from app where name = :name)")
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  void update(Handle handle, UUID id, String name, boolean maintenance, String stack, Instant now) {
    handle
        .createUpdate(
            """
            update app set name = :name, maintenance = :maintenance, stack = :stack, updated_at = :now
            where id = :id
            """)
        .bind("id", id)
        .bind("name", name)
        .bind("maintenance", maintenance)
        .bind("stack", stack)
        .bind("now", utc(now))
        .execute();
  }

  /** Locks the app's row, so that two changes of one app come one after the other. */
  void lock(Handle handle, UUID id) {
    handle
        .createQuery("select id from app where id = :id for update")
        .bind("id", id)
        .mapTo(UUID.class)
        .findOne();
  }

  /** Hides the app and frees its name. */
  void markDeleting(Handle handle, UUID id, Instant now) {
    handle
        .createUpdate(
            """
            update app
            set deleting = true, name = 'deleting-' || id, request_id = null, updated_at = :now
            where id = :id and not deleting
            """)
        .bind("id", id)
        .bind("now", utc(now))
        .execute();
  }

  void delete(Handle handle, UUID id) {
    handle.createUpdate("delete from app where id = :id").bind("id", id).execute();
  }

  boolean collaborates(Handle handle, UUID app, UUID account) {
    return handle
        .createQuery(
            """
            select exists (select from collaborator where app_id = :app and account_id = :account)
            """)
        .bind("app", app)
        .bind("account", account)
        .mapTo(Boolean.class)
        .one();
  }

  List<Collaborator> collaborators(Handle handle, UUID app) {
    return handle
        .createQuery(
            """
            select c.*, a.email from collaborator c join account a on a.id = c.account_id
            where c.app_id = :app order by c.created_at, c.id
            """)
        .bind("app", app)
        .map((row, context) -> readCollaborator(row))
        .list();
  }

  /** Inserts, unless the account works on the app already: then returns false. */
  boolean insert(Handle handle, Collaborator collaborator) {
    return handle
            .createUpdate(
                """
                insert into collaborator (id, app_id, account_id, created_at, updated_at)
                values (:id, :app, :account, :now, :now)
                on conflict do nothing
                """)
            .bind("id", collaborator.id())
            .bind("app", collaborator.appId())
            .bind("account", collaborator.accountId())
            .bind("now", utc(collaborator.createdAt()))
            .execute()
        == 1;
  }

  void deleteCollaborator(Handle handle, UUID id) {
    handle.createUpdate("delete from collaborator where id = :id").bind("id", id).execute();
  }

  private static App read(ResultSet row) throws SQLException {
    return new App(
        uuid(row, "id"),
        row.getString("name"),
        uuid(row, "owner_id"),
        row.getString("owner_email"),
        row.getString("region"),
        row.getString("stack"),
        row.getBoolean("maintenance"),
        row.getInt("last_version"),
        row.getBoolean("deleting"),
        instant(row, "created_at"),
        instant(row, "updated_at"),
        optionalInstant(row, "released_at"));
  }

  private static Collaborator readCollaborator(ResultSet row) throws SQLException {
    return new Collaborator(
        uuid(row, "id"),
        uuid(row, "app_id"),
        uuid(row, "account_id"),
        row.getString("email"),
        instant(row, "created_at"));
  }
}
