package dev.howdah.server.protection;

import dev.howdah.postgres.copy.Snapshots;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.Repositories;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.secret.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lineages of databases and how well they are protected. A lineage is one history of
 * write-ahead log with the repository it goes to; a database that is protected has one at a time. A
 * fork, a rollback, an unfollow and an upgrade begin a new one. Safe for use by many threads.
 */
public final class Protection {
  private static final Logger log = LoggerFactory.getLogger(Protection.class);

  /** What was measured longer ago says nothing about now. */
  private static final Duration FRESH = Duration.ofSeconds(60);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Tokens tokens;
  private final Repositories repositories;
  private final Snapshots snapshots;
  private final ProtectionStore store;

  /** What the watch measured last, by lineage. */
  private final ConcurrentMap<UUID, Measured> measured = new ConcurrentHashMap<>();

  /** The ended lineages whose repositories did not go at the first try. */
  private final Set<UUID> undeleted = ConcurrentHashMap.newKeySet();

  private record Measured(Instant at, ProtectionState state) {}

  /** The lineages of the control database, with the repositories of this host. */
  public Protection(
      Jdbi jdbi,
      InstantSource clock,
      Tokens tokens,
      Vault vault,
      Repositories repositories,
      Snapshots snapshots) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.tokens = tokens;
    this.repositories = repositories;
    this.snapshots = snapshots;
    this.store = new ProtectionStore(vault);
  }

  /**
   * How a database is protected now; empty when it is not (its plan has no continuous protection).
   */
  public Optional<ProtectionState> of(UUID databaseId) {
    return jdbi.withHandle(handle -> store.current(handle, databaseId)).map(this::state);
  }

  private ProtectionState state(Lineage lineage) {
    Measured last = measured.get(lineage.id());
    if (last == null) {
      return new ProtectionState(
          lineage.earliest(),
          lineage.newestBase(),
          lineage.proven().map(Proof.Beat::at),
          Optional.empty(),
          Problem.of(lineage));
    }
    Instant now = clock.instant();
    ProtectionState known = last.state();
    if (Duration.between(last.at(), now).compareTo(FRESH) <= 0) {
      return new ProtectionState(
          lineage.earliest(),
          lineage.newestBase(),
          known.proven(),
          known.behind(),
          known.problem());
    }
    return new ProtectionState(
        lineage.earliest(),
        lineage.newestBase(),
        known.proven(),
        known.proven().map(proven -> Duration.between(proven, now)),
        known.problem().or(() -> Optional.of(Problem.silentSince(last.at()))));
  }

  /** When the newest snapshot of the current lineage was taken; empty where there are none. */
  public Optional<Instant> newestSnapshot(UUID databaseId) {
    return jdbi.withHandle(handle -> store.current(handle, databaseId))
        .flatMap(lineage -> snapshots.list(lineage.id()).stream().reduce((a, b) -> b));
  }

  /**
   * Begins a lineage for a database, in the caller's transaction, with a passphrase of its own. It
   * is the database's current one from then on; one it had before is not ended by this.
   *
   * @param parent the lineage the data come from, when there is one
   */
  public Archiving begin(Handle handle, UUID databaseId, Optional<UUID> parent) {
    Archiving begun = prepare(handle, databaseId, parent);
    use(handle, databaseId, begun.lineage());
    return begun;
  }

  /**
   * As {@link #begin}, but the lineage is not the current one yet: what is made beside a database
   * to take its place archives to it from its first start. {@link #use} or {@link #end} follows.
   */
  public Archiving prepare(Handle handle, UUID databaseId, Optional<UUID> parent) {
    return ensure(handle, databaseId, UUID.randomUUID(), parent);
  }

  /**
   * As {@link #prepare}, of a lineage whose id is known already. Does nothing when it has begun.
   */
  public Archiving ensure(Handle handle, UUID databaseId, UUID lineage, Optional<UUID> parent) {
    return store
        .archiving(handle, lineage)
        .orElseGet(() -> {
          store.insert(
              handle, lineage, databaseId, parent, tokens.databasePassword(), clock.instant());
          return store.archiving(handle, lineage).orElseThrow();
        });
  }

  /**
   * Makes a lineage of a database, also an older one, its current one: {@code database.lineage}.
   */
  public void use(Handle handle, UUID databaseId, UUID lineage) {
    store.setCurrent(handle, databaseId, lineage);
  }

  /** Where the current lineage of a database archives to; empty when it is not protected. */
  public Optional<Archiving> current(Handle handle, UUID databaseId) {
    return store
        .current(handle, databaseId)
        .flatMap(lineage -> store.archiving(handle, lineage.id()));
  }

  /**
   * Where a lineage archives to, also one that has ended and whose repository is still there.
   *
   * @throws NoSuchElementException when there is no such lineage
   */
  public Archiving archiving(Handle handle, UUID lineage) {
    return store
        .archiving(handle, lineage)
        .orElseThrow(() -> new NoSuchElementException("there is no lineage " + lineage));
  }

  /**
   * Ends a lineage, in the caller's transaction: nothing archives to it any more (the caller has
   * seen to that) and its repository is deleted soon after the commit. Does nothing when it has
   * ended or never began.
   */
  public void end(Handle handle, UUID lineage) {
    store.end(handle, lineage, clock.instant());
  }

  /**
   * Deletes the repositories of a database whose cluster is gone, and forgets its lineages. What
   * cannot be deleted now, because a repository does not answer, is deleted when it does.
   */
  public void destroyAll(UUID databaseId) {
    List<UUID> lineages = jdbi.withHandle(handle -> store.ofDatabase(handle, databaseId));
    jdbi.useTransaction(handle -> lineages.forEach(lineage -> end(handle, lineage)));
    lineages.forEach(this::deleteEnded);
  }

  /** Deletes every repository that nobody needs any more. */
  void deleteEnded() {
    jdbi.withHandle(store::ended).forEach(this::deleteEnded);
  }

  private void deleteEnded(UUID lineage) {
    try {
      Archiving archiving = jdbi.withHandle(handle -> archiving(handle, lineage));
      repositories.of(archiving).destroy();
      snapshots.destroy(lineage);
      jdbi.useHandle(handle -> store.delete(handle, lineage));
      measured.remove(lineage);
      undeleted.remove(lineage);
    } catch (NoSuchElementException gone) {
      // Another look was faster.
    } catch (RuntimeException unreachable) {
      if (undeleted.add(lineage)) {
        // Once: it is tried at every look.
        log.warn("the repository of lineage {} is not deleted yet: {}", lineage, text(unreachable));
      }
    }
  }

  /**
   * Records that the current lineage of a database misses what was written for a while; a new base
   * copy follows. Nothing that was reached by what is in the repository already is given up sooner
   * than it must be.
   *
   * @param reason why, for people
   */
  public void interrupted(UUID databaseId, String reason) {
    jdbi.useTransaction(handle ->
        store
            .current(handle, databaseId)
            .ifPresent(lineage -> {
              Instant since = lineage.proven().map(Proof.Beat::at).orElse(lineage.beganAt());
              store.beginGap(handle, lineage.id(), since, reason);
            }));
  }

  /** Lets a base copy of a database be taken as soon as possible, in the background. */
  public void takeBaseSoon(UUID databaseId) {
    jdbi.useTransaction(handle ->
        store
            .current(handle, databaseId)
            .ifPresent(lineage -> store.setBaseWanted(handle, lineage.id(), true)));
  }

  ProtectionStore store() {
    return store;
  }

  void measured(UUID lineage, Instant at, ProtectionState state) {
    measured.put(lineage, new Measured(at, state));
  }

  static String text(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
