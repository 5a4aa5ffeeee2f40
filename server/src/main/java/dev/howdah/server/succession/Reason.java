package dev.howdah.server.succession;

import java.util.Locale;

/** Why something else took a database's place. */
public enum Reason {
  /** It went back to an earlier moment. */
  ROLLBACK,
  /** Its files were lost. */
  RECOVER,
  /** It became what its source is. */
  REFRESH,
  /** It became one of a newer PostgreSQL. */
  UPGRADE;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Reason of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
