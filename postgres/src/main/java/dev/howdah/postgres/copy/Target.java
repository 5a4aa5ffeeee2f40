package dev.howdah.postgres.copy;

import java.time.Instant;

/** Where the recovery of an archived origin ends. */
public sealed interface Target {

  /** At the end of all write-ahead log there is. */
  record Latest() implements Target {}

  /**
   * At a moment: what was committed by then is in the copy, what was committed later is not. By the
   * source's own clock, to the microsecond, as PostgreSQL records each commit.
   */
  record At(Instant time) implements Target {}
}
