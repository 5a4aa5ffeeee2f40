package dev.howdah.postgres.sql;

/**
 * What PostgreSQL stores instead of a password (SCRAM-SHA-256). Computed here, so that no password
 * is ever sent to a server, where logs and statistics would keep it.
 *
 * @param value the text PostgreSQL keeps in {@code pg_authid.rolpassword}
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public record ScramVerifier(String value) {

  /** A verifier with a fresh random salt. Only printable ASCII passwords are accepted. */
  public static ScramVerifier of(String password) {
    throw new UnsupportedOperationException();
  }

  /** Says nothing of the value: it allows guessing off line. */
  @Override
  public String toString() {
    return "ScramVerifier[hidden]";
  }
}
