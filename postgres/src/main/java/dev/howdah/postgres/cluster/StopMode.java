package dev.howdah.postgres.cluster;

/** How a server is asked to stop. */
public enum StopMode {
  /** Ends the sessions, writes a checkpoint, leaves everything clean. */
  FAST,
  /** Ends at once and recovers at the next start; loses no committed transaction. */
  IMMEDIATE
}
