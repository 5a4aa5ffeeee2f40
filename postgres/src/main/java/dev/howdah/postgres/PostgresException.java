package dev.howdah.postgres;

/**
 * Something PostgreSQL, or the host it runs on, did not do. The message is one readable sentence.
 */
public class PostgresException extends RuntimeException {

  /** A failure without a deeper cause. */
  public PostgresException(String message) {
    super(message);
  }

  /** A failure with the error that led to it. */
  public PostgresException(String message, Throwable cause) {
    super(message, cause);
  }
}
