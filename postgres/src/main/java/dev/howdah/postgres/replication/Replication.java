package dev.howdah.postgres.replication;

import java.util.List;

/** Whether a cluster is written to, or follows one that is. */
public sealed interface Replication {

  /**
   * It is written to. Most have no follower.
   *
   * @param followerRoles the roles that {@link Streaming#admit} made; only they may stream
   */
  record Leader(List<String> followerRoles) implements Replication {

    /** Copies the list. */
    public Leader {
      followerRoles = List.copyOf(followerRoles);
    }
  }

  /**
   * It is read only and follows a leader. Settings that must not be smaller than the leader's are
   * seen to by themselves, at each start; when it has become a leader, configuring it may ask for a
   * restart to have its own plan's again. Archiving, if it has any, rests until it is promoted: a
   * follower is given the lineage that it will write <em>then</em>, from its first start on.
   */
  record Follower(Upstream upstream) implements Replication {}

  /** A leader without followers. */
  static Replication alone() {
    return new Leader(List.of());
  }
}
