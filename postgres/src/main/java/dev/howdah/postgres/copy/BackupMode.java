package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A server's promise that its files, read in any order while it works, make a whole together with
 * the write-ahead log from {@link #start} to the end. It lasts as long as the session that asked
 * for it; if we die, the server takes it back by itself, with the slot that keeps the log.
 */
final class BackupMode implements AutoCloseable {

  /** A checkpoint of a busy server with slow disks. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final Session session;
  private final boolean newNames;
  private final Lsn start;
  private final int timeline;
  private final long segmentBytes;
  private final String slot = "howdah_copy_" + UUID.randomUUID().toString().replace("-", "");
  private final List<String> slots;

  /**
   * The end of a copy.
   *
   * @param end the position at which it is consistent
   * @param label what must be in the file {@code backup_label} of the copy
   */
  record Stopped(Lsn end, String label) {}

  /**
   * Begins.
   *
   * @param followerSlot the slot of a follower that is being made, whose log we bring along; empty
   *     for none
   */
  static BackupMode begin(LiveSource source, String followerSlot) {
    try {
      Session session = new Session(source.connections().superuser("postgres", PATIENCE));
      try {
        return new BackupMode(session, source.major() >= 15, followerSlot);
      } catch (SQLException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed("begin", e);
    }
  }

  private BackupMode(Session session, boolean newNames, String followerSlot) throws SQLException {
    this.session = session;
    this.newNames = newNames;
    slots = List.of(slot, followerSlot);
    if (session.exists(
        "SELECT FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')")) {
      throw new PostgresException("the database has tablespaces, and cannot be copied with them");
    }
    // First the slot: nothing that the copy needs may be removed from here on.
    session.rows(
        "SELECT slot_name FROM pg_create_physical_replication_slot(?, true, true)",
        row -> row.getString(1),
        slot);
    start =
        Lsn.of(
            text(
                newNames
                    ? "SELECT pg_backup_start('howdah', fast => true)::text"
                    : "SELECT pg_start_backup('howdah', fast => true, exclusive => false)::text"));
    timeline = (int) session.number("SELECT timeline_id FROM pg_control_checkpoint()");
    segmentBytes =
        session.number("SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'");
  }

  /** The first file of the write-ahead log that the copy needs. */
  WalSegment firstSegment() {
    return WalSegment.holding(timeline, start, segmentBytes);
  }

  /** The last file of the write-ahead log that the copy needs. */
  WalSegment lastSegment(Stopped stopped) {
    return WalSegment.before(timeline, stopped.end(), segmentBytes);
  }

  /** The file of the write-ahead log that is written now; the ones before it are complete. */
  WalSegment currentSegment() {
    try {
      return WalSegment.holding(
          timeline,
          Lsn.of(
              text(
                  """
                  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                    ELSE pg_current_wal_flush_lsn() END::text
                  """)),
          segmentBytes);
    } catch (SQLException e) {
      throw failed("go on with", e);
    }
  }

  /**
   * Lets the server remove the write-ahead log before a position, as far as we and the follower
   * that we make are concerned: what is copied already must not fill its disk.
   */
  void release(Lsn position) {
    try {
      session.rows(
          """
          SELECT pg_replication_slot_advance(slot_name, ?::pg_lsn) FROM pg_replication_slots
          WHERE slot_name = ANY (?) AND restart_lsn < ?::pg_lsn
            AND (active_pid IS NULL OR active_pid = pg_backend_pid())
          """,
          row -> row.getString(1),
          position.toString(),
          slots.toArray(new String[0]),
          position.toString());
    } catch (SQLException e) {
      throw failed("go on with", e);
    }
  }

  /** Ends it, with all files but the last of the write-ahead log copied. */
  Stopped stop() {
    try {
      return session
          .rows(
              newNames
                  ? "SELECT lsn::text, labelfile, spcmapfile"
                      + " FROM pg_backup_stop(wait_for_archive => false)"
                  : "SELECT lsn::text, labelfile, spcmapfile"
                      + " FROM pg_stop_backup(exclusive => false, wait_for_archive => false)",
              row -> {
                if (!row.getString(3).isBlank()) {
                  throw new SQLException("a tablespace was made meanwhile");
                }
                return new Stopped(Lsn.of(row.getString(1)), row.getString(2));
              })
          .getFirst();
    } catch (SQLException e) {
      throw failed("complete", e);
    }
  }

  /** Ends the session, and with it backup mode and slot. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (SQLException e) {
      throw failed("end", e);
    }
  }

  private String text(String query) throws SQLException {
    return session.rows(query, row -> row.getString(1)).getFirst();
  }

  private static PostgresException failed(String what, SQLException e) {
    return new PostgresException(
        "could not %s a copy of a running server: %s".formatted(what, e.getMessage()), e);
  }
}
