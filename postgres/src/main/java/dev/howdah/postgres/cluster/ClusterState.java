package dev.howdah.postgres.cluster;

import java.time.Instant;

/** What a cluster is doing, read from its directory and the process table, never remembered. */
public sealed interface ClusterState {

  /** There is no such cluster, or creating it never finished. */
  record Absent() implements ClusterState {}

  /** Shut down in good order, and not running. */
  record Stopped() implements ClusterState {}

  /** The server process lives and does not take connections yet (it may be recovering). */
  record Starting(long pid, Instant startedAt) implements ClusterState {}

  /** The server takes connections. */
  record Running(long pid, Instant startedAt) implements ClusterState {}

  /** The server process lives and is shutting down. */
  record Stopping(long pid) implements ClusterState {}

  /**
   * The server is gone without having shut down in good order, or could not start. Starting it is
   * safe and recovers.
   *
   * @param reason one sentence, from the server's own log where it left one
   */
  record Failed(String reason) implements ClusterState {}
}
