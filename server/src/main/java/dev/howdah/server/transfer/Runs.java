package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.Dumps;
import dev.howdah.postgres.dump.Run;
import dev.howdah.server.operation.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/** The programs that work for transfers now, and what the control database is told of them. */
final class Runs implements AutoCloseable {
  /** How many run at once; they cost the host what the databases on it should have. */
  private static final int CONCURRENCY = 2;

  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration TURN = Duration.ofSeconds(1);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Dumps dumps;
  private final TransferStore store;
  private final Map<UUID, Run> running = new ConcurrentHashMap<>();

  Runs(Jdbi jdbi, InstantSource clock, Dumps dumps, TransferStore store) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.dumps = dumps;
    this.store = store;
  }

  /** What follows a run that did all of its work. */
  @FunctionalInterface
  interface Success {
    Outcome then(Run run, Run.Result result);
  }

  /** One look at a run, which is begun when there is none. */
  Outcome advance(UUID transfer, Supplier<Outcome> begin, Success success) {
    Run run = running.get(transfer);
    if (run == null) {
      return running.size() >= CONCURRENCY
          ? new Outcome.Again(TURN, "waiting for its turn")
          : begin.get();
    }
    long bytes = run.bytes();
    Optional<Run.Result> result = run.result();
    List<String> messages = run.takeMessages();
    boolean known =
        jdbi.inTransaction(handle -> {
          messages.forEach(message -> store.log(handle, transfer, message, clock.instant()));
          return store.processed(handle, transfer, bytes);
        });
    if (!known) {
      return new Outcome.Fail("Its app is gone.");
    }
    if (result.isEmpty()) {
      return new Outcome.Again(LOOK, "under way");
    }
    running.remove(transfer);
    return result.get().succeeded()
        ? success.then(run, result.get())
        : new Outcome.Fail(result.get().reason());
  }

  /** Records that a transfer starts, from nothing, and watches its run from now on. */
  Outcome begun(UUID transfer, String message, Supplier<Run> start) {
    jdbi.useTransaction(handle -> {
      store.started(handle, transfer, clock.instant());
      store.processed(handle, transfer, 0);
      store.log(handle, transfer, message, clock.instant());
    });
    running.put(transfer, start.get());
    return new Outcome.Again(LOOK, "under way");
  }

  /** Ends the programs of a transfer, also those of an earlier Howdah. */
  void end(UUID transfer) {
    Run run = running.remove(transfer);
    if (run != null) {
      run.cancel();
    }
    dumps.end(transfer);
  }

  /** Ends what runs; it begins again with the next start. */
  @Override
  public void close() {
    running.values().forEach(Run::cancel);
  }
}
