package dev.howdah.server.platform;

import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A token bucket per account (T19.7): as many requests as the bucket holds, refilled evenly over an
 * hour. Safe for use by any number of threads.
 */
public final class RateLimit {
  private final int perHour;
  private final InstantSource clock;
  private final ConcurrentHashMap<UUID, Bucket> buckets = new ConcurrentHashMap<>();

  private record Bucket(double tokens, long atMillis) {}

  /** Allows {@code perHour} requests an hour and account. */
  public RateLimit(int perHour, InstantSource clock) {
    this.perHour = perHour;
    this.clock = clock;
  }

  /** Takes one request out of the bucket. Returns what remains, or -1 when it was empty. */
  public int take(UUID account) {
    long now = clock.millis();
    Bucket after =
        buckets.compute(
            account,
            (id, bucket) -> {
              double held =
                  bucket == null
                      ? perHour
                      : Math.min(
                          perHour,
                          bucket.tokens
                              + Math.max(0, now - bucket.atMillis) * (perHour / 3_600_000.0));
              return new Bucket(held - 1, now);
            });
    if (after.tokens < 0) {
      // Refused requests are not charged, so that a client that backs off recovers at once.
      buckets.computeIfPresent(account, (id, b) -> new Bucket(b.tokens + 1, b.atMillis));
      return -1;
    }
    return (int) after.tokens;
  }
}
