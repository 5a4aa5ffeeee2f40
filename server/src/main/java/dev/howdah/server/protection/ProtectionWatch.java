package dev.howdah.server.protection;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ArchivePulse;
import dev.howdah.postgres.cluster.ArchiveStatus;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Volume;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.BaseCopy;
import dev.howdah.postgres.repository.Contents;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.repository.Repository;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every protected database regularly: measures how far its repository is behind, takes
 * base copies when they are due, gives up what waits for a dead repository before the disk is full,
 * and deletes what nobody needs. What a look does may be done again, so one that is cut short by a
 * crash is made good by the next. A database whose look or base copy takes long holds up no other.
 */
public final class ProtectionWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProtectionWatch.class);

  /** Base copies at a time: they read whole databases. */
  private static final int BASES_AT_ONCE = 2;

  /** From one snapshot to the next, so that one is never older than a day for long. */
  private static final Duration SNAPSHOT_AGE = Duration.ofHours(23);

  /** More than one, because somebody may be copying the one before. */
  private static final int SNAPSHOTS_KEPT = 2;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PostgresHost host;
  private final Protection protection;
  private final ProtectionStore store;
  private final Supplier<List<Guarded>> guarded;
  private final Backlog backlog;
  private final Duration patience;
  private final ConcurrentMap<UUID, Proof> proofs = new ConcurrentHashMap<>();
  private final Set<UUID> looking = ConcurrentHashMap.newKeySet();
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("protection-", 0).factory());
  private final Chores bases;
  private final Chores snapshots;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("protection").factory());

  /**
   * A watch that does not look yet.
   *
   * @param guarded the databases that are to be protected, at each look
   * @param patience how long a repository that is not there is waited for before a new one takes
   *     its place
   */
  public ProtectionWatch(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Protection protection,
      Supplier<List<Guarded>> guarded,
      Backlog backlog,
      Duration patience) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.host = host;
    this.protection = protection;
    this.store = protection.store();
    this.guarded = guarded;
    this.backlog = backlog;
    this.patience = patience;
    bases = new Chores(workers, clock, BASES_AT_ONCE);
    snapshots = new Chores(workers, clock, 1);
  }

  /** Begins to look, every {@code interval}. */
  public void start(Duration interval) {
    var _ =
        timer.scheduleWithFixedDelay(
            this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops looking. A base copy under way is given up; the next start begins it again. */
  @Override
  public void close() {
    timer.shutdownNow();
    workers.shutdownNow();
  }

  private void look() {
    try {
      for (Guarded database : guarded.get()) {
        if (looking.add(database.databaseId())) {
          var _ = workers.submit(() -> lookAt(database));
        }
      }
      protection.deleteEnded();
    } catch (RuntimeException unreadable) {
      log.warn("protection cannot be watched now; trying again", unreadable);
    }
  }

  private void lookAt(Guarded database) {
    try {
      if (host.clusters().state(database.databaseId()) instanceof ClusterState.Running) {
        measure(database);
      }
    } catch (RuntimeException unreachable) {
      log.warn(
          "the protection of database {} cannot be measured; trying again: {}",
          database.databaseId(),
          Protection.text(unreachable));
    } finally {
      looking.remove(database.databaseId());
    }
  }

  private void measure(Guarded database) {
    UUID id = database.databaseId();
    Optional<Lineage> found = jdbi.withHandle(handle -> store.current(handle, id));
    if (found.isEmpty() || !found.get().id().equals(database.lineage())) {
      return;
    }
    Lineage lineage = found.get();
    Proof before = proofs.computeIfAbsent(lineage.id(), none -> Proof.recorded(lineage.proven()));
    Instant now = clock.instant();
    Optional<ArchivePulse> answer = host.clusters().pulse(id, now, before::needsBeat);
    if (answer.isEmpty()) {
      return;
    }
    ArchivePulse pulse = answer.get();
    Lineage current = watchBacklog(recognise(lineage), pulse.status());
    Proof after = before;
    if (current.gap().isPresent()) {
      after = before.forgetting();
    } else {
      if (pulse.beat().isPresent()) {
        after =
            after.with(new Proof.Mark(new Proof.Beat(now, pulse.snapshot()), pulse.beat().get()));
      }
      after = after.seen(pulse.status().archived(), pulse.snapshot());
    }
    proofs.put(lineage.id(), after);
    if (!after.proven().equals(current.proven())) {
      after
          .proven()
          .ifPresent(beat -> jdbi.useHandle(handle -> store.setProven(handle, lineage.id(), beat)));
    }
    Optional<Duration> behind = after.behind(now);
    Optional<Instant> failing = pulse.status().failingSince();
    boolean there = repository(lineage.id()).isThere();
    protection.measured(
        lineage.id(),
        now,
        new ProtectionState(
            current.earliest(),
            current.newestBase(),
            after.quiet() ? Optional.of(now) : after.proven().map(Proof.Beat::at),
            behind,
            Problem.of(current, failing, there, behind)));
    if (failing.isPresent()) {
      // A base copy waits for its own write-ahead log, so there is no use in one before it moves.
      if (current.newestBase().isEmpty() || failing.get().plus(patience).isBefore(now)) {
        openRepository(id, current);
      }
      return;
    }
    takeBaseIfDue(database, current, now);
    takeSnapshotIfDue(database, now);
  }

  /**
   * What took a repository's place holds nothing of what is known to be in it: it was lost, or not
   * mounted when somebody needed it.
   */
  private Lineage recognise(Lineage lineage) {
    Repository repository = repository(lineage.id());
    if (lineage.newestBase().isEmpty() || repository.isAcknowledged() || !repository.isThere()) {
      return lineage;
    }
    log.error(
        "GAP: the repository of database {} was lost, and a new one was made in its place; nothing"
            + " can be reached until a base copy is complete",
        lineage.databaseId());
    jdbi.useTransaction(handle -> {
      store.beginGap(handle, lineage.id(), provenOrBegan(lineage), "the repository was lost");
      store.setBases(handle, lineage.id(), Optional.empty(), Optional.empty(), Optional.empty());
    });
    return jdbi.withHandle(handle -> store.find(handle, lineage.id())).orElse(lineage);
  }

  private Instant provenOrBegan(Lineage lineage) {
    return Optional.ofNullable(proofs.get(lineage.id()))
        .flatMap(Proof::proven)
        .map(Proof.Beat::at)
        .orElse(lineage.beganAt());
  }

  /** Gives up what waits when it must, having recorded it before; returns what is so then. */
  private Lineage watchBacklog(Lineage lineage, ArchiveStatus status) {
    UUID cluster = lineage.databaseId();
    Volume volume = host.clusters().volume();
    if (lineage.gap().filter(Lineage.Gap::forgetting).isPresent()) {
      host.clusters().beginGap(cluster);
      if (status.waiting() > 0) {
        return lineage;
      }
      jdbi.useHandle(handle -> store.setForgotten(handle, lineage.id()));
      log.warn("database {} keeps its write-ahead log again from now on", cluster);
    } else if (backlog.isTooLarge(status.waitingBytes(), volume.total(), volume.available())) {
      Instant since = provenOrBegan(lineage);
      String reason =
          "%d files (%d bytes) waited for the repository"
              .formatted(status.waiting(), status.waitingBytes());
      log.error(
          "GAP: {} for database {} and are given up so that it can go on; nothing after {} can be"
              + " reached until a new base copy is complete",
          reason,
          cluster,
          since);
      jdbi.useTransaction(handle -> store.beginGap(handle, lineage.id(), since, reason));
      host.clusters().beginGap(cluster);
    } else {
      host.clusters().endGap(cluster);
      return lineage;
    }
    if (lineage.gap().filter(Lineage.Gap::forgetting).isPresent()) {
      host.clusters().endGap(cluster);
    }
    return jdbi.withHandle(handle -> store.find(handle, lineage.id())).orElse(lineage);
  }

  /** A repository that could not be made when its cluster was. */
  private void openRepository(UUID cluster, Lineage lineage) {
    try {
      host.clusters().openRepository(cluster, archiving(lineage.id()));
    } catch (RuntimeException unreachable) {
      log.debug("the repository of {} does not answer", cluster, unreachable);
    }
  }

  private void takeBaseIfDue(Guarded database, Lineage lineage, Instant now) {
    if (database.schedule().due(lineage, now).isPresent()) {
      bases.begin(lineage.id(), () -> takeBase(database), failure -> baseFailed(database, failure));
    }
  }

  private void baseFailed(Guarded database, RuntimeException failure) {
    String why = Protection.text(failure);
    log.warn(
        "no base copy of database {} could be taken; trying again: {}", database.databaseId(), why);
    jdbi.useHandle(handle -> store.setBaseProblem(handle, database.lineage(), Optional.of(why)));
  }

  private void takeSnapshotIfDue(Guarded database, Instant now) {
    UUID lineage = database.lineage();
    if (!host.snapshots().supported()) {
      return;
    }
    List<Instant> taken = host.snapshots().list(lineage);
    if (!taken.isEmpty() && taken.getLast().plus(SNAPSHOT_AGE).isAfter(now)) {
      return;
    }
    snapshots.begin(
        lineage,
        () -> {
          host.snapshots().take(database.databaseId(), lineage);
          List<Instant> all = host.snapshots().list(lineage);
          all.subList(0, Math.max(0, all.size() - SNAPSHOTS_KEPT))
              .forEach(old -> host.snapshots().delete(lineage, old));
        },
        failure ->
            log.warn(
                "no snapshot of database {} could be taken; trying again: {}",
                database.databaseId(),
                Protection.text(failure)));
  }

  private void takeBase(Guarded database) {
    UUID id = database.lineage();
    host.clusters().openRepository(database.databaseId(), archiving(id));
    Repository repository = repository(id);
    // What is there counts: a crash may have come between a base copy and its record.
    recognise(lineage(id));
    record(id, repository);
    Lineage lineage = lineage(id);
    Optional<BaseCopy.Kind> due = database.schedule().due(lineage, clock.instant());
    if (due.isEmpty()) {
      return;
    }
    BaseCopy base = repository.takeBase(database.databaseId(), due.get(), Progress.NONE);
    repository.expire(database.window());
    jdbi.useTransaction(handle -> {
      store.setBaseWanted(handle, id, false);
      store.setBaseProblem(handle, id, Optional.empty());
      // Not the clock: the earliest moment that can be reached is this base copy's.
      lineage.gap().ifPresent(gap -> store.endGap(handle, id, gap, base.finishedAt()));
    });
    record(id, repository);
    log.info(
        "base copy {} of database {}: {} bytes", base.label(), database.databaseId(), base.bytes());
  }

  private void record(UUID lineage, Repository repository) {
    Contents contents = repository.contents();
    if (!contents.bases().isEmpty()) {
      repository.acknowledge();
    }
    jdbi.useTransaction(handle -> {
      Optional<Instant> gapEnd = store.lastGapEnd(handle, lineage);
      List<BaseCopy> usable =
          contents.bases().stream()
              .filter(base -> gapEnd.map(end -> !base.finishedAt().isBefore(end)).orElse(true))
              .toList();
      store.setBases(
          handle,
          lineage,
          usable.stream().findFirst().map(ProtectionWatch::reachable),
          usable.stream().reduce((a, b) -> b).map(BaseCopy::finishedAt),
          usable.stream()
              .filter(base -> base.kind() == BaseCopy.Kind.FULL)
              .reduce((a, b) -> b)
              .map(BaseCopy::finishedAt));
    });
  }

  /** The repository knows seconds, and the second is not over when a base copy is. */
  private static Instant reachable(BaseCopy base) {
    return base.finishedAt().plusSeconds(1);
  }

  private Lineage lineage(UUID id) {
    return jdbi.withHandle(handle -> store.find(handle, id)).orElseThrow();
  }

  private Repository repository(UUID lineage) {
    return host.repositories().of(archiving(lineage));
  }

  private Archiving archiving(UUID lineage) {
    return jdbi.withHandle(handle -> protection.archiving(handle, lineage));
  }
}
