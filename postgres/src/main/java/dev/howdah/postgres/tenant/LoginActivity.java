package dev.howdah.postgres.tenant;

/**
 * One login of a database.
 *
 * @param name the user name
 * @param credential the credential it belongs to; for the default one the name of the database
 * @param state whether it may log in, or is on its way out
 * @param connections its sessions now
 */
public record LoginActivity(String name, String credential, State state, int connections) {

  /** Whether a login may be used. */
  public enum State {
    /** May log in. */
    ACTIVE,
    /** Replaced by a rotation; may not log in any more, its open sessions may finish. */
    RETIRED,
    /** May not log in, because the database is being removed. */
    LOCKED
  }
}
