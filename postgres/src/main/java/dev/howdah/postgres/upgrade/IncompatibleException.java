package dev.howdah.postgres.upgrade;

import dev.howdah.postgres.PostgresException;

/** A database holds something that the newer version cannot take; trying again changes nothing. */
public final class IncompatibleException extends PostgresException {

  /** With what pg_upgrade found, for people. */
  public IncompatibleException(String finding) {
    super(finding);
  }
}
