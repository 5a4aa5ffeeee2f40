package dev.howdah.postgres.cluster;

/** The size of a write-ahead log file; fixed when a cluster is made. */
public enum WalSegmentSize {
  /** Saves 11 MB of disk in an idle cluster: for hobby plans. */
  ONE_MEGABYTE(1),
  /** PostgreSQL's own default: for production plans. */
  SIXTEEN_MEGABYTES(16);

  private final int megabytes;

  WalSegmentSize(int megabytes) {
    this.megabytes = megabytes;
  }

  /** The size in megabytes. */
  public int megabytes() {
    return megabytes;
  }
}
