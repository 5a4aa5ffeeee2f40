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
import java.util.HashMap;
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
            insert into database (id, plan, major, lineage, host, port, name, state, origin_id,
                                  origin_as_of, created_at)
            values (:id, :plan, :major, :lineage, :host, :port, :name, :state, :origin, :asOf,
                    :now)
            """)
        .bind("id", database.id())
        .bind("plan", database.plan())
        .bind("major", database.major())
        .bind("lineage", database.lineage())
        .bind("host", database.host())
        .bind("port", database.port())
        .bind("name", database.name())
        .bind("state", database.state().text())
        .bind("origin", database.origin().map(Database.Origin::databaseId).orElse(null))
        .bindByType(
            "asOf",
            database.origin().flatMap(Database.Origin::asOf).map(Rows::utc).orElse(null),
            OffsetDateTime.class)
        .bind("now", utc(database.createdAt()))
        .execute();
    database.following().ifPresent(following -> insert(handle, database.id(), following));
  }

  private void insert(Handle handle, UUID database, Database.Following following) {
    handle
        .createUpdate(
            """
            insert into follower (database_id, leader_id, role, password_sealed)
            values (:id, :leader, :role, :password)
            """)
        .bind("id", database)
        .bind("leader", following.leaderId())
        .bind("role", following.role())
        .bind("password", vault.seal(database, following.password()))
        .execute();
  }

  /** Records what follows a database to take its place. */
  void insertSuccessor(Handle handle, UUID database, Database.Following following) {
    handle
        .createUpdate(
            """
            insert into successor (database_id, role, password_sealed)
            values (:id, :role, :password)
            """)
        .bind("id", database)
        .bind("role", following.role())
        .bind("password", vault.seal(database, following.password()))
        .execute();
  }

  Optional<Database.Following> successor(Handle handle, UUID database) {
    return handle
        .createQuery("select * from successor where database_id = :id")
        .bind("id", database)
        .map((row, context) ->
            new Database.Following(
                database,
                row.getString("role"),
                vault.open(database, row.getBytes("password_sealed"))))
        .findOne();
  }

  void deleteSuccessor(Handle handle, UUID database) {
    handle
        .createUpdate("delete from successor where database_id = :id")
        .bind("id", database)
        .execute();
  }

  /** The roles of everything that follows a database, also to take its place. */
  List<String> followerRoles(Handle handle, UUID leader) {
    return handle
        .createQuery(
            """
            select role from follower where leader_id = :leader
            union select role from successor where database_id = :leader order by role
            """)
        .bind("leader", leader)
        .mapTo(String.class)
        .list();
  }

  /** Makes a follower a database of its own. */
  void endFollowing(Handle handle, UUID database) {
    handle
        .createUpdate("delete from follower where database_id = :id")
        .bind("id", database)
        .execute();
  }

  /** The databases that follow one, those that are being made included, oldest first. */
  List<Database> followers(Handle handle, UUID leader) {
    return list(handle, "follower.leader_id = :id", "id", leader);
  }

  /** The names of all databases, as users know them. */
  Map<UUID, String> addonNames(Handle handle) {
    Map<UUID, String> names = new HashMap<>();
    handle
        .createQuery("select id, name from addon where id in (select id from database)")
        .map((row, context) -> Map.entry(uuid(row, "id"), row.getString("name")))
        .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
    return names;
  }

  /** The names of the add-ons whose databases follow one and are not being destroyed. */
  List<String> followerNames(Handle handle, UUID leader) {
    return handle
        .createQuery(
            """
            select addon.name from follower
            join database on database.id = follower.database_id
            join addon on addon.id = follower.database_id
            where follower.leader_id = :leader and database.state <> 'destroying'
            order by addon.name
            """)
        .bind("leader", leader)
        .mapTo(String.class)
        .list();
  }

  /** The databases that began as a copy of one and are no followers, oldest first. */
  List<Database> forks(Handle handle, UUID origin) {
    return list(handle, "database.origin_id = :id", "id", origin);
  }

  void setOrigin(Handle handle, UUID id, Database.Origin origin) {
    handle
        .createUpdate(
            """
            update database
            set origin_id = :origin, origin_as_of = :asOf, origin_clamped = :clamped where id = :id
            """)
        .bind("id", id)
        .bind("origin", origin.databaseId())
        .bindByType("asOf", origin.asOf().map(Rows::utc).orElse(null), OffsetDateTime.class)
        .bind("clamped", origin.clamped())
        .execute();
  }

  Optional<Database> find(Handle handle, UUID id) {
    return list(handle, "database.id = :id", "id", id).stream().findFirst();
  }

  Optional<Database> atPort(Handle handle, int port) {
    return list(handle, "database.port = :port", "port", port).stream().findFirst();
  }

  List<Database> inState(Handle handle, Database.State state) {
    return list(handle, "database.state = :state", "state", state.text());
  }

  private List<Database> list(Handle handle, String condition, String name, Object value) {
    return handle
        .createQuery(
            """
            select database.*, follower.leader_id, follower.role, follower.password_sealed
            from database left join follower on follower.database_id = database.id
            where %s order by database.created_at, database.id
            """
                .formatted(condition))
        .bind(name, value)
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

  void setIncarnation(Handle handle, UUID id, int major, UUID lineage) {
    handle
        .createUpdate("update database set major = :major, lineage = :lineage where id = :id")
        .bind("id", id)
        .bind("major", major)
        .bind("lineage", lineage)
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

  /** All credentials of a database, the default one first; a follower's are its leader's. */
  List<Credential> credentials(Handle handle, UUID database) {
    return handle
        .createQuery(
            """
            select * from credential where database_id = coalesce(
              (select leader_id from follower where database_id = :database), :database)
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

  private Database read(ResultSet row) throws SQLException {
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
        following(row),
        row.getObject("origin_id") == null
            ? Optional.empty()
            : Optional.of(
                new Database.Origin(
                    uuid(row, "origin_id"),
                    optionalInstant(row, "origin_as_of"),
                    row.getBoolean("origin_clamped"))),
        instant(row, "created_at"));
  }

  private Optional<Database.Following> following(ResultSet row) throws SQLException {
    return row.getObject("leader_id") == null
        ? Optional.empty()
        : Optional.of(
            new Database.Following(
                uuid(row, "leader_id"),
                row.getString("role"),
                vault.open(uuid(row, "id"), row.getBytes("password_sealed"))));
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
