package dev.howdah.postgres.log;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Linux' way to free the beginning of a file while others write at its end. */
final class PunchedHole {
  private static final int READ_WRITE = 0x2;
  private static final int CLOSE_ON_EXEC = 0x80000;

  /** FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE. */
  private static final int MODE = 0x1 | 0x2;

  /** Whole blocks of any file system; the rest of one would be zeros that take the same place. */
  private static final long ALIGNMENT = 1 << 20;

  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));

  private static final MethodHandle FALLOCATE =
      function(
          "fallocate64",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));

  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private PunchedHole() {}

  static boolean punch(Path file, long before) {
    long length = before / ALIGNMENT * ALIGNMENT;
    if (length <= 0) {
      return true;
    }
    try (Arena arena = Arena.ofConfined()) {
      int open =
          (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), READ_WRITE | CLOSE_ON_EXEC);
      if (open < 0) {
        return false;
      }
      try {
        return (int) FALLOCATE.invokeExact(open, MODE, 0L, length) == 0;
      } finally {
        var _ = (int) CLOSE.invokeExact(open);
      }
    } catch (Throwable impossible) {
      throw new IllegalStateException("could not call the C library", impossible);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name), descriptor, options);
  }
}
