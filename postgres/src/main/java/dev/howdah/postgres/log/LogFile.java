package dev.howdah.postgres.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The file that a server appends what it says to. It is never cut: what nobody needs any more is
 * given back to the file system where it stands, so that a position in the file is one for ever and
 * the server, which has the file open, need not know.
 */
public final class LogFile {
  private final Path path;

  /** The file at a path, whether it is there or not. */
  public LogFile(Path path) {
    this.path = path;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Which file it is, and how long. */
  public record State(Object identity, long size) {}

  /** What it is now; empty when there is none. */
  public Optional<State> state() {
    try {
      BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
      return Optional.of(new State(String.valueOf(is.fileKey()), is.size()));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  /** Reads from a position into the buffer; returns how many bytes. */
  public int read(long position, byte[] buffer) throws IOException {
    // Opened each time: a thread that is interrupted would close it under the next one.
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer target = ByteBuffer.wrap(buffer);
      while (target.hasRemaining() && file.read(target, position + target.position()) > 0) {}
      return target.position();
    } catch (NoSuchFileException absent) {
      return 0;
    }
  }

  /**
   * Gives the disk back what stands before a position; reading it gives zeros then.
   *
   * @return false when the file system cannot do that
   */
  public boolean forget(long before) {
    return PunchedHole.punch(path, before);
  }
}
