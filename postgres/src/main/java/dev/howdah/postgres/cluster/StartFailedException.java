package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;

/** A server did not come up; the message is the reason from its own log, in one sentence. */
public final class StartFailedException extends PostgresException {

  /** With the reason. */
  public StartFailedException(String reason) {
    super(reason);
  }
}
