package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The size of a write-ahead log file; fixed when a cluster is made. */
public enum WalSegmentSize {
  /** Saves 11 MB of disk in an idle cluster: for hobby plans. */
  ONE_MEGABYTE(1),
  /** PostgreSQL's own default: for production plans. */
  SIXTEEN_MEGABYTES(16);

  private final int megabytes;

  WalSegmentSize(int megabytes) {
    this.megabytes = megabytes;
  }

  /** The size in megabytes. */
  public int megabytes() {
    return megabytes;
  }

  /** The size in megabytes that a data directory was made with, read from any such file. */
  static int megabytesIn(Path data) {
    Path log = data.resolve("pg_wal");
    try (Stream<Path> files = Files.list(log)) {
      Path any =
          files
              .filter(file -> String.valueOf(file.getFileName()).matches("[0-9A-F]{24}"))
              .findAny()
              .orElseThrow(() -> new PostgresException("there is no write-ahead log in " + log));
      return Math.clamp(Files.size(any) >> 20, 1, 1024);
    } catch (IOException e) {
      throw new PostgresException("could not look into " + log + ": " + e, e);
    }
  }
}
