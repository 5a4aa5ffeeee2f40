package dev.howdah.server.operation;

import org.jdbi.v3.core.Handle;

/** Hears of operations in the transactions that record them. */
public interface OperationListener {
  /** Hears nothing. */
  OperationListener NONE = (handle, operation, state, error) -> {};

  /**
   * An operation begins or ends.
   *
   * @param state {@code RUNNING} when it begins, else how it ended
   * @param error why it failed, or empty text
   */
  void changed(Handle handle, Operation operation, Operation.State state, String error);
}
