package dev.howdah.server.operation;

import java.time.Duration;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * How one run of a step ended. The writes of an outcome and the operation's own progress commit in
 * one transaction: after a crash either both are there or neither.
 */
public sealed interface Outcome {

  /** The step is done; {@code writes} record it. The next step, or the end, follows. */
  record Done(Consumer<Handle> writes) implements Outcome {}

  /** The step is not done yet: run it again after {@code pause}, showing {@code progress}. */
  record Again(Duration pause, String progress) implements Outcome {}

  /** The operation cannot succeed, for a reason to show the user: undo it. */
  record Fail(String reason) implements Outcome {}

  /** Done, with nothing to record. */
  static Outcome done() {
    return new Done(handle -> {});
  }

  /** Done, recording it with {@code writes}. */
  static Outcome done(Consumer<Handle> writes) {
    return new Done(writes);
  }
}
