package dev.howdah.postgres.control;

import dev.howdah.postgres.cluster.ClusterState;

/**
 * The cluster that holds Howdah's own data, in {@code <root>/control}: reachable over its Unix
 * socket only, by the user Howdah runs as. Like every cluster it outlives Howdah's process.
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class ControlCluster {

  ControlCluster() {}

  /** Makes the cluster if it does not exist, starts it if it does not run. */
  public void ensureRunning() {
    throw new UnsupportedOperationException();
  }

  /** Stops it in good order. */
  public void stop() {
    throw new UnsupportedOperationException();
  }

  /** What it is doing now. */
  public ClusterState state() {
    throw new UnsupportedOperationException();
  }

  /** How to connect to the database {@code howdah} as the role {@code howdah}. */
  public JdbcAddress jdbc() {
    throw new UnsupportedOperationException();
  }
}
