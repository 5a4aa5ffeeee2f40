package dev.howdah.server.operation;

import java.time.Duration;
import java.time.Instant;

/**
 * Decides what becomes of an operation after a step ran. Pure: the engine only carries it out.
 *
 * @param state the operation's next state
 * @param step the step to run next (the last one, when it is finished)
 * @param attempt failures of that step in a row
 * @param wakeAt when to go on
 * @param progress what to show
 * @param error why it failed, or empty text
 */
record Advance(
    Operation.State state,
    String step,
    int attempt,
    Instant wakeAt,
    String progress,
    String error) {

  /** Attempts of a forward step before the operation is undone. */
  static final int MAX_ATTEMPTS = 6;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Whether nothing more will happen. */
  boolean finishes() {
    return state == Operation.State.SUCCEEDED || state == Operation.State.FAILED;
  }

  static Advance after(Procedure procedure, Operation operation, Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.Done done -> next(procedure, operation, now);
      case Outcome.Again again ->
          expired(procedure, operation, now)
              ? undo(procedure, operation, now, "It took too long: " + again.progress())
              : new Advance(
                  operation.state(),
                  operation.step(),
                  0,
                  now.plus(again.pause()),
                  again.progress(),
                  operation.error().orElse(""));
      case Outcome.Fail fail ->
          undoable(procedure, operation)
              ? undo(procedure, operation, now, fail.reason())
              : retry(operation, now, fail.reason());
    };
  }

  static Advance afterFailure(
      Procedure procedure, Operation operation, String problem, Instant now) {
    boolean exhausted =
        operation.attempt() + 1 >= MAX_ATTEMPTS || expired(procedure, operation, now);
    return exhausted && undoable(procedure, operation)
        ? undo(procedure, operation, now, problem)
        : retry(operation, now, problem);
  }

  /** A cancelled operation is undone instead of running its next step. */
  static Advance cancel(Procedure procedure, Operation operation, Instant now) {
    return undo(procedure, operation, now, "Cancelled.");
  }

  private static Advance next(Procedure procedure, Operation operation, Instant now) {
    boolean undoing = operation.state() == Operation.State.UNDOING;
    var steps = undoing ? procedure.undo() : procedure.steps();
    int at = index(steps, operation.step());
    String error = operation.error().filter(e -> undoing).orElse("");
    if (at + 1 < steps.size()) {
      return new Advance(
          operation.state(), steps.get(at + 1).name(), 0, now, operation.progress(), error);
    }
    return new Advance(
        undoing ? Operation.State.FAILED : Operation.State.SUCCEEDED,
        operation.step(),
        0,
        now,
        operation.progress(),
        error);
  }

  private static Advance undo(
      Procedure procedure, Operation operation, Instant now, String reason) {
    return new Advance(
        Operation.State.UNDOING,
        procedure.undo().getFirst().name(),
        0,
        now,
        operation.progress(),
        reason);
  }

  private static Advance retry(Operation operation, Instant now, String problem) {
    int attempt = operation.attempt() + 1;
    return new Advance(
        operation.state(),
        operation.step(),
        attempt,
        now.plus(pause(attempt)),
        operation.progress(),
        operation.state() == Operation.State.UNDOING ? operation.error().orElse(problem) : problem);
  }

  /** Doubles from 0.2 s to 30 s. */
  static Duration pause(int attempt) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private static boolean undoable(Procedure procedure, Operation operation) {
    return procedure.canUndo() && operation.state() == Operation.State.RUNNING;
  }

  private static boolean expired(Procedure procedure, Operation operation, Instant now) {
    return undoable(procedure, operation) && now.isAfter(operation.deadline());
  }

  private static int index(java.util.List<Procedure.Step> steps, String name) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalStateException("no step " + name);
  }
}
