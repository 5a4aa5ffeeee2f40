package dev.howdah.server.operation;

/**
 * Where a fault test may interfere. In production it is never anything but {@link #NONE}; the
 * server takes another only from the environment variable {@code HOWDAH_FAULT}.
 */
@FunctionalInterface
public interface FaultPoint {
  /** Nothing ever happens. */
  FaultPoint NONE = (kind, step, moment) -> {};

  /** Called with {@code moment} {@code before} and {@code after} a step's record commits. */
  void reached(String kind, String step, String moment);

  /** Whether a step is to be taken as failed for good, although its work was done. */
  default boolean fails(String kind, String step) {
    return false;
  }
}
