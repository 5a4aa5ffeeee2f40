package dev.howdah.server.operation;

/**
 * Where a fault test may stop the process. In production it is never anything but {@link #NONE};
 * the server takes another only from the environment variable {@code HOWDAH_FAULT}.
 */
@FunctionalInterface
public interface FaultPoint {
  /** Nothing ever happens. */
  FaultPoint NONE = (kind, step, moment) -> {};

  /** Called with {@code moment} {@code before} and {@code after} a step's record commits. */
  void reached(String kind, String step, String moment);

  /**
   * Halts the JVM, as {@code kill -9} would, at {@code kind/step/moment}; {@code *} stands for any
   * step.
   */
  static FaultPoint haltAt(String where) {
    String[] wanted = where.split("/", 3);
    if (wanted.length != 3) {
      throw new IllegalArgumentException("HOWDAH_FAULT is kind/step/before or kind/step/after");
    }
    return (kind, step, moment) -> {
      if (wanted[0].equals(kind)
          && (wanted[1].equals("*") || wanted[1].equals(step))
          && wanted[2].equals(moment)) {
        Runtime.getRuntime().halt(137);
      }
    };
  }
}
