package dev.howdah.server.drain;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** Remembers up to which line a receiver has everything, also over a crash. */
final class DrainCursor {
  private static final int WIDTH = 19;

  private final Path file;

  DrainCursor(Path directory, Drain drain) {
    this.file = directory.resolve("drain-" + drain.id());
  }

  /** The line, if it was ever set. */
  OptionalLong read() {
    try {
      String text = Files.readString(file, US_ASCII);
      return text.matches("[0-9]{" + WIDTH + "}")
          ? OptionalLong.of(Long.parseLong(text))
          : OptionalLong.empty();
    } catch (NoSuchFileException none) {
      return OptionalLong.empty();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Sets it. Always the same bytes of the file, so that no half of it is ever there. */
  void write(long line) throws IOException {
    Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
    byte[] text = String.format("%0" + WIDTH + "d", line).getBytes(US_ASCII);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(text), 0);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException stays) {
      throw new UncheckedIOException(stays);
    }
  }
}
