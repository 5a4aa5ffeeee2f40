package dev.howdah.server.release;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.texts;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.secret.Vault;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about releases and the config vars that users set. */
final class ReleaseStore {
  private static final String SELECT =
      """
      select release.id, app_id, version, description, account_id, account_email, addon_plans,
             release.created_at, app.name as app_name
      from release join app on app.id = release.app_id
      """;

  private static final String UUID_TEXT = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

  private final Vault vault;

  ReleaseStore(Vault vault) {
    this.vault = vault;
  }

  /** Counts the app's version up and returns it. */
  int nextVersion(Handle handle, UUID app, Instant now) {
    return handle
        .createQuery(
            """
            update app set last_version = last_version + 1, released_at = :now, updated_at = :now
            where id = :app returning last_version
            """)
        .bind("app", app)
        .bind("now", utc(now))
        .mapTo(Integer.class)
        .one();
  }

  void insert(Handle handle, Release release, String config) {
    handle
        .createUpdate(
            """
            insert into release (id, app_id, version, description, account_id, account_email,
                                 addon_plans, config_sealed, created_at)
            values (:id, :app, :version, :description, :account, :email, :plans, :config, :now)
            """)
        .bind("id", release.id())
        .bind("app", release.appId())
        .bind("version", release.version())
        .bind("description", release.description())
        .bind("account", release.accountId())
        .bind("email", release.accountEmail())
        .bindArray("plans", String.class, release.addonPlans())
        .bind("config", vault.seal(release.id(), config))
        .bind("now", utc(release.createdAt()))
        .execute();
  }

  /** A part of the releases of an app. */
  List<Release> list(Handle handle, UUID app, Reply.Window window) {
    String key = window.key().equals("version") ? "version" : "release.id";
    String type = window.key().equals("version") ? "bigint" : "uuid";
    String up = window.descending() ? "<" : ">";
    String down = window.descending() ? ">=" : "<=";
    return handle
        .createQuery(
            SELECT
                + "where app_id = :app"
                + " and (:from = '' or %s %s cast(nullif(:from, '') as %s))"
                    .formatted(key, window.afterFrom() ? up : up + "=", type)
                + " and (:to = '' or %s %s cast(nullif(:to, '') as %s))".formatted(key, down, type)
                + " order by %s %s limit :limit"
                    .formatted(key, window.descending() ? "desc" : "asc"))
        .bind("app", app)
        .bind("from", bound(window.key(), window.from()))
        .bind("to", bound(window.key(), window.to()))
        .bind("limit", window.limit())
        .map((row, context) -> read(row))
        .list();
  }

  private static String bound(String key, String value) {
    boolean good =
        value.isEmpty() || value.matches(key.equals("version") ? "-?[0-9]{1,18}" : UUID_TEXT);
    if (!good) {
      throw new ApiError(
          416, "requested_range_not_satisfiable", value + " is not a " + key + " of a release.");
    }
    return value;
  }

  /** By id, or by version with or without a leading v. */
  Optional<Release> find(Handle handle, UUID app, String reference) {
    return handle
        .createQuery(
            SELECT
                + """
                where app_id = :app
                  and (release.id::text = :reference or 'v' || version = :reference
                       or version::text = :reference)
                """)
        .bind("app", app)
        .bind("reference", reference)
        .map((row, context) -> read(row))
        .findOne();
  }

  String config(Handle handle, UUID release) {
    byte[] sealed =
        handle
            .createQuery("select config_sealed from release where id = :id")
            .bind("id", release)
            .mapTo(byte[].class)
            .one();
    return vault.open(release, sealed);
  }

  SortedMap<String, String> vars(Handle handle, UUID app) {
    var vars = new TreeMap<String, String>();
    handle
        .createQuery("select name, value_sealed from config_var where app_id = :app")
        .bind("app", app)
        .map((row, context) ->
            vars.put(row.getString("name"), vault.open(app, row.getBytes("value_sealed"))))
        .list();
    return vars;
  }

  void setVar(Handle handle, UUID app, String name, String value) {
    handle
        .createUpdate(
            """
            insert into config_var (app_id, name, value_sealed) values (:app, :name, :value)
            on conflict (app_id, name) do update set value_sealed = excluded.value_sealed
            """)
        .bind("app", app)
        .bind("name", name)
        .bind("value", vault.seal(app, value))
        .execute();
  }

  void unsetVar(Handle handle, UUID app, String name) {
    handle
        .createUpdate("delete from config_var where app_id = :app and name = :name")
        .bind("app", app)
        .bind("name", name)
        .execute();
  }

  private static Release read(ResultSet row) throws SQLException {
    return new Release(
        uuid(row, "id"),
        uuid(row, "app_id"),
        row.getString("app_name"),
        row.getInt("version"),
        row.getString("description"),
        uuid(row, "account_id"),
        row.getString("account_email"),
        texts(row, "addon_plans"),
        instant(row, "created_at"));
  }
}
