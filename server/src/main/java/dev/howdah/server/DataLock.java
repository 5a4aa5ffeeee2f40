package dev.howdah.server;

import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a data directory for one server, from before anything in it is touched to the end of the
 * process: the operating system gives it back, however that end comes.
 */
final class DataLock implements AutoCloseable {
  private final FileChannel file;

  private DataLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Waits a moment for a server that is just going away.
   *
   * @throws IllegalStateException when another server has the directory
   */
  static DataLock take(Path data, Duration patience) throws IOException {
    if (!Files.isDirectory(data)) {
      // Servers under other user ids must pass through it to their own directories.
      OwnedFiles.directory(data, ServerAccount.current(), "rwx--x--x");
    }
    FileChannel file =
        FileChannel.open(
            data.resolve("howdah.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    Instant giveUp = Instant.now().plus(patience);
    while (!locked(file)) {
      if (Instant.now().isAfter(giveUp)) {
        file.close();
        throw new IllegalStateException(
            "Another Howdah server works in %s. Stop it first (`howdah down --data %s`), or give"
                    .formatted(data, data)
                + " this one a --data directory of its own.");
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    return new DataLock(file);
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
