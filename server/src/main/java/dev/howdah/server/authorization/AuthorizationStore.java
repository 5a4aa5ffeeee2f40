package dev.howdah.server.authorization;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.texts;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.control.Rows;
import dev.howdah.server.platform.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about authorizations. */
final class AuthorizationStore {
  private static final String SELECT =
      "select t.*, a.email from authorization_token t join account a on a.id = t.account_id ";

  Optional<Caller> caller(Handle handle, byte[] tokenHash, Instant now) {
    return handle
        .createQuery(
            """
            select t.id, a.id as account_id, a.email, a.operator
            from authorization_token t join account a on a.id = t.account_id
            where t.token_hash = :hash and (t.expires_at is null or t.expires_at > :now)
            """)
        .bind("hash", tokenHash)
        .bind("now", utc(now))
        .map((row, context) ->
            new Caller(
                uuid(row, "account_id"),
                row.getString("email"),
                row.getBoolean("operator"),
                uuid(row, "id")))
        .findOne();
  }

  void insert(Handle handle, Authorization authorization, byte[] hash, String hint) {
    handle
        .createUpdate(
            """
            insert into authorization_token
              (id, account_id, token_id, token_hash, token_hint, description, scope, session,
               created_at, updated_at, expires_at)
            values (:id, :account, :tokenId, :hash, :hint, :description, :scope, :session,
                    :createdAt, :updatedAt, :expiresAt)
            on conflict (token_hash) do nothing
            """)
        .bind("id", authorization.id())
        .bind("account", authorization.accountId())
        .bind("tokenId", authorization.tokenId())
        .bind("hash", hash)
        .bind("hint", hint)
        .bind("description", authorization.description())
        .bindArray("scope", String.class, authorization.scope())
        .bind("session", authorization.session())
        .bind("createdAt", utc(authorization.createdAt()))
        .bind("updatedAt", utc(authorization.updatedAt()))
        .bindByType(
            "expiresAt",
            authorization.expiresAt().map(Rows::utc).orElse(null),
            OffsetDateTime.class)
        .execute();
  }

  List<Authorization> list(Handle handle, UUID accountId, Instant now) {
    return handle
        .createQuery(
            SELECT
                + "where t.account_id = :account and (t.expires_at is null or t.expires_at > :now)"
                + " order by t.created_at, t.id")
        .bind("account", accountId)
        .bind("now", utc(now))
        .map((row, context) -> read(row))
        .list();
  }

  Optional<Authorization> find(Handle handle, UUID accountId, UUID id) {
    return handle
        .createQuery(SELECT + "where t.account_id = :account and (t.id = :id or t.token_id = :id)")
        .bind("account", accountId)
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Authorization> findByToken(Handle handle, UUID accountId, byte[] hash) {
    return handle
        .createQuery(SELECT + "where t.account_id = :account and t.token_hash = :hash")
        .bind("account", accountId)
        .bind("hash", hash)
        .map((row, context) -> read(row))
        .findOne();
  }

  void describe(Handle handle, UUID id, String description, Instant now) {
    handle
        .createUpdate(
            "update authorization_token set description = :description, updated_at = :now"
                + " where id = :id")
        .bind("id", id)
        .bind("description", description)
        .bind("now", utc(now))
        .execute();
  }

  void replaceToken(Handle handle, UUID id, UUID tokenId, byte[] hash, String hint, Instant now) {
    handle
        .createUpdate(
            """
            update authorization_token
            set token_id = :tokenId, token_hash = :hash, token_hint = :hint, updated_at = :now
            where id = :id
            """)
        .bind("id", id)
        .bind("tokenId", tokenId)
        .bind("hash", hash)
        .bind("hint", hint)
        .bind("now", utc(now))
        .execute();
  }

  /** Remembers a token that is about to end; sessions' are drawn at random and never come back. */
  void remember(Handle handle, UUID id, Instant now) {
    handle
        .createUpdate(
            """
            insert into revoked_token (token_hash, revoked_at)
            select token_hash, :now from authorization_token where id = :id and not session
            on conflict do nothing
            """)
        .bind("id", id)
        .bind("now", utc(now))
        .execute();
  }

  /** Whether the token stands for somebody, or did until it was revoked or expired. */
  boolean known(Handle handle, byte[] hash) {
    return handle
        .createQuery(
            """
            select exists (select from authorization_token where token_hash = :hash)
                or exists (select from revoked_token where token_hash = :hash)
            """)
        .bind("hash", hash)
        .mapTo(Boolean.class)
        .one();
  }

  void delete(Handle handle, UUID id) {
    handle.createUpdate("delete from authorization_token where id = :id").bind("id", id).execute();
  }

  private static Authorization read(ResultSet row) throws SQLException {
    return new Authorization(
        uuid(row, "id"),
        uuid(row, "account_id"),
        row.getString("email"),
        uuid(row, "token_id"),
        row.getString("token_hint"),
        row.getString("description"),
        texts(row, "scope"),
        row.getBoolean("session"),
        instant(row, "created_at"),
        instant(row, "updated_at"),
        optionalInstant(row, "expires_at"));
  }
}
