package dev.howdah.server.log;

import java.util.regex.Pattern;

/**
 * How far something that is read in order was read when lines of it were logged. It is recorded
 * with the lines, so that after a crash neither is there without the other: nothing is logged twice
 * and nothing is missed.
 *
 * @param name of what is read
 * @param position up to where; never goes back
 */
public record Origin(String name, long position) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /** Checks the name. */
  public Origin {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of an origin: " + name);
    }
  }
}
