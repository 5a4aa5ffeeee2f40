package dev.howdah.server.database;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * A login of a database.
 *
 * @param name what users call it; {@code default} is the owner's
 * @param userName the role in PostgreSQL
 */
public record Credential(
    UUID id,
    UUID databaseId,
    String name,
    String userName,
    String password,
    State state,
    Instant createdAt) {

  /** Where it is in its life. */
  public enum State {
    /** Being made; not handed out yet. */
    PROVISIONING,
    /** In use. */
    ACTIVE,
    /** Replaced by a rotation or being removed. */
    REVOKING;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** The connection URL, as config vars hold it. */
  String url(Database database) {
    return "postgres://%s:%s@%s:%d/%s"
        .formatted(userName, password, database.host(), database.port(), database.name());
  }

  /** Says nothing of the password. */
  @Override
  public String toString() {
    return "Credential[" + name + ", " + userName + ", " + state + "]";
  }
}
