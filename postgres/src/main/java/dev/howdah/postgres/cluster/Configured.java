package dev.howdah.postgres.cluster;

/** What {@link Clusters#configure} came to. */
public enum Configured {
  /** The new settings are in force, or will be when the server is started. */
  IN_FORCE,
  /** The files are written, but some settings wait for a restart. */
  RESTART_REQUIRED
}
