package dev.howdah.server.database;

import dev.howdah.postgres.tenant.TenantDatabase;
import dev.howdah.server.operation.Operations;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every database regularly: measures it against its plan, carries the {@link Ladder}'s
 * decision out, and removes logins whose last session has ended. Each action may be repeated; it is
 * recorded after it was done.
 */
public final class Enforcement implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Enforcement.class);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final PlanCatalogue catalogue;
  private final Clustering clustering;
  private final DatabaseStore store;
  private final DatabaseProcedures procedures;
  private final Operations operations;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("enforcement").factory());

  Enforcement(
      Jdbi jdbi,
      InstantSource clock,
      PlanCatalogue catalogue,
      Clustering clustering,
      DatabaseStore store,
      DatabaseProcedures procedures,
      Operations operations) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.catalogue = catalogue;
    this.clustering = clustering;
    this.store = store;
    this.procedures = procedures;
    this.operations = operations;
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
      List<Database> all =
          jdbi.withHandle(handle -> store.inState(handle, Database.State.AVAILABLE));
      // A follower has what its leader has, which is measured there.
      all.stream().filter(database -> database.following().isEmpty()).forEach(this::look);
    } catch (RuntimeException unreadable) {
      log.warn("the plans are not enforced now; trying again at the next look", unreadable);
    }
  }

  private void look(Database database) {
    try {
      boolean busy =
          !jdbi.withHandle(handle -> operations.unfinished(handle, database.id())).isEmpty();
      if (!busy && clustering.running(database)) {
        sweep(database);
        measure(database);
      }
    } catch (RuntimeException unreachable) {
      log.warn("database {} cannot be measured; trying again", database.id(), unreachable);
    }
  }

  private void sweep(Database database) {
    boolean retiring =
        jdbi.withHandle(handle -> store.credentials(handle, database.id())).stream()
            .anyMatch(credential -> credential.state() == Credential.State.REVOKING);
    if (retiring) {
      jdbi.useTransaction(procedures.sweep(database)::accept);
    }
  }

  private void measure(Database database) {
    DatabasePlan plan = catalogue.find(database.plan()).orElseThrow();
    boolean climbing = database.overSince().isPresent() || database.restrictedAt().isPresent();
    if (plan.rows().isEmpty() && plan.bytes().isEmpty() && !climbing) {
      return;
    }
    TenantDatabase tenant = clustering.tenant(database);
    long rows = plan.rows().isPresent() ? tenant.countRows(plan.rows().getAsLong()).rows() : 0;
    long bytes = tenant.statistics().bytes();
    Instant now = clock.instant();
    jdbi.useHandle(handle -> store.measured(handle, database.id(), rows, bytes, now));
    Ladder.Action action =
        Ladder.decide(
            Ladder.use(plan, rows, bytes),
            database.warnedAt(),
            database.overSince(),
            restrictedAt(database, tenant, now),
            catalogue.grace(),
            now);
    carryOut(action, database, plan, tenant, now);
  }

  /** What is so in the cluster counts: a crash may have come between an action and its record. */
  private static Optional<Instant> restrictedAt(
      Database database, TenantDatabase tenant, Instant now) {
    return tenant.restricted()
        ? Optional.of(database.restrictedAt().orElse(now))
        : Optional.empty();
  }

  private void carryOut(
      Ladder.Action action,
      Database database,
      DatabasePlan plan,
      TenantDatabase tenant,
      Instant now) {
    switch (action) {
      case NONE -> {
        return;
      }
      case WARN -> record(database, Optional.of(now), Optional.empty(), Optional.empty());
      case BEGIN_GRACE -> record(database, Optional.of(now), Optional.of(now), Optional.empty());
      case END_GRACE -> record(database, Optional.empty(), Optional.empty(), Optional.empty());
      case RESTRICT -> {
        tenant.restrict();
        record(database, database.warnedAt(), database.overSince(), Optional.of(now));
      }
      case RELEASE -> {
        tenant.release(plan.connections());
        record(database, Optional.empty(), Optional.empty(), Optional.empty());
      }
    }
    log.info("database {} on {}: {}", database.id(), plan.name(), action);
  }

  private void record(
      Database database,
      Optional<Instant> warnedAt,
      Optional<Instant> overSince,
      Optional<Instant> restrictedAt) {
    jdbi.useHandle(
        handle -> store.setCompliance(handle, database.id(), warnedAt, overSince, restrictedAt));
  }
}
