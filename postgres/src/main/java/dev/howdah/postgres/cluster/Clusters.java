package dev.howdah.postgres.cluster;

import dev.howdah.postgres.sql.ControlConnections;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

/**
 * The tenants' clusters on this host: {@code <root>/postgres/<id>/{data,run,log,spool}}. Every
 * method is a step that may be repeated after a crash at any instruction. Safe for use by many
 * threads; two calls for one cluster wait for each other.
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class Clusters {

  Clusters() {}

  /** The clusters that exist, running or not; half-made ones are left out. */
  public Set<UUID> list() {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a cluster, stopped, from a template; the first one of a version takes seconds, the next
   * ones a tenth of one. Does nothing when it exists. It is not yet on disk for good: that is
   * promised when {@link #start} returns, so an operation calls both in one step.
   */
  public void create(ClusterSpec spec) {
    throw new UnsupportedOperationException();
  }

  /**
   * Brings certificate, settings and access rules of a cluster in line with a specification, and
   * lets a running server read them.
   */
  public Configured configure(ClusterSpec spec) {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts the server and returns when it takes connections and, for a new cluster, its files are
   * on disk. Does nothing when it runs.
   *
   * @throws StartFailedException with the reason from the server's log
   */
  public void start(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** Stops the server and returns when its process is gone. Does nothing when it does not run. */
  public void stop(UUID id, StopMode mode) {
    throw new UnsupportedOperationException();
  }

  /** Stops fast and starts. */
  public void restart(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** Lets a running server read its configuration files again. */
  public void reload(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** What the cluster is doing now; so also how a new Howdah adopts the servers of an old one. */
  public ClusterState state(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** Stops the server at once and deletes the directory, also a half-made one. */
  public void destroy(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** Howdah's own connections to a cluster. */
  public ControlConnections connections(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** The directory of a cluster. */
  public Path directory(UUID id) {
    throw new UnsupportedOperationException();
  }

  /** The log file that a cluster's server appends to. */
  public Path logFile(UUID id) {
    throw new UnsupportedOperationException();
  }
}
