package dev.howdah.server.log;

import java.time.Duration;
import java.time.Instant;

/**
 * How many lines one source may log: a bucket that fills at a rate and holds two seconds of it. Not
 * safe for use by several threads at once.
 */
public final class Intake {
  private static final int SECONDS = 2;

  private final int perSecond;
  private double tokens;
  private Instant filled = Instant.MIN;

  /** A full bucket; a rate of 0 is no limit. */
  public Intake(int perSecond) {
    this.perSecond = perSecond;
  }

  /** How many of {@code wanted} lines may come now. */
  public int take(int wanted, Instant now) {
    if (perSecond == 0) {
      return wanted;
    }
    fill(now);
    int granted = (int) Math.clamp(Math.floor(tokens), 0, wanted);
    tokens -= granted;
    return granted;
  }

  /** Whether lines may come now, of a source that can be made to wait. */
  public boolean open(Instant now) {
    if (perSecond == 0) {
      return true;
    }
    fill(now);
    return tokens > 0;
  }

  /** Lines that have come, if more than there was room for: then nothing comes for a while. */
  public void spend(int lines) {
    tokens -= lines;
  }

  private void fill(Instant now) {
    double most = (double) perSecond * SECONDS;
    if (filled.equals(Instant.MIN)) {
      tokens = most;
    } else if (now.isAfter(filled)) {
      double seconds = Duration.between(filled, now).toNanos() / 1e9;
      tokens = Math.min(most, tokens + seconds * perSecond);
    }
    filled = now;
  }
}
