package dev.howdah.server.protection;

/**
 * How much write-ahead log may wait for a repository that does not take it. Pure.
 *
 * @param share of the volume that may be taken by it, 0 to 1
 * @param free share of the volume that must stay free while something waits, 0 to 1
 * @param bytes that may wait at most, whatever the volume
 */
public record Backlog(double share, double free, long bytes) {

  /** The part of the volume below which a backlog is not what fills it. */
  private static final double BLAMELESS = 0.02;

  /** What is good for a host of its own: a quarter of the volume, and a tenth of it stays free. */
  public static Backlog standard() {
    return new Backlog(0.25, 0.10, Long.MAX_VALUE);
  }

  /** Refuses shares that are none. */
  public Backlog {
    if (!(share > 0 && share <= 1 && free >= 0 && free < 1 && bytes > 0)) {
      throw new IllegalArgumentException("a backlog is a share of the volume and some bytes");
    }
  }

  /**
   * Whether what waits must be given up, so that the database can go on.
   *
   * @param waiting bytes that wait
   * @param total bytes of the volume
   * @param available bytes of it that are free
   */
  boolean isTooLarge(long waiting, long total, long available) {
    if (waiting <= 0) {
      return false;
    }
    boolean squeezed = available < total * free && waiting > total * BLAMELESS;
    return squeezed || waiting > bytes || waiting > total * share;
  }
}
