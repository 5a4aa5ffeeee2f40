package dev.howdah.server.addon;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalText;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about add-ons and attachments. */
final class AddonStore {
  private static final String ADDON =
      """
      select a.id, a.name, a.app_id, app.name as app_name, a.service, a.plan, a.state,
             a.created_at, a.updated_at
      from addon a join app on app.id = a.app_id
      """;

  private static final String ATTACHMENT =
      """
      select t.id as t_id, t.app_id as t_app_id, t_app.name as t_app_name, t.name as t_name,
             t.namespace as t_namespace, t.created_at as t_created_at, t.updated_at as t_updated_at,
             a.id, a.name, a.app_id, app.name as app_name, a.service, a.plan, a.state,
             a.created_at, a.updated_at
      from attachment t
      join app t_app on t_app.id = t.app_id
      join addon a on a.id = t.addon_id
      join app on app.id = a.app_id
      """;

  private static final String PRIMARY_FIRST =
      " order by t.name <> 'DATABASE', t.created_at, t.name";

  Optional<Addon> find(Handle handle, String reference) {
    return handle
        .createQuery(ADDON + "where a.name = :reference or a.id::text = :reference")
        .bind("reference", reference)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Addon> find(Handle handle, UUID id) {
    return handle
        .createQuery(ADDON + "where a.id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Add-ons made for the app. */
  List<Addon> ofApp(Handle handle, UUID app) {
    return handle
        .createQuery(ADDON + "where a.app_id = :app order by a.created_at, a.id")
        .bind("app", app)
        .map((row, context) -> read(row))
        .list();
  }

  /** Add-ons made for the app or attached to it. */
  List<Addon> seenBy(Handle handle, UUID app) {
    return handle
        .createQuery(
            ADDON
                + """
                where a.app_id = :app
                   or exists (select from attachment t where t.addon_id = a.id and t.app_id = :app)
                order by a.created_at, a.id
                """)
        .bind("app", app)
        .map((row, context) -> read(row))
        .list();
  }

  /** Add-ons of every app the account owns or works on. */
  List<Addon> ofAccount(Handle handle, UUID account) {
    return handle
        .createQuery(
            ADDON
                + """
                where app.owner_id = :account
                   or exists (select from collaborator c
                              where c.app_id = app.id and c.account_id = :account)
                order by a.created_at, a.id
                """)
        .bind("account", account)
        .map((row, context) -> read(row))
        .list();
  }

  /** Inserts, unless the name is taken: then returns false. */
  boolean insert(Handle handle, Addon addon, Optional<String> requestId) {
    return handle
            .createUpdate(
                """
                insert into addon (id, name, app_id, service, plan, state, request_id, created_at,
                                   updated_at)
                values (:id, :name, :app, :service, :plan, :state, :request, :now, :now)
                on conflict (name) do nothing
                """)
            .bind("id", addon.id())
            .bind("name", addon.name())
            .bind("app", addon.appId())
            .bind("service", addon.service())
            .bind("plan", addon.plan())
            .bind("state", addon.state().text())
            .bind("request", requestId.orElse(null))
            .bind("now", utc(addon.createdAt()))
            .execute()
        == 1;
  }

  /** The add-on that an earlier sending of the same request made. */
  Optional<Addon> madeBy(Handle handle, UUID app, String requestId) {
    return handle
        .createQuery(ADDON + "where a.app_id = :app and a.request_id = :request")
        .bind("app", app)
        .bind("request", requestId)
        .map((row, context) -> read(row))
        .findOne();
  }

  void setState(Handle handle, UUID id, Addon.State state, Instant now) {
    handle
        .createUpdate("update addon set state = :state, updated_at = :now where id = :id")
        .bind("id", id)
        .bind("state", state.text())
        .bind("now", utc(now))
        .execute();
  }

  void setPlan(Handle handle, UUID id, String plan, Instant now) {
    handle
        .createUpdate("update addon set plan = :plan, updated_at = :now where id = :id")
        .bind("id", id)
        .bind("plan", plan)
        .bind("now", utc(now))
        .execute();
  }

  boolean nameTaken(Handle handle, String name) {
    return handle
        .createQuery("select exists (select from addon where name = :name)")
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  void rename(Handle handle, UUID id, String name, Instant now) {
    handle
        .createUpdate("update addon set name = :name, updated_at = :now where id = :id")
        .bind("id", id)
        .bind("name", name)
        .bind("now", utc(now))
        .execute();
  }

  void delete(Handle handle, UUID id) {
    handle.createUpdate("delete from addon where id = :id").bind("id", id).execute();
  }

  void insert(Handle handle, Attachment attachment) {
    handle
        .createUpdate(
            """
            insert into attachment (id, addon_id, app_id, name, namespace, created_at, updated_at)
            values (:id, :addon, :app, :name, :namespace, :now, :now)
            """)
        .bind("id", attachment.id())
        .bind("addon", attachment.addon().id())
        .bind("app", attachment.appId())
        .bind("name", attachment.name())
        .bind("namespace", attachment.namespace().orElse(null))
        .bind("now", utc(attachment.createdAt()))
        .execute();
  }

  /** Notes the name that an attachment gets once its add-on is ready. */
  void setTakesOver(Handle handle, UUID id, String name) {
    handle
        .createUpdate("update attachment set takes_over = :name where id = :id")
        .bind("id", id)
        .bind("name", name)
        .execute();
  }

  Optional<String> takesOver(Handle handle, UUID id) {
    return handle
        .createQuery("select takes_over from attachment where id = :id and takes_over is not null")
        .bind("id", id)
        .mapTo(String.class)
        .findOne();
  }

  void renameAttachment(Handle handle, UUID id, String name) {
    handle
        .createUpdate("update attachment set name = :name, takes_over = null where id = :id")
        .bind("id", id)
        .bind("name", name)
        .execute();
  }

  void deleteAttachment(Handle handle, UUID id) {
    handle.createUpdate("delete from attachment where id = :id").bind("id", id).execute();
  }

  Optional<Attachment> attachment(Handle handle, UUID id) {
    return handle
        .createQuery(ATTACHMENT + "where t.id = :id")
        .bind("id", id)
        .map((row, context) -> readAttachment(row))
        .findOne();
  }

  List<Attachment> attachmentsOfApp(Handle handle, UUID app) {
    return handle
        .createQuery(ATTACHMENT + "where t.app_id = :app" + PRIMARY_FIRST)
        .bind("app", app)
        .map((row, context) -> readAttachment(row))
        .list();
  }

  List<Attachment> attachmentsOfAddon(Handle handle, UUID addon) {
    return handle
        .createQuery(ATTACHMENT + "where t.addon_id = :addon" + PRIMARY_FIRST)
        .bind("addon", addon)
        .map((row, context) -> readAttachment(row))
        .list();
  }

  /** Attachments in every app the account owns or works on. */
  List<Attachment> attachmentsOfAccount(Handle handle, UUID account) {
    return handle
        .createQuery(
            ATTACHMENT
                + """
                where t_app.owner_id = :account
                   or exists (select from collaborator c
                              where c.app_id = t_app.id and c.account_id = :account)
                """
                + PRIMARY_FIRST)
        .bind("account", account)
        .map((row, context) -> readAttachment(row))
        .list();
  }

  private static Addon read(ResultSet row) throws SQLException {
    return new Addon(
        uuid(row, "id"),
        row.getString("name"),
        uuid(row, "app_id"),
        row.getString("app_name"),
        row.getString("service"),
        row.getString("plan"),
        Addon.State.of(row.getString("state")),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }

  private static Attachment readAttachment(ResultSet row) throws SQLException {
    return new Attachment(
        uuid(row, "t_id"),
        read(row),
        uuid(row, "t_app_id"),
        row.getString("t_app_name"),
        row.getString("t_name"),
        optionalText(row, "t_namespace"),
        instant(row, "t_created_at"),
        instant(row, "t_updated_at"));
  }
}
