package dev.howdah.postgres.cluster;

import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One look at a server that archives, with a heartbeat if that was wanted: a commit of our own, in
 * a database that no tenant sees, by which the age of what is not archived yet can be told.
 *
 * @param snapshot the transactions that are over, in PostgreSQL's text form; after the heartbeat
 * @param beat the position right after the heartbeat; empty when there was none
 * @param status how far the write-ahead log has come
 */
public record ArchivePulse(String snapshot, Optional<Lsn> beat, ArchiveStatus status) {

  private static final String SNAPSHOT = "SELECT pg_current_snapshot()::text";

  /** Empty while the server is in recovery, or does not archive. */
  static Optional<ArchivePulse> take(Session session, Instant now, Predicate<String> wanted)
      throws SQLException {
    if (session.exists(
        "SELECT 1 WHERE pg_is_in_recovery() OR current_setting('archive_mode') = 'off'")) {
      return Optional.empty();
    }
    String snapshot = session.rows(SNAPSHOT, row -> row.getString(1)).getFirst();
    Optional<Lsn> beat = Optional.empty();
    if (wanted.test(snapshot)) {
      beat(session, now);
      beat =
          Optional.of(
              Lsn.of(
                  session
                      .rows("SELECT pg_current_wal_insert_lsn()::text", row -> row.getString(1))
                      .getFirst()));
      snapshot = session.rows(SNAPSHOT, row -> row.getString(1)).getFirst();
    }
    return Optional.of(new ArchivePulse(snapshot, beat, ArchiveStatus.read(session)));
  }

  private static void beat(Session session, Instant now) throws SQLException {
    if (session.exists("SELECT 1 WHERE to_regclass('howdah.heartbeat') IS NULL")) {
      session.execute("CREATE SCHEMA IF NOT EXISTS howdah");
      session.execute(
          "CREATE TABLE IF NOT EXISTS howdah.heartbeat"
              + " (one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL)");
    }
    session.rows(
        "INSERT INTO howdah.heartbeat (at) VALUES (?)"
            + " ON CONFLICT (one) DO UPDATE SET at = excluded.at RETURNING 1",
        row -> row.getInt(1),
        Timestamp.from(now));
  }
}
