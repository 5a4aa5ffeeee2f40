package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.ScramVerifier;

/** A user name with what PostgreSQL may know of its password. */
public record Login(Identifier name, ScramVerifier verifier) {

  /** From a name and a password. */
  public static Login of(String name, String password) {
    return new Login(new Identifier(name), ScramVerifier.of(password));
  }
}
