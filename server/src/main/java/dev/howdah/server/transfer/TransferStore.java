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
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** Records a transfer under the next number of its app, which it returns. */
  Transfer insert(Handle handle, Transfer transfer, Urls urls, Optional<String> requestId) {
    // Two transfers that begin at once must not take the same number.
    handle.execute("select pg_advisory_xact_lock(hashtext(?))", "transfer " + transfer.app());
    handle
        .createUpdate(
            """
            insert into transfer (id, app_id, number, database_id, request_id, from_name, to_name,
                                  from_place, to_place, urls_sealed, source_bytes, created_at)
            select :id, :app, coalesce(max(number), 0) + 1, :database, :request, :fromName, :toName,
                   :fromPlace, :toPlace, :urls, :bytes, :now
            from transfer where app_id = :app
            """)
        .bind("id", transfer.id())
        .bind("app", transfer.app())
        .bind("database", transfer.database().orElseThrow())
        .bindByType("request", requestId.orElse(null), String.class)
        .bind("fromName", transfer.fromName())
        .bind("toName", transfer.toName())
        .bind("fromPlace", transfer.fromPlace())
        .bind("toPlace", transfer.toPlace())
        .bind("urls", vault.seal(transfer.id(), text(urls)))
        .bind("bytes", transfer.sourceBytes())
        .bind("now", utc(transfer.createdAt()))
        .execute();
    return find(handle, transfer.id()).orElseThrow();
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

  /** The transfers of an app, oldest first. */
  List<Transfer> ofApp(Handle handle, UUID app) {
    return handle
        .createQuery("select * from transfer where app_id = :app order by number")
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

  void processed(Handle handle, UUID id, long bytes) {
    handle
        .createUpdate("update transfer set processed_bytes = :bytes where id = :id")
        .bind("id", id)
        .bind("bytes", bytes)
        .execute();
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
        instant(row, "created_at"),
        optionalInstant(row, "started_at"),
        optionalInstant(row, "canceled_at"),
        optionalInstant(row, "finished_at"));
  }
}
