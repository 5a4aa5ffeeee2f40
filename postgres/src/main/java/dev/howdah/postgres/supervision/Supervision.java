package dev.howdah.postgres.supervision;

import dev.howdah.postgres.cluster.ClusterState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The decision which servers to start, as a pure function. */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class Supervision {

  private Supervision() {}

  /**
   * Decides what to do.
   *
   * @param desired the clusters that should run; all others are left alone
   * @param observed what each cluster is doing
   * @param attempts what was tried so far
   */
  public static Plan plan(
      Set<UUID> desired, Map<UUID, ClusterState> observed, Attempts attempts, Instant now) {
    throw new UnsupportedOperationException();
  }

  /** What to do now, and what to remember for the next time. */
  public record Plan(List<Action> actions, Attempts attempts) {}

  /** One thing to do. */
  public sealed interface Action {

    /** Start the server; {@code reason} says why it was down. */
    record Start(UUID cluster, String reason) implements Action {}
  }
}
