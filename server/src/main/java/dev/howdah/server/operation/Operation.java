package dev.howdah.server.operation;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A durable operation: what was asked, how far it got.
 *
 * @param kind the {@link Procedure} that carries it out
 * @param subject what it works on
 * @param input what it was asked to do
 * @param step the step that runs next
 * @param attempt how often that step has failed in a row
 * @param progress what a person waiting for it should read
 * @param error why it failed or last failed
 * @param deadline when it stops trying and undoes what it did
 */
public record Operation(
    UUID id,
    String kind,
    UUID subject,
    JsonNode input,
    State state,
    String step,
    int attempt,
    String progress,
    Optional<String> error,
    boolean cancelled,
    Instant wakeAt,
    Instant deadline,
    Instant createdAt,
    Optional<Instant> finishedAt) {

  /** Where an operation stands. */
  public enum State {
    /** Going forward. */
    RUNNING,
    /** Taking back what it did, because it failed, was cancelled or ran out of time. */
    UNDOING,
    /** Did everything. */
    SUCCEEDED,
    /** Did nothing that remains. */
    FAILED
  }

  /** Whether nothing more will happen. */
  public boolean finished() {
    return state == State.SUCCEEDED || state == State.FAILED;
  }
}
