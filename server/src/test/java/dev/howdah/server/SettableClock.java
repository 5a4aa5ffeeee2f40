package dev.howdah.server;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is told to move. Safe for use by any number of threads. */
public final class SettableClock implements InstantSource {
  private volatile Instant now;

  /** A clock that shows {@code now}. */
  public SettableClock(Instant now) {
    this.now = now;
  }

  /** A clock at some moment. */
  public SettableClock() {
    this(Instant.parse("2026-01-02T03:04:05.678901Z"));
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Moves it, forward or back. */
  public void advance(Duration by) {
    now = now.plus(by);
  }
}
