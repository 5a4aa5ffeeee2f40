package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system.
 *
 * @param total its size in bytes
 * @param available bytes that may still be written
 */
public record Volume(long total, long available) {

  /** The one that a file or directory is on. */
  public static Volume of(Path path) {
    try {
      FileStore store = Files.getFileStore(path);
      return new Volume(store.getTotalSpace(), store.getUsableSpace());
    } catch (IOException e) {
      throw new PostgresException("could not look at the volume of " + path + ": " + e, e);
    }
  }
}
