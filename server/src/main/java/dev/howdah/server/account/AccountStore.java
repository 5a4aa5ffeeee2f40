package dev.howdah.server.account;

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

/** Every SQL statement about accounts. */
final class AccountStore {

  Optional<Account> find(Handle handle, UUID id) {
    return handle
        .createQuery("select * from account where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Account> findByEmail(Handle handle, String email) {
    return handle
        .createQuery("select * from account where lower(email) = lower(:email)")
        .bind("email", email)
        .map((row, context) -> read(row))
        .findOne();
  }

  List<Account> list(Handle handle) {
    return handle
        .createQuery("select * from account order by created_at, id")
        .map((row, context) -> read(row))
        .list();
  }

  Optional<String> passwordHash(Handle handle, UUID id) {
    return handle
        .createQuery(
            "select password_hash from account where id = :id and password_hash is not null")
        .bind("id", id)
        .mapTo(String.class)
        .findOne();
  }

  /** Inserts, unless the e-mail address is taken: then returns false. */
  boolean insert(Handle handle, Account account, Optional<String> passwordHash) {
    return handle
            .createUpdate(
                """
                insert into account (id, email, name, password_hash, operator, created_at, updated_at)
                values (:id, :email, :name, :hash, :operator, :createdAt, :updatedAt)
                on conflict do nothing
                """)
            .bind("id", account.id())
            .bind("email", account.email())
            .bind("name", account.name().orElse(null))
            .bind("hash", passwordHash.orElse(null))
            .bind("operator", account.operator())
            .bind("createdAt", utc(account.createdAt()))
            .bind("updatedAt", utc(account.updatedAt()))
            .execute()
        == 1;
  }

  void setPassword(Handle handle, UUID id, String hash, Instant now) {
    handle
        .createUpdate("update account set password_hash = :hash, updated_at = :now where id = :id")
        .bind("id", id)
        .bind("hash", hash)
        .bind("now", utc(now))
        .execute();
  }

  /** Ends what was logged in with the old password, but for the session that changed it. */
  void endOtherSessions(Handle handle, UUID id, UUID kept) {
    handle
        .createUpdate(
            "delete from authorization_token where account_id = :id and session and id <> :kept")
        .bind("id", id)
        .bind("kept", kept)
        .execute();
  }

  void setName(Handle handle, UUID id, Optional<String> name, Instant now) {
    handle
        .createUpdate("update account set name = :name, updated_at = :now where id = :id")
        .bind("id", id)
        .bind("name", name.orElse(null))
        .bind("now", utc(now))
        .execute();
  }

  private static Account read(ResultSet row) throws SQLException {
    return new Account(
        uuid(row, "id"),
        row.getString("email"),
        optionalText(row, "name"),
        row.getBoolean("operator"),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }
}
