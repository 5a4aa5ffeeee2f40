package dev.howdah.postgres.replication;

import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.ScramVerifier;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The replication side of one running server, leader or follower. Every method may be repeated.
 * Safe for use by many threads.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Streaming {

  /** How names of followers' roles begin; the rest is up to the caller. */
  public static final String ROLE_PREFIX = "howdah_follower_";

  private final Supplier<ControlConnections> connections;

  /** Of the server that the connections lead to. */
  public Streaming(Supplier<ControlConnections> connections) {
    this.connections = connections;
  }

  /**
   * Lets a follower in: makes its role, which can stream and nothing else, or gives it this
   * password; and its slot, which keeps write-ahead log for it from now on, up to {@code
   * max_slot_wal_keep_size}. A slot that was lost is made anew. The leader's {@code pg_hba.conf}
   * must admit it too, see {@link Replication.Leader}. To be called before the follower is copied.
   *
   * @param role begins with {@link #ROLE_PREFIX}
   * @param slot lower-case letters, digits and underscores
   */
  public void admit(String role, ScramVerifier password, String slot) {
    throw new UnsupportedOperationException(connections.toString());
  }

  /** Ends the follower's connection and drops slot and role. Does nothing for what is gone. */
  public void dismiss(String role, String slot) {
    throw new UnsupportedOperationException();
  }

  /** How far the server has come. */
  public Position position() {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a follower a leader of a history of its own and returns when it can be written to; what
   * it has received is replayed first. The roles of the old leader's followers are dropped in it.
   * Does nothing on a leader. The caller then configures the cluster as {@link Replication.Leader}.
   */
  public void promote() {
    throw new UnsupportedOperationException();
  }

  /** A slot of this leader, if it has one of that name. */
  public Optional<Slot> slot(String name) {
    throw new UnsupportedOperationException(name);
  }
}
