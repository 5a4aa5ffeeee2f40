package dev.howdah.server.copy;

import dev.howdah.postgres.replication.Position;
import dev.howdah.postgres.replication.Slot;
import dev.howdah.postgres.replication.Streaming;
import dev.howdah.server.database.Clustering;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operations;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after followers and their leaders regularly: restarts a follower whose leader was given
 * larger settings, makes one anew that was left behind for good, and lets leaders forget followers
 * that went while they could not be told. What a look does may be done again.
 */
public final class FollowerWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FollowerWatch.class);

  private final Jdbi jdbi;
  private final Operations operations;
  private final DatabaseAccess databases;
  private final Clustering clustering;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("followers").factory());

  FollowerWatch(Jdbi jdbi, Operations operations, DatabaseAccess databases) {
    this.jdbi = jdbi;
    this.operations = operations;
    this.databases = databases;
    this.clustering = databases.clustering();
  }

  /** Begins to look, every {@code interval}. */
  public void start(Duration interval) {
    var _ =
        timer.scheduleWithFixedDelay(
            this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops looking. */
  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void look() {
    try {
      jdbi.withHandle(databases::available).forEach(this::lookAt);
    } catch (RuntimeException unreadable) {
      log.warn("followers cannot be watched now; trying again", unreadable);
    }
  }

  private void lookAt(Database database) {
    try {
      boolean busy =
          !jdbi.withHandle(handle -> operations.unfinished(handle, database.id())).isEmpty();
      if (busy || !clustering.running(database)) {
        return;
      }
      if (database.following().isPresent()) {
        heal(database);
      } else if (databases.plan(database).has("follow")) {
        forget(database);
      }
    } catch (RuntimeException unreachable) {
      log.warn(
          "the replication of {} cannot be looked at; trying again: {}",
          database.id(),
          unreachable.getMessage());
    }
  }

  private void heal(Database follower) {
    Position position = clustering.replication(follower).position();
    if (position.stalled()) {
      log.info("follower {} restarts, because its leader has larger settings now", follower.id());
      clustering.restart(follower);
    }
    Database.Following following = follower.following().orElseThrow();
    Optional<Database> leader =
        jdbi.withHandle(handle -> databases.database(handle, following.leaderId()))
            .filter(clustering::running);
    boolean lost =
        leader.isPresent()
            && clustering
                .replication(leader.get())
                .slot(following.role())
                .map(Slot::lost)
                .orElse(true);
    if (lost) {
      log.warn(
          "follower {} is too far behind its leader to catch up, and is made anew", follower.id());
      jdbi.useTransaction(
          handle -> operations.submit(handle, CopyProcedures.REBUILD, follower.id(), Map.of()));
    }
  }

  /** Those that are known were read after those that are there: a new one is in both or in none. */
  private void forget(Database leader) {
    Streaming replication = clustering.replication(leader);
    List<String> there = replication.admitted();
    if (there.isEmpty()) {
      return;
    }
    Set<String> known =
        new HashSet<>(jdbi.withHandle(handle -> databases.followerRoles(handle, leader.id())));
    for (String role : there) {
      if (!known.contains(role)) {
        log.info("{} forgets the follower {}", leader.id(), role);
        replication.dismiss(role, role);
      }
    }
  }
}
