package dev.howdah.postgres.copy;

import dev.howdah.postgres.repository.Archiving;
import java.time.Instant;
import java.util.UUID;

/** What a cluster is copied from. Making a copy never changes its origin. */
public sealed interface Origin {

  /**
   * A running cluster of this host, leader or follower, as it is when the copy of its files is
   * complete: everything committed before that moment is in it, and nothing that began after it.
   *
   * @param cluster its id
   */
  record Live(UUID cluster) implements Origin {}

  /**
   * A repository: its newest base copy from before the target, and write-ahead log from there on.
   *
   * @param lineage the repository; it is only read
   */
  record Archived(Archiving lineage, Target target) implements Origin {}

  /**
   * A snapshot that is kept beside the clusters, see {@link Snapshots}.
   *
   * @param lineage whose it is
   * @param at the moment it shows, as {@link Snapshots#list} told
   */
  record Snapshot(UUID lineage, Instant at) implements Origin {}
}
