package dev.howdah.postgres.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads a file in a directory that belongs to somebody else, who may have put anything there: a
 * link to a secret, a pipe that never ends a read, a file without end. Java cannot open a file
 * without waiting for a pipe's other side, so the C library's functions are used.
 */
public final class ForeignFile {

  /** Linux' O_RDONLY, O_NONBLOCK, O_NOFOLLOW and O_CLOEXEC. */
  private static final int FLAGS = 0x800 | noFollow() | 0x80000;

  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));

  private static final MethodHandle READ =
      function(
          "read",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));

  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private ForeignFile() {}

  /**
   * The beginning of a regular file.
   *
   * @throws NoSuchFileException when there is nothing of that name
   * @throws IOException when it is anything but a regular file, or cannot be read
   */
  public static String head(Path path, int bytes) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("not a regular file: " + path);
    }
    try (Arena arena = Arena.ofConfined()) {
      int file = (int) OPEN.invokeExact(arena.allocateFrom(path.toString()), FLAGS);
      if (file < 0) {
        throw new IOException("could not open " + path);
      }
      try {
        // It may have been exchanged meanwhile. This looks at what is open, whatever its name.
        if (!Files.isRegularFile(Path.of("/proc/self/fd", Integer.toString(file)))) {
          throw new IOException("not a regular file: " + path);
        }
        return read(file, arena.allocate(bytes), path);
      } finally {
        var _ = (int) CLOSE.invokeExact(file);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("could not call the C library", e);
    }
  }

  private static String read(int file, MemorySegment buffer, Path path) throws Throwable {
    long length = 0;
    while (length < buffer.byteSize()) {
      MemorySegment rest = buffer.asSlice(length);
      long got = (long) READ.invokeExact(file, rest, rest.byteSize());
      if (got < 0) {
        throw new IOException("could not read " + path);
      }
      if (got == 0) {
        break;
      }
      length += got;
    }
    byte[] content = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(content, StandardCharsets.UTF_8);
  }

  /** The one flag whose number is another on ARM. */
  private static int noFollow() {
    return System.getProperty("os.arch", "").equals("aarch64") ? 0x8000 : 0x20000;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name), descriptor, options);
  }
}
