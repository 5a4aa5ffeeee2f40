package dev.howdah.server.log;

/**
 * How much of logs there is.
 *
 * @param bytes what is kept of an app's log on disk, about
 * @param perSecond lines a second that one source may log; 0 is no limit
 */
public record LogLimits(long bytes, int perSecond) {
  /** 16 MiB for each app, 10,000 lines a second of each source. */
  public static final LogLimits USUAL = new LogLimits(16L << 20, 10_000);

  /** The smallest journal that holds the 1,500 lines a reader may ask for (T19.6) in most apps. */
  private static final long LEAST = 64 * 1024;

  /** Checks the numbers. */
  public LogLimits {
    if (bytes < LEAST || perSecond < 0) {
      throw new IllegalArgumentException(
          "an app's log is kept in at least " + LEAST + " bytes, and a rate is no less than 0");
    }
  }
}
