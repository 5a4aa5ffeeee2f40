package dev.howdah.postgres.sql;

import java.nio.charset.StandardCharsets;

/**
 * The name of a role, database, schema or extension, safe to put into SQL text.
 *
 * @param name the name itself, unquoted
 */
public record Identifier(String name) {

  /** PostgreSQL would cut a longer name, and so silently mean another one. */
  private static final int LONGEST = 63;

  /** Refuses what PostgreSQL would refuse or cut. */
  public Identifier {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not a PostgreSQL name: \"" + name + "\"");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw new IllegalArgumentException("longer than 63 bytes: \"" + name + "\"");
    }
  }

  /** The name in double quotes, as it goes into SQL text. */
  public String quoted() {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** The same as {@link #quoted}, so that text blocks stay short. */
  @Override
  public String toString() {
    return quoted();
  }
}
