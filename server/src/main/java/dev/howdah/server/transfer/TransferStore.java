package dev.howdah.server.transfer;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.platform.Wire;
import dev.howdah.server.secret.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;

/** Every SQL statement about transfers. */
final class TransferStore {
  private final Vault vault;

  TransferStore(Vault vault) {
    this.vault = vault;
  }

  /** Both ends of a transfer, with the logins. */
  record Urls(String from, String to) {}

  /**
   * A transfer that is to begin.
   *
   * @param urls what it needs to know and nobody else may
   * @param object what it fills or reads
   */
  record Draft(
      UUID app,
      Transfer.Kind kind,
      UUID database,
      String fromName,
      String toName,
      String fromPlace,
      String toPlace,
      Optional<Urls> urls,
      long sourceBytes,
      Optional<UUID> object,
      Optional<String> schedule,
      Optional<String> requestId) {}

  /** Records a transfer under the next number of its app. */
  Transfer insert(Handle handle, Draft draft, Instant now) {
    UUID id = UUID.randomUUID();
    // Two transfers that begin at once must not take the same number.
    handle.execute("select pg_advisory_xact_lock(hashtext(?))", "transfer " + draft.app());
    handle
        .createUpdate(
            """
            insert into transfer (id, app_id, kind, number, database_id, request_id,
                                  from_name, to_name, from_place, to_place, urls_sealed,
                                  source_bytes, object_id, schedule, created_at)
            select :id, :app, :kind, coalesce(max(number), 0) + 1, :database, :request,
                   :fromName, :toName, :fromPlace, :toPlace, :urls,
                   :bytes, :object, :schedule, :now
            from transfer where app_id = :app
            """)
        .bind("id", id)
        .bind("app", draft.app())
        .bind("kind", draft.kind().name().toLowerCase(Locale.ROOT))
        .bind("database", draft.database())
        .bindByType("request", draft.requestId().orElse(null), String.class)
        .bind("fromName", draft.fromName())
        .bind("toName", draft.toName())
        .bind("fromPlace", draft.fromPlace())
        .bind("toPlace", draft.toPlace())
        .bindByType(
            "urls", draft.urls().map(urls -> vault.seal(id, text(urls))).orElse(null), byte[].class)
        .bind("bytes", draft.sourceBytes())
        .bindByType("object", draft.object().orElse(null), UUID.class)
        .bindByType("schedule", draft.schedule().orElse(null), String.class)
        .bind("now", utc(now))
        .execute();
    return find(handle, id).orElseThrow();
  }

