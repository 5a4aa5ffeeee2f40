package dev.howdah.postgres.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The signals a PostgreSQL server understands. */
public enum Signal {
  /** Read the configuration again. */
  HANGUP(1),
  /** Stop fast. */
  INTERRUPT(2),
  /** Stop at once. */
  QUIT(3),
  /** Cannot be refused. */
  KILL(9);

  /** The C library's {@code kill}: Java offers only two of the four signals. */
  @SuppressWarnings("restricted")
  private static final MethodHandle KILL_FUNCTION =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final int number;

  Signal(int number) {
    this.number = number;
  }

  /** Sends it to a process; one that is gone already is no error. */
  public void send(long pid) {
    if (pid <= 1) {
      // 0 and negative numbers mean whole process groups.
      throw new IllegalArgumentException("not the pid of a server: " + pid);
    }
    try {
      var _ = (int) KILL_FUNCTION.invokeExact((int) pid, number);
    } catch (Throwable e) {
      throw new IllegalStateException("could not send a signal", e);
    }
  }
}
