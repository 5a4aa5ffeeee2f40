package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files in the {@code pg_wal} of a copy that nobody uses yet. */
public final class WalFiles {

  private WalFiles() {}

  /**
   * Says of every file there that it is archived: it is, with its origin, and the copy must not
   * archive it to its own repository.
   */
  public static void markArchived(Path log) {
    try {
      Path status = log.resolve("archive_status");
      Files.createDirectories(status);
      for (String name : names(log)) {
        Path mark = status.resolve(name + ".done");
        if (!Files.exists(mark)) {
          Files.createFile(mark);
        }
      }
    } catch (IOException e) {
      throw new PostgresException("could not mark the write-ahead log in " + log + ": " + e, e);
    }
  }

  /** The position where the newest file ends; empty without any. */
  public static Optional<Lsn> end(Path log) {
    try {
      WalSegment newest = null;
      for (String name : names(log)) {
        Optional<WalSegment> segment = WalSegment.named(name, Files.size(log.resolve(name)));
        if (segment.isPresent() && (newest == null || segment.get().number() > newest.number())) {
          newest = segment.get();
        }
      }
      return Optional.ofNullable(newest).map(WalSegment::end);
    } catch (IOException e) {
      throw new PostgresException("could not look into " + log + ": " + e, e);
    }
  }

  /** The position where a file there begins; empty when it is not there. */
  public static Optional<Lsn> begin(Path log, String name) {
    try {
      return WalSegment.named(name, Files.size(log.resolve(name))).map(WalSegment::begin);
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private static List<String> names(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(n -> WalSegment.isHistory(n) || WalSegment.named(n, 1).isPresent())
          .toList();
    }
  }
}
