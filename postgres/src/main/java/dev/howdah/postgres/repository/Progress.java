package dev.howdah.postgres.repository;

/** Hears how far something long has come, in bytes that really were read or written. */
@FunctionalInterface
public interface Progress {

  /** Nobody listens. */
  Progress NONE = (done, total) -> {};

  /**
   * Called now and then, from any thread.
   *
   * @param done bytes so far, never more than {@code total}
   * @param total bytes in all, as far as is known
   */
  void at(long done, long total);
}
