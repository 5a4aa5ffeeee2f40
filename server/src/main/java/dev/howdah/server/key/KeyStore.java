package dev.howdah.server.key;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about SSH keys. */
final class KeyStore {
  private static final String SELECT =
      "select k.*, a.email from ssh_key k join account a on a.id = k.account_id ";

  List<Key> list(Handle handle, UUID account) {
    return handle
        .createQuery(SELECT + "where k.account_id = :account order by k.created_at, k.id")
        .bind("account", account)
        .map((row, context) -> read(row))
        .list();
  }

  /** By id or by fingerprint. */
  Optional<Key> find(Handle handle, UUID account, String reference) {
    return handle
        .createQuery(
            SELECT
                + "where k.account_id = :account"
                + " and (k.id::text = :reference or k.fingerprint = :reference)")
        .bind("account", account)
        .bind("reference", reference)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Inserts, unless somebody has this key already: then returns false. */
  boolean insert(Handle handle, Key key) {
    return handle
            .createUpdate(
                """
                insert into ssh_key (id, account_id, public_key, fingerprint, comment, created_at, updated_at)
                values (:id, :account, :publicKey, :fingerprint, :comment, :createdAt, :updatedAt)
                on conflict (fingerprint) do nothing
                """)
            .bind("id", key.id())
            .bind("account", key.accountId())
            .bind("publicKey", key.publicKey())
            .bind("fingerprint", key.fingerprint())
            .bind("comment", key.comment())
            .bind("createdAt", utc(key.createdAt()))
            .bind("updatedAt", utc(key.updatedAt()))
            .execute()
        == 1;
  }

  void delete(Handle handle, UUID id) {
    handle.createUpdate("delete from ssh_key where id = :id").bind("id", id).execute();
  }

  private static Key read(ResultSet row) throws SQLException {
    return new Key(
        uuid(row, "id"),
        uuid(row, "account_id"),
        row.getString("email"),
        row.getString("public_key"),
        row.getString("fingerprint"),
        row.getString("comment"),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }
}
