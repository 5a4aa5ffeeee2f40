package dev.howdah.server.database;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.control.Rows;
import dev.howdah.server.platform.Wire;
import dev.howdah.server.secret.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about databases and their credentials. */
final class DatabaseStore {
  private static final long PORTS = 0x706f727473L;

  private final Vault vault;

  DatabaseStore(Vault vault) {
    this.vault = vault;
  }

  /** Keeps two transactions from choosing the same port, until the first one ends. */
  void lockPorts(Handle handle) {
    handle.execute("select pg_advisory_xact_lock(?)", PORTS);
  }

  Set<Integer> ports(Handle handle) {
    return handle.createQuery("select port from database").mapTo(Integer.class).set();
  }

  void insert(Handle handle, Database database) {
    handle
        .createUpdate(
            """
            insert into database (id, plan, major, lineage, host, port, name, state,
                                  created_at)
            values (:id, :plan, :major, :lineage, :host, :port, :name, :state, :now)
            """)
        .bind("id", database.id())
        .bind("plan", database.plan())
        .bind("major", database.major())
        .bind("lineage", database.lineage())
        .bind("host", database.host())
        .bind("port", database.port())
        .bind("name", database.name())
        .bind("state", database.state().text())
        .bind("now", utc(database.createdAt()))
        .execute();
  }

  Optional<Database> find(Handle handle, UUID id) {
    return handle
        .createQuery("select * from database where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Database> atPort(Handle handle, int port) {
    return handle
        .createQuery("select * from database where port = :port")
        .bind("port", port)
        .map((row, context) -> read(row))
        .findOne();
  }

  List<Database> inState(Handle handle, Database.State state) {
    return handle
        .createQuery("select * from database where state = :state order by created_at, id")
        .bind("state", state.text())
        .map((row, context) -> read(row))
        .list();
  }

  List<String> plansInUse(Handle handle) {
    return handle.createQuery("select distinct plan from database").mapTo(String.class).list();
  }

  void setState(Handle handle, UUID id, Database.State state) {
    handle
        .createUpdate("update database set state = :state where id = :id")
        .bind("id", id)
        .bind("state", state.text())
        .execute();
  }

  void setPlan(Handle handle, UUID id, String plan) {
    handle
        .createUpdate("update database set plan = :plan where id = :id")
        .bind("id", id)
        .bind("plan", plan)
        .execute();
  }

  void setSettings(Handle handle, UUID id, Map<String, String> settings) {
    handle
        .createUpdate("update database set settings = cast(:settings as jsonb) where id = :id")
        .bind("id", id)
        .bind("settings", new String(Wire.write(settings), StandardCharsets.UTF_8))
        .execute();
  }

  void measured(Handle handle, UUID id, long rows, long bytes, Instant now) {
    handle
        .createUpdate(
            "update database set rows = :rows, bytes = :bytes, measured_at = :now where id = :id")
        .bind("id", id)
        .bind("rows", rows)
        .bind("bytes", bytes)
        .bind("now", utc(now))
        .execute();
  }

  void setCompliance(
      Handle handle,
      UUID id,
      Optional<Instant> warnedAt,
      Optional<Instant> overSince,
      Optional<Instant> restrictedAt) {
    handle
        .createUpdate(
            """
            update database
            set warned_at = :warned, over_since = :over, restricted_at = :restricted
            where id = :id
            """)
        .bind("id", id)
        .bindByType("warned", warnedAt.map(Rows::utc).orElse(null), OffsetDateTime.class)
        .bindByType("over", overSince.map(Rows::utc).orElse(null), OffsetDateTime.class)
        .bindByType("restricted", restrictedAt.map(Rows::utc).orElse(null), OffsetDateTime.class)
        .execute();
  }

  void insert(Handle handle, Credential credential) {
    handle
        .createUpdate(
            """
            insert into credential (id, database_id, name, user_name, password_sealed, state,
                                    created_at)
            values (:id, :database, :name, :user, :password, :state, :now)
            """)
        .bind("id", credential.id())
        .bind("database", credential.databaseId())
        .bind("name", credential.name())
        .bind("user", credential.userName())
        .bind("password", vault.seal(credential.id(), credential.password()))
        .bind("state", credential.state().text())
        .bind("now", utc(credential.createdAt()))
        .execute();
  }

  /** All credentials of a database, the default one first. */
  List<Credential> credentials(Handle handle, UUID database) {
    return handle
        .createQuery(
            """
            select * from credential where database_id = :database
            order by name <> 'default', name, created_at, id
            """)
        .bind("database", database)
        .map((row, context) -> readCredential(row))
        .list();
  }

  Optional<Credential> credential(Handle handle, UUID id) {
    return handle
        .createQuery("select * from credential where id = :id")
        .bind("id", id)
        .map((row, context) -> readCredential(row))
        .findOne();
  }

  void setCredentialState(Handle handle, UUID id, Credential.State state) {
    handle
        .createUpdate("update credential set state = :state where id = :id")
        .bind("id", id)
        .bind("state", state.text())
        .execute();
  }

  void deleteCredential(Handle handle, UUID id) {
    handle.createUpdate("delete from credential where id = :id").bind("id", id).execute();
  }

  private static Database read(ResultSet row) throws SQLException {
    var settings = new TreeMap<String, String>();
    Wire.read(row.getString("settings").getBytes(StandardCharsets.UTF_8))
        .properties()
        .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asString()));
    return new Database(
        uuid(row, "id"),
        row.getString("plan"),
        row.getInt("major"),
        uuid(row, "lineage"),
        row.getString("host"),
        row.getInt("port"),
        row.getString("name"),
        Database.State.of(row.getString("state")),
        settings,
        row.getLong("rows"),
        row.getLong("bytes"),
        optionalInstant(row, "warned_at"),
        optionalInstant(row, "over_since"),
        optionalInstant(row, "restricted_at"),
        instant(row, "created_at"));
  }

  private Credential readCredential(ResultSet row) throws SQLException {
    UUID id = uuid(row, "id");
    return new Credential(
        id,
        uuid(row, "database_id"),
        row.getString("name"),
        row.getString("user_name"),
        vault.open(id, row.getBytes("password_sealed")),
        Credential.State.of(row.getString("state")),
        instant(row, "created_at"));
  }
}
