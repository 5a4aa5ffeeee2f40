package dev.howdah.server.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.Seeds;
import dev.howdah.server.platform.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** What {@link Advance} decides, played through without a database or a clock of its own. */
class AdvanceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  private static Procedure procedure(int steps, int undo) {
    return new Procedure("test", DEADLINE, steps("do", steps), steps("undo", undo));
  }

  private static List<Procedure.Step> steps(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Procedure.Step(name + i, operation -> Outcome.done()))
        .toList();
  }

  private static Operation begin(Procedure procedure) {
    return new Operation(
        UUID.randomUUID(),
        procedure.kind(),
        UUID.randomUUID(),
        Wire.tree(Map.of()),
        Operation.State.RUNNING,
        procedure.steps().getFirst().name(),
        0,
        "",
        Optional.empty(),
        false,
        START,
        START.plus(procedure.deadline()),
        START,
        Optional.empty());
  }

  private static Operation apply(Operation before, Advance advance) {
    return new Operation(
        before.id(),
        before.kind(),
        before.subject(),
        before.input(),
        advance.state(),
        advance.step(),
        advance.attempt(),
        advance.progress(),
        Optional.of(advance.error()).filter(error -> !error.isEmpty()),
        before.cancelled(),
        advance.wakeAt(),
        before.deadline(),
        before.createdAt(),
        Optional.empty());
  }

  /** What the world does to one run of a step. */
  private enum Fate {
    DONE,
    AGAIN,
    FAIL,
    THROW,
    CANCEL
  }

  private static Advance meet(Fate fate, Procedure procedure, Operation operation, Instant now) {
    return switch (fate) {
      case DONE -> Advance.after(procedure, operation, Outcome.done(), now);
      case AGAIN ->
          Advance.after(
              procedure, operation, new Outcome.Again(Duration.ofSeconds(5), "half way"), now);
      case FAIL -> Advance.after(procedure, operation, new Outcome.Fail("no room"), now);
      case THROW -> Advance.afterFailure(procedure, operation, "lost connection", now);
      case CANCEL -> Advance.cancel(procedure, operation, now);
    };
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(1000)
  void whateverHappensAnOperationEndsHavingDoneAllOrNothing(long seed) {
    Random random = new Random(seed);
    Procedure procedure = procedure(1 + random.nextInt(6), 1 + random.nextInt(4));
    Operation operation = begin(procedure);
    Instant now = START;
    List<String> done = new ArrayList<>();
    int troubles = random.nextInt(200); // then the world calms down
    int runs = 0;
    while (!operation.finished()) {
      assertThat(++runs).as("runs").isLessThan(2000);
      now = operation.wakeAt().isAfter(now) ? operation.wakeAt() : now;
      now = now.plusMillis(random.nextInt(2000));
      boolean undoing = operation.state() == Operation.State.UNDOING;
      Fate fate = Fate.DONE;
      if (troubles > 0) {
        troubles--;
        fate = Fate.values()[random.nextInt(Fate.values().length)];
        if (fate == Fate.CANCEL && undoing) {
          fate = Fate.THROW; // the engine does not cancel what is being undone
        }
      }
      Advance advance = meet(fate, procedure, operation, now);
      if (fate == Fate.DONE) {
        done.add(operation.step());
      }
      assertThat(advance.wakeAt()).as("goes on not earlier than now").isAfterOrEqualTo(now);
      assertThat(advance.wakeAt()).isBeforeOrEqualTo(now.plusSeconds(30));
      if (!undoing) {
        assertThat(advance.attempt()).as("attempts").isLessThan(Advance.MAX_ATTEMPTS);
      } else {
        assertThat(advance.state())
            .as("there is no way back from undoing")
            .isIn(Operation.State.UNDOING, Operation.State.FAILED);
      }
      operation = apply(operation, advance);
    }

    List<String> forward = procedure.steps().stream().map(Procedure.Step::name).toList();
    List<String> back = procedure.undo().stream().map(Procedure.Step::name).toList();
    if (operation.state() == Operation.State.SUCCEEDED) {
      assertThat(done).isEqualTo(forward);
      assertThat(operation.error()).isEmpty();
    } else {
      List<String> wentForward = done.subList(0, done.size() - back.size());
      assertThat(wentForward).isEqualTo(forward.subList(0, wentForward.size()));
      assertThat(done.subList(wentForward.size(), done.size())).isEqualTo(back);
      assertThat(operation.error()).as("says why").isPresent();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(300)
  void whatCannotBeUndoneGoesOnUntilItSucceeds(long seed) {
    Random random = new Random(seed);
    Procedure procedure = procedure(1 + random.nextInt(5), 0);
    Operation operation = begin(procedure);
    Instant now = START;
    int troubles = random.nextInt(100);
    while (!operation.finished()) {
      now = now.plusSeconds(60);
      Fate fate =
          troubles-- > 0
              ? List.of(Fate.DONE, Fate.AGAIN, Fate.FAIL, Fate.THROW).get(random.nextInt(4))
              : Fate.DONE;
      operation = apply(operation, meet(fate, procedure, operation, now));
    }
    assertThat(operation.state()).isEqualTo(Operation.State.SUCCEEDED);
  }

  @Test
  void triesAStepSixTimesAndThenUndoes() {
    Procedure procedure = procedure(2, 1);
    Operation operation = begin(procedure);
    for (int i = 1; i < Advance.MAX_ATTEMPTS; i++) {
      operation = apply(operation, meet(Fate.THROW, procedure, operation, START));
      assertThat(operation.state()).isEqualTo(Operation.State.RUNNING);
      assertThat(operation.attempt()).isEqualTo(i);
    }
    operation = apply(operation, meet(Fate.THROW, procedure, operation, START));
    assertThat(operation.state()).isEqualTo(Operation.State.UNDOING);
    assertThat(operation.step()).isEqualTo("undo0");
    assertThat(operation.error()).contains("lost connection");
  }

  @Test
  void waitingIsNotFailing() {
    Procedure procedure = procedure(1, 1);
    Operation operation =
        apply(begin(procedure), meet(Fate.THROW, procedure, begin(procedure), START));
    for (int i = 0; i < 100; i++) {
      operation = apply(operation, meet(Fate.AGAIN, procedure, operation, START));
    }
    assertThat(operation.state()).isEqualTo(Operation.State.RUNNING);
    assertThat(operation.attempt()).isZero();
    assertThat(operation.progress()).isEqualTo("half way");
  }

  @Test
  void waitingEndsAtTheDeadline() {
    Procedure procedure = procedure(1, 1);
    Advance late =
        meet(Fate.AGAIN, procedure, begin(procedure), START.plus(DEADLINE).plusMillis(1));
    assertThat(late.state()).isEqualTo(Operation.State.UNDOING);
    assertThat(late.error()).contains("too long").contains("half way");
  }

  @Test
  void aStepThatIsDoneAfterTheDeadlineCounts() {
    Procedure procedure = procedure(1, 1);
    assertThat(
            meet(Fate.DONE, procedure, begin(procedure), START.plus(DEADLINE).plusSeconds(9))
                .state())
        .isEqualTo(Operation.State.SUCCEEDED);
  }

  @Test
  void remembersWhyItIsUndone() {
    Procedure procedure = procedure(1, 2);
    Operation operation =
        apply(begin(procedure), meet(Fate.FAIL, procedure, begin(procedure), START));
    operation = apply(operation, meet(Fate.THROW, procedure, operation, START));
    operation = apply(operation, meet(Fate.AGAIN, procedure, operation, START));
    operation = apply(operation, meet(Fate.DONE, procedure, operation, START));
    operation = apply(operation, meet(Fate.DONE, procedure, operation, START));
    assertThat(operation.state()).isEqualTo(Operation.State.FAILED);
    assertThat(operation.error()).contains("no room");
  }

  @Test
  void pausesGrowToHalfAMinute() {
    Duration before = Duration.ZERO;
    for (int attempt = 1; attempt < 1000; attempt++) {
      Duration pause = Advance.pause(attempt);
      assertThat(pause).isGreaterThanOrEqualTo(before).isLessThanOrEqualTo(Duration.ofSeconds(30));
      before = pause;
    }
    assertThat(Advance.pause(1)).isEqualTo(Duration.ofMillis(200));
    assertThat(before).isEqualTo(Duration.ofSeconds(30));
  }
}
