package dev.howdah.postgres.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.cluster.ClusterState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SupervisionTest {

  private static final UUID A = new UUID(0, 1);
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final ClusterState DOWN = new ClusterState.Failed("it was killed");

  @Test
  void startsAtOnceAndSaysWhy() {
    var plan = Supervision.plan(Set.of(A), Map.of(A, DOWN), Attempts.none(), NOON);
    assertThat(plan.actions()).containsExactly(new Supervision.Action.Start(A, "it was killed"));
  }

  @Test
  void neverTouchesWhatIsStoppedOnPurpose() {
    for (ClusterState state : List.of(DOWN, new ClusterState.Stopped())) {
      assertThat(Supervision.plan(Set.of(), Map.of(A, state), Attempts.none(), NOON).actions())
          .isEmpty();
    }
  }

  @Test
  void leavesAloneWhatIsOnItsWay() {
    for (ClusterState state :
        List.of(
            new ClusterState.Starting(2, NOON),
            new ClusterState.Stopping(2),
            new ClusterState.Running(2, NOON),
            new ClusterState.Absent())) {
      assertThat(Supervision.plan(Set.of(A), Map.of(A, state), Attempts.none(), NOON).actions())
          .isEmpty();
    }
  }

  @Test
  void waitsLongerEachTimeUpToAMinute() {
    List<Long> starts = new ArrayList<>();
    Attempts attempts = Attempts.none();
    for (long second = 0; second < 300; second++) {
      var plan = Supervision.plan(Set.of(A), Map.of(A, DOWN), attempts, NOON.plusSeconds(second));
      attempts = plan.attempts();
      if (!plan.actions().isEmpty()) {
        starts.add(second);
      }
    }
    assertThat(starts).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L, 183L, 243L);
  }

  @Test
  void forgetsOnlyAfterAStableTime() {
    Attempts tried = new Attempts(Map.of(A, new Attempts.Attempt(6, NOON)));
    ClusterState running = new ClusterState.Running(2, NOON);
    assertThat(plan(running, tried, Duration.ofSeconds(119)).attempts()).isEqualTo(tried);
    assertThat(plan(running, tried, Duration.ofMinutes(2)).attempts()).isEqualTo(Attempts.none());
  }

  @Test
  void forgetsWhatIsNoLongerWanted() {
    Attempts tried = new Attempts(Map.of(A, new Attempts.Attempt(6, NOON)));
    assertThat(Supervision.plan(Set.of(), Map.of(A, DOWN), tried, NOON).attempts())
        .isEqualTo(Attempts.none());
  }

  static List<Long> seeds() {
    return new Random().longs(50).boxed().toList();
  }

  /** Whatever happens, in whatever order: the promises of the plan hold at every tick. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void keepsItsPromises(long seed) {
    Random random = new Random(seed);
    List<UUID> all = List.of(new UUID(0, 1), new UUID(0, 2), new UUID(0, 3), new UUID(0, 4));
    Attempts attempts = Attempts.none();
    Instant now = NOON;
    Map<UUID, Instant> lastStart = new HashMap<>();
    Map<UUID, Integer> inARow = new HashMap<>();
    for (int tick = 0; tick < 400; tick++) {
      now = now.plusMillis(random.nextInt(5000));
      Set<UUID> desired = new HashSet<>();
      Map<UUID, ClusterState> observed = new HashMap<>();
      for (UUID id : all) {
        if (random.nextInt(10) > 0) {
          desired.add(id);
        }
        observed.put(id, anyState(random, now));
      }
      var plan = Supervision.plan(desired, observed, attempts, now);
      assertThat(Supervision.plan(desired, observed, attempts, now)).isEqualTo(plan);
      for (UUID id : all) {
        boolean started =
            plan.actions().stream()
                .anyMatch(a -> a instanceof Supervision.Action.Start s && s.cluster().equals(id));
        ClusterState state = observed.get(id);
        boolean down =
            state instanceof ClusterState.Stopped || state instanceof ClusterState.Failed;
        if (started) {
          assertThat(desired).contains(id);
          assertThat(down).isTrue();
          int row = inARow.getOrDefault(id, 0);
          if (row > 0) {
            assertThat(now)
                .isAfterOrEqualTo(
                    lastStart.getOrDefault(id, Instant.EPOCH).plus(Supervision.waitAfter(row)));
          }
          inARow.merge(id, 1, Integer::sum);
          lastStart.put(id, now);
        } else if (down && desired.contains(id)) {
          assertThat(now)
              .isBefore(lastStart.getOrDefault(id, Instant.EPOCH).plus(Supervision.LONGEST_WAIT));
        }
        boolean well =
            state instanceof ClusterState.Running running
                && !now.isBefore(running.startedAt().plus(Supervision.STABLE));
        if (!desired.contains(id) || well) {
          inARow.remove(id);
        }
      }
      attempts = plan.attempts();
      assertThat(desired).containsAll(attempts.byCluster().keySet());
    }
  }

  private static ClusterState anyState(Random random, Instant now) {
    return switch (random.nextInt(7)) {
      case 0 -> new ClusterState.Absent();
      case 1 -> new ClusterState.Stopped();
      case 2 -> new ClusterState.Starting(2, now);
      case 3 -> new ClusterState.Stopping(2);
      case 4 -> new ClusterState.Running(2, now.minusSeconds(random.nextInt(200)));
      default -> DOWN;
    };
  }

  private static Supervision.Plan plan(ClusterState state, Attempts attempts, Duration later) {
    return Supervision.plan(Set.of(A), Map.of(A, state), attempts, NOON.plus(later));
  }
}
