package dev.howdah.postgres.supervision;

import dev.howdah.postgres.cluster.ClusterState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The decision which servers to start, as a pure function. */
public final class Supervision {

  /** A server that ran this long is taken to be well again. */
  static final Duration STABLE = Duration.ofMinutes(2);

  /** The longest wait between two starts of a server that does not stay up. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /** Keeps the shift below from overflowing. */
  private static final int COUNT_CAP = 16;

  private Supervision() {}

  /**
   * Decides what to do. A server that should run and does not is started at once; if it does not
   * stay up, again after 1, 2, 4 … 60 seconds, until it has been running for two minutes.
   *
   * @param desired the clusters that should run; all others are left alone
   * @param observed what each cluster is doing
   * @param attempts what was tried so far
   */
  public static Plan plan(
      Set<UUID> desired, Map<UUID, ClusterState> observed, Attempts attempts, Instant now) {
    List<Action> actions = new ArrayList<>();
    Map<UUID, Attempts.Attempt> remembered = new HashMap<>();
    for (UUID id : new TreeSet<>(desired)) {
      Attempts.Attempt before = attempts.of(id);
      ClusterState state = observed.getOrDefault(id, new ClusterState.Absent());
      switch (state) {
        case ClusterState.Stopped _ ->
            consider(id, "it was stopped", before, now, actions, remembered);
        case ClusterState.Failed failed ->
            consider(id, failed.reason(), before, now, actions, remembered);
        case ClusterState.Running running -> {
          if (before.count() > 0 && now.isBefore(running.startedAt().plus(STABLE))) {
            remembered.put(id, before);
          }
        }
        // On its way up or down, or not made yet: whoever does that is not helped by a second hand.
        case ClusterState.Starting _, ClusterState.Stopping _, ClusterState.Absent _ -> {
          if (before.count() > 0) {
            remembered.put(id, before);
          }
        }
      }
    }
    return new Plan(List.copyOf(actions), new Attempts(remembered));
  }

  private static void consider(
      UUID id,
      String reason,
      Attempts.Attempt before,
      Instant now,
      List<Action> actions,
      Map<UUID, Attempts.Attempt> remembered) {
    if (now.isBefore(before.last().plus(waitAfter(before.count())))) {
      remembered.put(id, before);
      return;
    }
    actions.add(new Action.Start(id, reason));
    remembered.put(id, new Attempts.Attempt(before.count() + 1, now));
  }

  /** How long to wait after the n-th start in a row: 0, 1, 2, 4 … 60 seconds. */
  static Duration waitAfter(int count) {
    if (count == 0) {
      return Duration.ZERO;
    }
    Duration wait = Duration.ofSeconds(1L << Math.min(count - 1, COUNT_CAP));
    return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
  }

  /** What to do now, and what to remember for the next time. */
  public record Plan(List<Action> actions, Attempts attempts) {}

  /** One thing to do. */
  public sealed interface Action {

    /** Start the server; {@code reason} says why it was down. */
    record Start(UUID cluster, String reason) implements Action {}
  }
}
