package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.OwnedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a file system can copy a file by sharing its blocks, at once and for no space. */
public final class Reflink {

  private Reflink() {}

  /**
   * Tries it in a directory, which must exist and be writable. XFS and btrfs can, ext4 cannot; it
   * does not change while a file system is mounted, so asking once is enough.
   */
  public static boolean probe(Path directory) {
    Path place = null;
    try {
      place = Files.createTempDirectory(directory, ".reflink-probe");
      Path file = Files.write(place.resolve("a"), new byte[64 * 1024]);
      Command.of("cp", "--reflink=always", "--", file, place.resolve("b")).run();
      return true;
    } catch (PostgresException refused) {
      return false;
    } catch (IOException e) {
      throw new PostgresException("could not try reflinks in " + directory + ": " + e, e);
    } finally {
      if (place != null) {
        OwnedFiles.delete(place);
      }
    }
  }
}