  Optional<Transfer> find(Handle handle, UUID id) {
    return handle
        .createQuery("select * from transfer where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Transfer> find(Handle handle, UUID app, int number) {
    return handle
        .createQuery("select * from transfer where app_id = :app and number = :number")
        .bind("app", app)
        .bind("number", number)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Transfer> ofRequest(Handle handle, UUID app, String requestId) {
    return handle
        .createQuery("select * from transfer where app_id = :app and request_id = :request")
        .bind("app", app)
        .bind("request", requestId)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The backup that is kept as an object. */
  Optional<Transfer> ofObject(Handle handle, UUID object) {
    return handle
        .createQuery("select * from transfer where object_id = :object and kind = 'backup'")
        .bind("object", object)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The transfers of an app, oldest first. */
  List<Transfer> ofApp(Handle handle, UUID app) {
    return handle
        .createQuery(
            "select * from transfer where app_id = :app and deleted_at is null order by number")
        .bind("app", app)
        .map((row, context) -> read(row))
        .list();
  }

  /** The newest transfer into a place. */
  Optional<Transfer> latestInto(Handle handle, String place) {
    return handle
        .createQuery(
            "select * from transfer where to_place = :place order by created_at desc, number desc"
                + " limit 1")
        .bind("place", place)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The ends of a transfer; empty when it is over. */
  Optional<Urls> urls(Handle handle, UUID id) {
    return handle
        .createQuery("select urls_sealed from transfer where id = :id and urls_sealed is not null")
        .bind("id", id)
        .mapTo(byte[].class)
        .findOne()
        .map(sealed -> urls(vault.open(id, sealed)));
  }

  void started(Handle handle, UUID id, Instant now) {
    handle
        .createUpdate("update transfer set started_at = coalesce(started_at, :now) where id = :id")
        .bind("id", id)
        .bind("now", utc(now))
        .execute();
  }

  /** Answers whether there is such a transfer. */
  boolean processed(Handle handle, UUID id, long bytes) {
    return handle
            .createUpdate("update transfer set processed_bytes = :bytes where id = :id")
            .bind("id", id)
            .bind("bytes", bytes)
            .execute()
        == 1;
  }

  void warned(Handle handle, UUID id, int warnings) {
    handle
        .createUpdate("update transfer set warnings = :warnings where id = :id")
        .bind("id", id)
        .bind("warnings", warnings)
        .execute();
  }

  void canceled(Handle handle, UUID id, Instant now) {
    handle
        .createUpdate(
            "update transfer set canceled_at = coalesce(canceled_at, :now) where id = :id")
        .bind("id", id)
        .bind("now", utc(now))
        .execute();
  }

  /** Nobody needs the logins any more. */
  void finished(Handle handle, UUID id, boolean succeeded, Instant now) {
    handle
        .createUpdate(
            """
            update transfer set finished_at = :now, succeeded = :succeeded, urls_sealed = null
            where id = :id and finished_at is null
            """)
        .bind("id", id)
        .bind("succeeded", succeeded)
        .bind("now", utc(now))
        .execute();
  }

  void log(Handle handle, UUID id, String message, Instant now) {
    handle
        .createUpdate(
            """
            insert into transfer_log (transfer_id, n, created_at, message)
            select t.id, coalesce(max(l.n), 0) + 1, :now, :message
            from transfer t left join transfer_log l on l.transfer_id = t.id
            where t.id = :id group by t.id
            """)
        .bind("id", id)
        .bind("message", message)
        .bind("now", utc(now))
        .execute();
  }

  /** What happened, oldest first. */
  List<Transfer.LogLine> logs(Handle handle, UUID id) {
    return handle
        .createQuery(
            "select created_at, message from transfer_log where transfer_id = :id order by n")
        .bind("id", id)
        .map((row, context) ->
            new Transfer.LogLine(instant(row, "created_at"), row.getString("message")))
        .list();
  }

  /**
   * An object, whole, with the key to it.
   *
   * @param store where it is
   * @param rows how many each table had when it was dumped, where they were counted
   */
  record Stored(UUID id, String store, String key, long bytes, Optional<Map<String, Long>> rows) {
    /** Says nothing of the key. */
    @Override
    public String toString() {
      return "Stored[" + id + "]";
    }
  }

  /** Records an object that will be written. */
  UUID newObject(Handle handle, Instant now) {
    UUID id = UUID.randomUUID();
    handle
        .createUpdate(
            "insert into stored_object (id, key_sealed, created_at) values (:id, :key, :now)")
        .bind("id", id)
        .bind("key", new byte[0])
        .bind("now", utc(now))
        .execute();
    return id;
  }

  void setKey(Handle handle, UUID object, String store, String key) {
    handle
        .createUpdate(
            """
            update stored_object
            set store = :store, key_sealed = :key, sha256 = null, bytes = 0, rows = null
            where id = :id
            """)
        .bind("id", object)
        .bind("store", store)
        .bind("key", vault.seal(object, key))
        .execute();
  }

  void whole(
      Handle handle, UUID object, long bytes, byte[] sha256, Optional<Map<String, Long>> rows) {
    handle
        .createUpdate(
            """
            update stored_object
            set bytes = :bytes, sha256 = :sha256, rows = cast(:rows as jsonb)
            where id = :id
            """)
        .bind("id", object)
        .bindByType(
            "rows",
            rows.map(counted -> new String(Wire.write(counted), StandardCharsets.UTF_8))
                .orElse(null),
            String.class)
        .bind("bytes", bytes)
        .bind("sha256", sha256)
        .execute();
  }

  /** An object that is whole. */
  Optional<Stored> stored(Handle handle, UUID object) {
    return handle
        .createQuery("select * from stored_object where id = :id and sha256 is not null")
        .bind("id", object)
        .map((row, context) ->
            new Stored(
                uuid(row, "id"),
                row.getString("store"),
                vault.open(uuid(row, "id"), row.getBytes("key_sealed")),
                row.getLong("bytes"),
                Optional.ofNullable(row.getString("rows")).map(TransferStore::rows)))
        .findOne();
  }

  private static Map<String, Long> rows(String json) {
    var rows = new TreeMap<String, Long>();
    Wire.read(json.getBytes(StandardCharsets.UTF_8))
        .properties()
        .forEach(table -> rows.put(table.getKey(), table.getValue().asLong()));
    return rows;
  }

  /** Where an object is, or what there is of it. */
  Optional<String> store(Handle handle, UUID object) {
    return handle
        .createQuery("select store from stored_object where id = :id")
        .bind("id", object)
        .mapTo(String.class)
        .findOne();
  }

  /** What a restore replaced in a database. */
  record Replaced(UUID database, Optional<UUID> transfer, Instant keptUntil) {}

  void replaced(Handle handle, UUID database, UUID transfer, Instant keptUntil) {
    handle
        .createUpdate(
            """
            insert into replaced_content (database_id, transfer_id, kept_until)
            values (:database, :transfer, :until)
            on conflict (database_id) do update
              set transfer_id = excluded.transfer_id, kept_until = excluded.kept_until
            """)
        .bind("database", database)
        .bind("transfer", transfer)
        .bind("until", utc(keptUntil))
        .execute();
  }

  Optional<Replaced> replaced(Handle handle, UUID database) {
    return handle
        .createQuery("select * from replaced_content where database_id = :database")
        .bind("database", database)
        .map((row, context) -> replaced(row))
        .findOne();
  }

  /** What need not be kept any more. */
  List<Replaced> keptLongEnough(Handle handle, Instant now) {
    return handle
        .createQuery("select * from replaced_content where kept_until <= :now")
        .bind("now", utc(now))
        .map((row, context) -> replaced(row))
        .list();
  }

  void notReplaced(Handle handle, UUID database) {
    handle
        .createUpdate("delete from replaced_content where database_id = :database")
        .bind("database", database)
        .execute();
  }

  private static Replaced replaced(ResultSet row) throws SQLException {
    return new Replaced(
        uuid(row, "database_id"),
        Optional.ofNullable(row.getObject("transfer_id", UUID.class)),
        instant(row, "kept_until"));
  }

  /**
   * The last drill of a backup.
   *
   * @param finishedAt empty while it goes on
   * @param problem why the backup cannot be restored
   */
  record Drill(
      Optional<Instant> finishedAt, int seconds, long tables, long rows, Optional<String> problem) {

    /** {@code Verified 2026-11-22 03:10, restores in 41 s}, and less of what was not. */
    String inShort() {
      return problem
          .map(why -> "FAILED ITS DRILL: " + why)
          .or(() ->
              finishedAt.map(at -> "Verified %s, restores in %d s".formatted(minute(at), seconds)))
          .orElse("its drill is under way");
    }

    private static String minute(Instant at) {
      return at.toString().substring(0, 16).replace('T', ' ');
    }

    /** {@code 2026-11-22 03:10, restores in 41 s}. */
    String text() {
      if (problem.isPresent()) {
        return "FAILED: " + problem.get();
      }
      return finishedAt
          .map(at ->
              "%s, restores in %d s (%d tables, %d rows)"
                  .formatted(minute(at), seconds, tables, rows))
          .orElse("under way");
    }
  }

  void drillBegun(Handle handle, UUID backup, Instant now) {
    handle
        .createUpdate(
            """
            insert into drill (transfer_id, begun_at) values (:id, :now)
            on conflict (transfer_id) do update
              set begun_at = excluded.begun_at, finished_at = null, problem = null
            """)
        .bind("id", backup)
        .bind("now", utc(now))
        .execute();
  }

  void drilled(Handle handle, UUID backup, int seconds, long tables) {
    handle
        .createUpdate(
            "update drill set seconds = :seconds, tables = :tables where transfer_id = :id")
        .bind("id", backup)
        .bind("seconds", seconds)
        .bind("tables", tables)
        .execute();
  }

  void drillCounted(Handle handle, UUID backup, long tables, long rows) {
    handle
        .createUpdate("update drill set tables = :tables, rows = :rows where transfer_id = :id")
        .bind("id", backup)
        .bind("tables", tables)
        .bind("rows", rows)
        .execute();
  }

  void drillEnded(Handle handle, UUID backup, Optional<String> problem, Instant now) {
    handle
        .createUpdate(
            """
            insert into drill (transfer_id, begun_at, finished_at, problem)
            select id, :now, :now, :problem from transfer where id = :id
            on conflict (transfer_id) do update
              set finished_at = excluded.finished_at, problem = excluded.problem
            """)
        .bind("id", backup)
        .bind("now", utc(now))
        .bindByType("problem", problem.orElse(null), String.class)
        .execute();
  }

  Optional<Drill> drill(Handle handle, UUID backup) {
    return handle
        .createQuery("select * from drill where transfer_id = :id")
        .bind("id", backup)
        .map((row, context) -> drill(row))
        .findOne();
  }

  private static Drill drill(ResultSet row) throws SQLException {
    return new Drill(
        optionalInstant(row, "finished_at"),
        row.getInt("seconds"),
        row.getLong("tables"),
        row.getLong("rows"),
        Optional.ofNullable(row.getString("problem")));
  }

  /** The last drills of an app's backups. */
  Map<UUID, Drill> drills(Handle handle, UUID app) {
    var drills = new HashMap<UUID, Drill>();
    handle
        .createQuery(
            "select d.* from drill d join transfer t on t.id = d.transfer_id where t.app_id = :app")
        .bind("app", app)
        .map((row, context) -> Map.entry(uuid(row, "transfer_id"), drill(row)))
        .forEach(drill -> drills.put(drill.getKey(), drill.getValue()));
    return drills;
  }

  /** The newest backup of a database whose drill is over. */
  Optional<Transfer> lastDrilled(Handle handle, UUID database) {
    return handle
        .createQuery(
            """
            select t.* from transfer t join drill d on d.transfer_id = t.id
            where t.database_id = :database and t.deleted_at is null and d.finished_at is not null
            order by t.created_at desc limit 1
            """)
        .bind("database", database)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The query that must be true of a database's backups, if its owner gave one. */
  Optional<String> assertion(Handle handle, UUID database) {
    return handle
        .createQuery("select query from backup_assertion where database_id = :database")
        .bind("database", database)
        .mapTo(String.class)
        .findOne();
  }

  void setAssertion(Handle handle, UUID database, String query) {
    handle
        .createUpdate(
            """
            insert into backup_assertion (database_id, query) values (:database, :query)
            on conflict (database_id) do update set query = excluded.query
            """)
        .bind("database", database)
        .bind("query", query)
        .execute();
  }

  void deleteAssertion(Handle handle, UUID database) {
    handle
        .createUpdate("delete from backup_assertion where database_id = :database")
        .bind("database", database)
        .execute();
  }

  /** A backup that its drill could not restore. */
  record Unproven(String app, Transfer backup, Drill drill) {}

  /** The backups that their last drill could not restore, oldest first. */
  List<Unproven> unproven(Handle handle) {
    return handle
        .createQuery(
            """
            select t.*, a.name as app_name, d.problem, d.seconds, d.tables, d.rows,
                   d.finished_at as drilled_at
            from transfer t join drill d on d.transfer_id = t.id join app a on a.id = t.app_id
            where d.problem is not null and t.deleted_at is null
            order by t.created_at
            """)
        .map((row, context) ->
            new Unproven(
                row.getString("app_name"),
                read(row),
                new Drill(
                    optionalInstant(row, "drilled_at"),
                    row.getInt("seconds"),
                    row.getLong("tables"),
                    row.getLong("rows"),
                    Optional.of(row.getString("problem")))))
        .list();
  }

  /** How many backups there are, and how many of them are proven to restore. */
  record Proven(int backups, int proven) {}

  Proven proven(Handle handle) {
    return handle
        .createQuery(
            """
            select count(*) as backups,
                   count(*) filter (where d.finished_at is not null and d.problem is null) as proven
            from transfer t left join drill d on d.transfer_id = t.id
            where t.kind = 'backup' and t.succeeded and t.deleted_at is null
            """)
        .map((row, context) -> new Proven(row.getInt("backups"), row.getInt("proven")))
        .one();
  }

  /** Whether a transfer needs an object. */
  boolean inUse(Handle handle, UUID object) {
    return handle
        .createQuery("select exists (select from transfer where object_id = :id)")
        .bind("id", object)
        .mapTo(boolean.class)
        .one();
  }

  /** The objects that no transfer needs. */
  List<UUID> unneeded(Handle handle) {
    return handle
        .createQuery(
            """
            select o.id from stored_object o
            where not exists (select from transfer t where t.object_id = o.id)
            """)
        .mapTo(UUID.class)
        .list();
  }

  /** Forgets an object that is gone. */
  void forget(Handle handle, UUID object) {
    handle.createUpdate("delete from stored_object where id = :id").bind("id", object).execute();
  }

  /** A transfer needs its object no longer. */
  void detach(Handle handle, UUID id) {
    handle
        .createUpdate("update transfer set object_id = null where id = :id")
        .bind("id", id)
        .execute();
  }

  /** A backup is deleted for its user; its object is not needed any more. */
  void deleted(Handle handle, UUID id, Instant now) {
    handle
        .createUpdate(
            "update transfer set deleted_at = :now, object_id = null where id = :id"
                + " and deleted_at is null")
        .bind("id", id)
        .bind("now", utc(now))
        .execute();
  }

  private static String text(Urls urls) {
    return new String(
        Wire.write(Map.of("from", urls.from(), "to", urls.to())), StandardCharsets.UTF_8);
  }

  private static Urls urls(String text) {
    JsonNode both = Wire.read(text.getBytes(StandardCharsets.UTF_8));
    return new Urls(both.path("from").asString(), both.path("to").asString());
  }

  private static Transfer read(ResultSet row) throws SQLException {
    return new Transfer(
        uuid(row, "id"),
        uuid(row, "app_id"),
        Transfer.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
        row.getInt("number"),
        Optional.ofNullable(row.getObject("database_id", UUID.class)),
        row.getString("from_name"),
        row.getString("to_name"),
        row.getString("from_place"),
        row.getString("to_place"),
        row.getLong("source_bytes"),
        row.getLong("processed_bytes"),
        row.getInt("warnings"),
        row.getBoolean("succeeded"),
        Optional.ofNullable(row.getObject("object_id", UUID.class)),
        Optional.ofNullable(row.getString("schedule")),
        instant(row, "created_at"),
        optionalInstant(row, "started_at"),
        optionalInstant(row, "canceled_at"),
        optionalInstant(row, "finished_at"),
        optionalInstant(row, "deleted_at"));
  }
}
