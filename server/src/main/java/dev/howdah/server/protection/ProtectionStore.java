package dev.howdah.server.protection;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.optionalText;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.postgres.repository.Archiving;
import dev.howdah.server.control.Rows;
import dev.howdah.server.secret.Vault;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about lineages. */
final class ProtectionStore {
  private final Vault vault;

  ProtectionStore(Vault vault) {
    this.vault = vault;
  }

  void insert(
      Handle handle,
      UUID lineage,
      UUID databaseId,
      Optional<UUID> parent,
      String passphrase,
      Instant now) {
    handle
        .createUpdate(
            """
            insert into lineage (id, database_id, parent_id, passphrase_sealed, began_at)
            values (:id, :database, :parent, :sealed, :now)
            on conflict (id) do nothing
            """)
        .bind("id", lineage)
        .bind("database", databaseId)
        .bind("parent", parent.orElse(null))
        .bind("sealed", vault.seal(lineage, passphrase))
        .bind("now", utc(now))
        .execute();
  }

  Optional<Archiving> archiving(Handle handle, UUID lineage) {
    return handle
        .createQuery("select passphrase_sealed from lineage where id = :id")
        .bind("id", lineage)
        .mapTo(byte[].class)
        .findOne()
        .map(sealed -> new Archiving(lineage, vault.open(lineage, sealed)));
  }

  void setCurrent(Handle handle, UUID databaseId, UUID lineage) {
    handle
        .createUpdate("update database set lineage = :lineage where id = :id")
        .bind("id", databaseId)
        .bind("lineage", lineage)
        .execute();
  }

  Optional<Lineage> find(Handle handle, UUID lineage) {
    return handle
        .createQuery("select * from lineage where id = :id")
        .bind("id", lineage)
        .map((row, context) -> read(row))
        .findOne();
  }

  Optional<Lineage> current(Handle handle, UUID databaseId) {
    return handle
        .createQuery(
            """
            select lineage.* from lineage join database on database.lineage = lineage.id
            where database.id = :database and lineage.ended_at is null
            """)
        .bind("database", databaseId)
        .map((row, context) -> read(row))
        .findOne();
  }

  List<UUID> ofDatabase(Handle handle, UUID databaseId) {
    return handle
        .createQuery("select id from lineage where database_id = :database")
        .bind("database", databaseId)
        .mapTo(UUID.class)
        .list();
  }

  List<UUID> ended(Handle handle) {
    return handle
        .createQuery("select id from lineage where ended_at is not null")
        .mapTo(UUID.class)
        .list();
  }

  void end(Handle handle, UUID lineage, Instant now) {
    handle
        .createUpdate("update lineage set ended_at = :now where id = :id and ended_at is null")
        .bind("id", lineage)
        .bind("now", utc(now))
        .execute();
  }

  void delete(Handle handle, UUID lineage) {
    handle.createUpdate("delete from lineage where id = :id").bind("id", lineage).execute();
  }

  void setProven(Handle handle, UUID lineage, Proof.Beat beat) {
    handle
        .createUpdate(
            "update lineage set proven_at = :at, proven_snapshot = :snapshot where id = :id")
        .bind("id", lineage)
        .bind("at", utc(beat.at()))
        .bind("snapshot", beat.snapshot())
        .execute();
  }

  void setBases(
      Handle handle,
      UUID lineage,
      Optional<Instant> earliest,
      Optional<Instant> newest,
      Optional<Instant> newestFull) {
    handle
        .createUpdate(
            """
            update lineage set earliest = :earliest, newest_base = :newest, newest_full = :full
            where id = :id
            """)
        .bind("id", lineage)
        .bind("earliest", earliest.map(Rows::utc).orElse(null))
        .bind("newest", newest.map(Rows::utc).orElse(null))
        .bind("full", newestFull.map(Rows::utc).orElse(null))
        .execute();
  }

  void setBaseWanted(Handle handle, UUID lineage, boolean wanted) {
    handle
        .createUpdate("update lineage set base_wanted = :wanted where id = :id")
        .bind("id", lineage)
        .bind("wanted", wanted)
        .execute();
  }

  void setBaseProblem(Handle handle, UUID lineage, Optional<String> problem) {
    handle
        .createUpdate("update lineage set base_problem = :problem where id = :id")
        .bind("id", lineage)
        .bind("problem", problem.orElse(null))
        .execute();
  }

  /** Opens a gap, or lets the one that is open grow. */
  void beginGap(Handle handle, UUID lineage, Instant since, String reason) {
    handle
        .createUpdate(
            """
            update lineage set gap_since = coalesce(gap_since, :since), gap_forgetting = true,
                               gap_drops = gap_drops + 1
            where id = :id
            """)
        .bind("id", lineage)
        .bind("since", utc(since))
        .execute();
    handle
        .createUpdate(
            """
            insert into lineage_gap (lineage_id, since, reason)
            select id, gap_since, :reason from lineage where id = :id
            on conflict (lineage_id, since) do update set reason = excluded.reason
            """)
        .bind("id", lineage)
        .bind("reason", reason)
        .execute();
  }

  void setForgotten(Handle handle, UUID lineage) {
    handle
        .createUpdate("update lineage set gap_forgetting = false where id = :id")
        .bind("id", lineage)
        .execute();
  }

  /** Ends a gap, unless more was dropped since {@code known} was read. */
  void endGap(Handle handle, UUID lineage, Lineage.Gap known, Instant now) {
    int ended =
        handle
            .createUpdate(
                """
                update lineage set gap_since = null
                where id = :id and gap_drops = :drops and not gap_forgetting
                """)
            .bind("id", lineage)
            .bind("drops", known.drops())
            .execute();
    if (ended > 0) {
      handle
          .createUpdate(
              "update lineage_gap set ended_at = :now where lineage_id = :id and ended_at is null")
          .bind("id", lineage)
          .bind("now", utc(now))
          .execute();
    }
  }

  /** When the newest gap of a lineage ended; empty when it had none that has. */
  Optional<Instant> lastGapEnd(Handle handle, UUID lineage) {
    return handle
        .createQuery("select max(ended_at) as ended from lineage_gap where lineage_id = :id")
        .bind("id", lineage)
        .map((row, context) -> optionalInstant(row, "ended"))
        .one();
  }

  private static Lineage read(ResultSet row) throws SQLException {
    Optional<String> snapshot = optionalText(row, "proven_snapshot");
    Optional<Instant> gap = optionalInstant(row, "gap_since");
    boolean forgetting = row.getBoolean("gap_forgetting");
    int drops = row.getInt("gap_drops");
    return new Lineage(
        uuid(row, "id"),
        uuid(row, "database_id"),
        instant(row, "began_at"),
        optionalInstant(row, "earliest"),
        optionalInstant(row, "newest_base"),
        optionalInstant(row, "newest_full"),
        row.getBoolean("base_wanted"),
        optionalText(row, "base_problem"),
        optionalInstant(row, "proven_at")
            .flatMap(at -> snapshot.map(text -> new Proof.Beat(at, text))),
        gap.map(since -> new Lineage.Gap(since, forgetting, drops)));
  }
}
