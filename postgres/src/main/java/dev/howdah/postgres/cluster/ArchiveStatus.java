package dev.howdah.postgres.cluster;

import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.sql.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a running server's write-ahead log has come to its repository.
 *
 * @param written everything the server has written so far ends here
 * @param archived everything before this position has left the server
 * @param lastArchivedAt when a file last did
 * @param failingSince since when, at the latest, every try has failed; empty when the last
 *     succeeded
 * @param waiting files that wait
 * @param waitingBytes their size
 */
public record ArchiveStatus(
    Lsn written,
    Lsn archived,
    Optional<Instant> lastArchivedAt,
    Optional<Instant> failingSince,
    long waiting,
    long waitingBytes) {

  /**
   * The position first: a file that is finished between the two questions then counts as waiting.
   */
  private static final String POSITION =
      """
      SELECT pg_current_wal_insert_lsn()::text AS written,
             pg_walfile_name(pg_current_wal_lsn()) AS segment,
             (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size') AS size\
      """;

  private static final String QUEUE =
      """
      SELECT count(*) AS waiting, min(substr(name, 1, 24)) AS oldest
        FROM pg_ls_archive_statusdir() WHERE name ~ '^[0-9A-F]{24}[.]ready$'\
      """;

  private static final String ARCHIVER =
      """
      SELECT last_archived_time AS archived,
             CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity')
                  THEN coalesce(last_archived_time, stats_reset) END AS failing
        FROM pg_stat_archiver\
      """;

  private record Position(Lsn written, String segment, long size) {}

  private record Queue(long waiting, Optional<String> oldest) {}

  private record Archiver(Optional<Instant> archivedAt, Optional<Instant> failingSince) {}

  /** Asks a server that is not in recovery. */
  static ArchiveStatus read(Session session) throws SQLException {
    Position position = session.rows(POSITION, ArchiveStatus::position).getFirst();
    Queue queue = session.rows(QUEUE, ArchiveStatus::queue).getFirst();
    Archiver archiver = session.rows(ARCHIVER, ArchiveStatus::archiver).getFirst();
    String next = queue.oldest().orElse(position.segment());
    return new ArchiveStatus(
        position.written(),
        start(next, position.size()),
        archiver.archivedAt(),
        archiver.failingSince(),
        queue.waiting(),
        queue.waiting() * position.size());
  }

  /** The position at which a file of the write-ahead log begins. */
  static Lsn start(String segment, long size) {
    long log = Long.parseLong(segment.substring(8, 16), 16);
    long part = Long.parseLong(segment.substring(16, 24), 16);
    return new Lsn((log << 32) + part * size);
  }

  private static Position position(ResultSet row) throws SQLException {
    return new Position(
        Lsn.of(row.getString("written")), row.getString("segment"), row.getLong("size"));
  }

  private static Queue queue(ResultSet row) throws SQLException {
    return new Queue(row.getLong("waiting"), Optional.ofNullable(row.getString("oldest")));
  }

  private static Archiver archiver(ResultSet row) throws SQLException {
    return new Archiver(
        instant(row.getTimestamp("archived")), instant(row.getTimestamp("failing")));
  }

  private static Optional<Instant> instant(@Nullable Timestamp time) {
    return Optional.ofNullable(time).map(Timestamp::toInstant);
  }
}
