package dev.howdah.server.operation;

import dev.howdah.server.doctor.Check;
import dev.howdah.server.platform.Wire;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable operation engine. An operation is a row; a thread only carries it from one recorded
 * step to the next, and may die at any instruction. Exactly one server works on a control database
 * (it holds a lock on it), so rows need no leases.
 */
public final class Operations implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);

  /**
   * How many operations run at once; more wait their turn, so that a burst cannot starve the host.
   */
  private static final int CONCURRENCY = 8;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final FaultPoint faults;
  private final OperationStore store = new OperationStore();
  private final Map<String, Procedure> procedures = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore room = new Semaphore(CONCURRENCY);
  private final Set<UUID> underWay = ConcurrentHashMap.newKeySet();
  private final Map<UUID, CompletableFuture<Operation>> awaited = new ConcurrentHashMap<>();
  private final Map<UUID, String> live = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private volatile OperationListener listener = OperationListener.NONE;

  /** An engine that knows no procedures yet; nothing runs before {@link #resume}. */
  public Operations(Jdbi jdbi, InstantSource clock, FaultPoint faults) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.faults = faults;
  }

  /** Teaches the engine how to carry operations out: all kinds, before the first resume. */
  public void register(List<Procedure> more) {
    for (Procedure procedure : more) {
      if (procedures.put(procedure.kind(), procedure) != null) {
        throw new IllegalStateException("two procedures of kind " + procedure.kind());
      }
    }
  }

  /** Who hears of operations from now on. */
  public void observe(OperationListener hears) {
    listener = hears;
  }

  /** The kinds of operations there are. */
  public List<Procedure> procedures() {
    return List.copyOf(procedures.values());
  }

  /**
   * Records a new operation in the caller's transaction. It runs once that has committed and {@link
   * #wake} was called, or at the latest when the next {@link #resume} finds it.
   */
  public Operation submit(Handle handle, String kind, UUID subject, Object input) {
    Procedure procedure = procedure(kind);
    Instant now = clock.instant();
    Operation operation =
        new Operation(
            UUID.randomUUID(),
            kind,
            subject,
            Wire.tree(input),
            Operation.State.RUNNING,
            procedure.steps().getFirst().name(),
            0,
            "",
            Optional.empty(),
            false,
            now,
            now.plus(procedure.deadline()),
            now,
            Optional.empty());
    store.insert(handle, operation);
    listener.changed(handle, operation, operation.state(), "");
    return operation;
  }

  /** Starts or continues an operation whose record is committed. */
  public void wake(UUID id) {
    if (closed) {
      return;
    }
    if (underWay.add(id)) {
      threads.execute(() -> carryOut(id));
    }
  }

  /** Wakes every unfinished operation that is due. Called at start and then regularly. */
  public void resume() {
    List<Operation> due = jdbi.withHandle(handle -> store.due(handle, clock.instant()));
    due.forEach(operation -> wake(operation.id()));
  }

  /**
   * Waits until the operation is finished, but no longer than {@code patience}. Returns it as it
   * then stands.
   */
  public Operation await(UUID id, Duration patience) {
    CompletableFuture<Operation> finish =
        awaited.computeIfAbsent(id, key -> new CompletableFuture<>());
    Operation now = find(id);
    if (now.finished()) {
      // Others may wait on the same promise: carryOut found none, or will find none, to keep it.
      awaited.remove(id, finish);
      finish.complete(now);
      return now;
    }
    wake(id);
    try {
      return finish.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      log.debug("operation {} still runs after {}", id, patience);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
    return find(id);
  }

  /** How many operations of a kind are in a state. */
  public record Count(String kind, String state, long count) {}

  /** How many operations there are of each kind in each state. */
  public List<Count> counts() {
    return jdbi.withHandle(store::counts);
  }

  /** The operation {@code id}. */
  public Operation find(UUID id) {
    return jdbi.withHandle(handle -> store.find(handle, id)).orElseThrow();
  }

  /** The newest operation about {@code subject}. */
  public Optional<Operation> latest(UUID subject) {
    return jdbi.withHandle(handle -> store.latest(handle, subject));
  }

  /**
   * Says how far the step of an operation has come, while it is running. Only remembered until the
   * step is over or Howdah is: a step that begins again tells it anew.
   */
  public void report(UUID id, String progress) {
    live.put(id, progress);
  }

  /** What a person waiting for an operation should read now. */
  public String progress(Operation operation) {
    return live.getOrDefault(operation.id(), operation.progress());
  }

  /** Whether an operation has been cancelled or ended by another, so that its step may stop. */
  public boolean isOvertaken(UUID id) {
    Operation now = find(id);
    return now.finished() || (now.cancelled() && now.state() == Operation.State.RUNNING);
  }

  /** The oldest operation about {@code subject}: the one that made it. */
  public Operation first(Handle handle, UUID subject) {
    return store.first(handle, subject).orElseThrow();
  }

  /** The unfinished operations about {@code subject}, oldest first. */
  public List<Operation> unfinished(Handle handle, UUID subject) {
    return store.unfinished(handle, subject);
  }

  /**
   * Asks, in the caller's transaction, for a running operation to be undone. It stops after the
   * step it is in. Does nothing to one that is finished or can only go forward.
   */
  public void cancel(Handle handle, Operation operation) {
    if (procedure(operation.kind()).canUndo()) {
      store.cancel(handle, operation.id(), clock.instant());
    }
  }

  /**
   * Ends, in the caller's transaction, every unfinished operation about {@code subject} as it
   * stands, because what follows makes all of them pointless. A step that is running goes on to its
   * end, but nothing of it is recorded.
   */
  public void supersede(Handle handle, UUID subject, String reason) {
    store.supersede(handle, subject, reason, clock.instant());
  }

  /** What {@code howdah doctor} says of operations. */
  public Check check() {
    return new OperationCheck(jdbi, clock, store).check();
  }

  /** Stops between steps; what is unfinished goes on at the next start. */
  @Override
  public void close() {
    closed = true;
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void carryOut(UUID id) {
    try {
      room.acquire();
      Operation operation;
      try {
        operation = find(id);
        while (!operation.finished() && !closed && !operation.wakeAt().isAfter(clock.instant())) {
          operation = step(operation);
        }
      } finally {
        room.release();
        underWay.remove(id);
      }
      if (operation.finished()) {
        CompletableFuture<Operation> finish = awaited.remove(id);
        if (finish != null) {
          finish.complete(operation);
        }
      } else {
        scheduleAt(operation);
      }
    } catch (InterruptedException interrupted) {
      underWay.remove(id);
      Thread.currentThread().interrupt();
    } catch (RuntimeException broken) {
      // The control database is away, most likely: resume() finds the row again.
      log.warn("operation {} stopped; it is tried again at the next look", id, broken);
    }
  }

  /** Wakes an operation when it is due, without waiting for the next look. */
  private void scheduleAt(Operation operation) {
    Duration pause = Duration.between(clock.instant(), operation.wakeAt());
    CompletableFuture.delayedExecutor(Math.max(1, pause.toMillis()), TimeUnit.MILLISECONDS, threads)
        .execute(() -> wake(operation.id()));
  }

  private Operation step(Operation operation) {
    Procedure procedure = procedures.get(operation.kind());
    if (procedure == null || !procedure.has(operation.step())) {
      return postpone(
          operation,
          new Advance(
              operation.state(),
              operation.step(),
              0,
              clock.instant().plus(Duration.ofHours(1)),
              "waits for a release of Howdah that knows " + operation.kind(),
              ""));
    }
    boolean undoing = operation.state() == Operation.State.UNDOING;
    if (operation.cancelled() && !undoing && procedure.canUndo()) {
      return record(
          operation, Advance.cancel(procedure, operation, clock.instant()), "cancelled", null);
    }
    Procedure.Step step =
        (undoing ? procedure.undo() : procedure.steps())
            .stream().filter(s -> s.name().equals(operation.step())).findFirst().orElseThrow();
    Outcome outcome;
    try {
      outcome = step.body().run(operation);
      if (faults.fails(operation.kind(), operation.step())) {
        outcome = new Outcome.Fail("HOWDAH_FAULT asked for it.");
      }
    } catch (Exception problem) {
      log.warn(
          "operation {} {} of {}: step {} failed (attempt {}); it is retried or undone",
          operation.kind(),
          operation.id(),
          operation.subject(),
          operation.step(),
          operation.attempt() + 1,
          problem);
      return record(
          operation,
          Advance.afterFailure(procedure, operation, reason(problem), clock.instant()),
          "retry",
          null);
    }
    Advance advance = Advance.after(procedure, operation, outcome, clock.instant());
    return switch (outcome) {
      case Outcome.Done done -> recordDone(procedure, operation, advance, done);
      case Outcome.Fail fail -> record(operation, advance, "failed", null);
      case Outcome.Again again ->
          advance.state() == operation.state()
              ? postpone(operation, advance)
              : record(operation, advance, "late", null);
    };
  }

  /**
   * Writes that cannot be made are a failed attempt like any other, unless nothing can be written.
   */
  private Operation recordDone(
      Procedure procedure, Operation operation, Advance advance, Outcome.Done done) {
    try {
      return record(operation, advance, "done", done);
    } catch (ConnectionException away) {
      throw away;
    } catch (RuntimeException problem) {
      log.warn(
          "operation {} {} of {}: step {} cannot be recorded; it is retried or undone",
          operation.kind(),
          operation.id(),
          operation.subject(),
          operation.step(),
          problem);
      return record(
          operation,
          Advance.afterFailure(procedure, operation, reason(problem), clock.instant()),
          "retry",
          null);
    }
  }

  private static String reason(Exception problem) {
    return problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
  }

  private Operation postpone(Operation operation, Advance advance) {
    return jdbi.inTransaction(handle -> {
      store.postpone(handle, operation, advance);
      return store.find(handle, operation.id()).orElseThrow();
    });
  }

  private Operation record(
      Operation operation,
      Advance advance,
      String outcome,
      Outcome.@org.jspecify.annotations.Nullable Done done) {
    faults.reached(operation.kind(), operation.step(), "before");
    Operation after;
    try {
      after =
          jdbi.inTransaction(handle -> {
            if (done != null) {
              done.writes().accept(handle);
            }
            if (advance.finishes()) {
              listener.changed(handle, operation, advance.state(), advance.error());
            }
            // After the writes: who cancels or supersedes locks what they lock, then this row.
            Operation now = store.lock(handle, operation.id());
            if (now.finished()
                || (now.cancelled() && advance.state() == Operation.State.SUCCEEDED)) {
              throw new Overtaken();
            }
            store.advance(handle, operation, advance, outcome, clock.instant());
            return store.find(handle, operation.id()).orElseThrow();
          });
    } catch (RuntimeException problem) {
      Operation now = find(operation.id());
      // What the step wanted to write about may be gone along with its operation.
      if (now.finished() || (now.cancelled() && !operation.cancelled())) {
        return now;
      }
      throw problem;
    }
    live.remove(operation.id());
    faults.reached(operation.kind(), operation.step(), "after");
    return after;
  }

  /** Rolls back what a step wanted to record, because its operation was taken from it meanwhile. */
  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Overtaken() {
      super("", null, false, false);
    }
  }

  private Procedure procedure(String kind) {
    Procedure procedure = procedures.get(kind);
    if (procedure == null) {
      throw new IllegalStateException("no procedure for operations of kind " + kind);
    }
    return procedure;
  }
}
