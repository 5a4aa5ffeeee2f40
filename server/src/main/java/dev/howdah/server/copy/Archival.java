package dev.howdah.server.copy;

import dev.howdah.postgres.cluster.ArchiveStatus;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The waiting for what a database has written to be in its repository, which is read next. Only
 * remembers up to where; whoever has forgotten that asks anew.
 */
final class Archival {
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Clusters clusters;
  private final Map<UUID, Lsn> awaited = new ConcurrentHashMap<>();

  Archival(Clusters clusters) {
    this.clusters = clusters;
  }

  /**
   * A step of an operation: over when all is archived that a database had written when the step
   * began. What does not run has nothing to add, and what there is must do.
   */
  Outcome await(Operation operation, UUID database) {
    if (!(clusters.state(database) instanceof ClusterState.Running)) {
      return Outcome.done();
    }
    Lsn target = awaited.computeIfAbsent(operation.id(), none -> clusters.finishLog(database));
    ArchiveStatus status = clusters.archiveStatus(database);
    if (status.archived().compareTo(target) < 0) {
      return new Outcome.Again(
          LOOK,
          status.failingSince().isPresent()
              ? "waiting for the archive, which does not answer"
              : Completion.text(0));
    }
    awaited.remove(operation.id());
    return Outcome.done();
  }

  /** Nobody waits any more. */
  void forget(Operation operation) {
    awaited.remove(operation.id());
  }
}
