package dev.howdah.postgres.copy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Copies of clusters that share their blocks with them, kept at {@code
 * <root>/snapshots/<lineage>/<instant>}: for forks that begin at once. Only where the file system
 * can share blocks; elsewhere every one would cost the whole database. Nobody but Howdah can read
 * them. Safe for use by many threads.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Snapshots {

  /** Whether this host's file system can keep snapshots; probed once. */
  public boolean supported() {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes a snapshot of a running cluster.
   *
   * @param lineage whose it is: the one that the cluster writes now
   * @return the moment that it shows
   * @throws dev.howdah.postgres.PostgresException when the server does not run, or the file system
   *     cannot
   */
  public Instant take(UUID cluster, UUID lineage) {
    throw new UnsupportedOperationException();
  }

  /** The complete snapshots of a lineage, oldest first. */
  public List<Instant> list(UUID lineage) {
    throw new UnsupportedOperationException();
  }

  /** The lineages that have anything here, also something half made. */
  public Set<UUID> lineages() {
    throw new UnsupportedOperationException();
  }

  /** The newest snapshot of a lineage that shows this moment or an earlier one. */
  public Optional<Instant> at(UUID lineage, Instant moment) {
    throw new UnsupportedOperationException();
  }

  /** Deletes one snapshot; does nothing when it is gone. */
  public void delete(UUID lineage, Instant at) {
    throw new UnsupportedOperationException();
  }

  /** Deletes all of a lineage, also what was only half made. */
  public void destroy(UUID lineage) {
    throw new UnsupportedOperationException();
  }

  /** The data directory of a snapshot. */
  Path data(UUID lineage, Instant at) {
    throw new UnsupportedOperationException();
  }
}
