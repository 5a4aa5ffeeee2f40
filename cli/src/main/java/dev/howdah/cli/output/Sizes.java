package dev.howdah.cli.output;

import java.util.Locale;

/** Sizes for people. */
public final class Sizes {
  private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};
  private static final int STEP = 1024;

  private Sizes() {}

  /** {@code 6.4 MB}: in the largest unit that leaves a whole part, as pg:info writes sizes. */
  public static String of(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= STEP && unit < UNITS.length - 1) {
      size /= STEP;
      unit++;
    }
    return unit == 0
        ? bytes + " " + UNITS[0]
        : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }
}
