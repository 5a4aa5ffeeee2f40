package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Copies a running server's data directory with the write-ahead log that makes it consistent, so
 * that a server started on it recovers to the moment the copy was complete. Log that is written
 * meanwhile is fetched as soon as a file of it is full: the source need not keep more of it than it
 * likes, however long the copy takes.
 */
public final class LiveCopy {

  /** How often finished files of the write-ahead log are looked for. */
  private static final long PERIOD_MILLIS = 250;

  private final LiveSource source;
  private final Path target;
  private final Progress progress;

  private LiveCopy(LiveSource source, Path target, Progress progress) {
    this.source = source;
    this.target = target;
    this.progress = progress;
  }

  /**
   * Makes the copy; not brought to disk yet, and owned by us.
   *
   * @param target a directory that does not exist yet
   * @param followerSlot the slot of a follower that is being made; empty for none
   * @throws PostgresException when the server goes away meanwhile, or has written so much that it
   *     could not keep what the copy needs
   */
  public static void make(LiveSource source, Path target, String followerSlot, Progress progress) {
    new LiveCopy(source, target, progress).run(followerSlot);
  }

  private void run(String followerSlot) {
    try (BackupMode backup = BackupMode.begin(source, followerSlot);
        TreeCopy files = new TreeCopy(source.data(), target, false, progress)) {
      Path log = target.resolve("pg_wal");
      Files.createDirectory(log.resolve("archive_status"));
      WalSegment next = backup.firstSegment();
      files.start();
      while (!files.isDone(PERIOD_MILLIS)) {
        WalSegment complete = fetch(next, backup.currentSegment());
        if (!complete.equals(next)) {
          next = complete;
          backup.release(next.begin());
        }
      }
      files.finish();
      BackupMode.Stopped stopped = backup.stop();
      // Without this label a server would start from the last checkpoint and find damaged files.
      Files.writeString(target.resolve("backup_label"), stopped.label());
      fetch(next, backup.lastSegment(stopped).next());
      fetchHistories();
      WalFiles.markArchived(log);
    } catch (IOException e) {
      throw new PostgresException("could not copy a running server: " + e, e);
    }
  }

  /** Copies the files of the log from one up to, but without, another; returns the other. */
  private WalSegment fetch(WalSegment from, WalSegment to) throws IOException {
    WalSegment next = from;
    if (from.number() >= to.number()) {
      return next;
    }
    try (var log = TreeCopy.below(source.data(), "pg_wal")) {
      for (; next.number() < to.number(); next = next.next()) {
        TreeCopy.copyFile(log, next.name(), target.resolve("pg_wal").resolve(next.name()));
      }
      return next;
    } catch (NoSuchFileException gone) {
      throw new PostgresException(
          ("the server has written so much meanwhile that %s, which the copy needs, is gone;"
                  + " it can be tried again")
              .formatted(next.name()),
          gone);
    }
  }

  private void fetchHistories() throws IOException {
    try (var log = TreeCopy.below(source.data(), "pg_wal")) {
      for (Path file : log) {
        String name = file.getFileName().toString();
        if (WalSegment.isHistory(name)) {
          TreeCopy.copyFile(log, name, target.resolve("pg_wal").resolve(name));
        }
      }
    }
  }
}
