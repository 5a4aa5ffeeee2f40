package dev.howdah.postgres.supervision;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** What the supervisor remembers of its starts, by cluster. */
public record Attempts(Map<UUID, Attempt> byCluster) {

  private static final Attempt NEVER = new Attempt(0, Instant.EPOCH);

  /** Copies the map. */
  public Attempts {
    byCluster = Map.copyOf(byCluster);
  }

  /** Nothing tried yet. */
  public static Attempts none() {
    return new Attempts(Map.of());
  }

  /** What was tried for one cluster. */
  public Attempt of(UUID cluster) {
    return byCluster.getOrDefault(cluster, NEVER);
  }

  /**
   * The starts of one cluster since it was last stable.
   *
   * @param count how many
   * @param last when the last one was
   */
  public record Attempt(int count, Instant last) {}
}
