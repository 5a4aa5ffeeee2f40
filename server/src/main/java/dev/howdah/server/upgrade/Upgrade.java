package dev.howdah.server.upgrade;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * The last upgrade of a database, whatever became of it.
 *
 * @param major the version it goes to
 * @param message why it failed, or what a test found
 * @param interruptedAt since when nobody gets in, while it runs
 */
public record Upgrade(
    UUID databaseId, int major, State state, String message, Optional<Instant> interruptedAt) {

  /** How far it is. */
  public enum State {
    /** A copy is made that follows. */
    PREPARING,
    /** A copy follows, and can take over at any time. */
    PREPARED,
    /** A copy is upgraded, and thrown away. */
    TESTING,
    /** A copy was upgraded. */
    TESTED,
    /** It goes on. */
    RUNNING,
    /** The database is of the newer version. */
    DONE,
    /** Nothing came of it. */
    FAILED,
    /** What was prepared is thrown away, or is gone. */
    CANCELLED;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}
