package dev.howdah.server.operation;

import java.time.Duration;
import java.util.List;

/**
 * How operations of one kind are carried out: named steps, each of which may be run again after
 * being interrupted at any point.
 *
 * @param kind the name under which operations of this procedure are recorded; never renamed
 * @param deadline how long the forward steps may take in all; afterwards the operation is undone
 * @param steps forward, in order
 * @param undo what takes everything back when a forward step fails for good, in order; these are
 *     retried until they succeed. Empty when the operation can only go forward: then its forward
 *     steps are retried until they succeed and it cannot be cancelled.
 */
public record Procedure(String kind, Duration deadline, List<Step> steps, List<Step> undo) {

  /** Checks that there is something to do and that no two steps share a name. */
  public Procedure {
    steps = List.copyOf(steps);
    undo = List.copyOf(undo);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException(kind + " has no steps");
    }
    long names =
        java.util.stream.Stream.concat(steps.stream(), undo.stream())
            .map(Step::name)
            .distinct()
            .count();
    if (names != steps.size() + undo.size()) {
      throw new IllegalArgumentException(kind + " has two steps of one name");
    }
  }

  /** Whether {@code step} is one of the steps, forward or back. */
  public boolean has(String step) {
    return java.util.stream.Stream.concat(steps.stream(), undo.stream())
        .anyMatch(candidate -> candidate.name().equals(step));
  }

  /** Whether operations of this kind can be taken back. */
  public boolean canUndo() {
    return !undo.isEmpty();
  }

  /**
   * One step.
   *
   * @param name recorded in the history; never renamed
   */
  public record Step(String name, Body body) {}

  /** The work of a step. */
  @FunctionalInterface
  public interface Body {
    /**
     * Does the step's work, which may have been done in part or whole before. Throwing means: try
     * again later.
     */
    Outcome run(Operation operation) throws Exception;
  }
}
