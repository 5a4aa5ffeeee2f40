package dev.howdah.postgres.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A pg_dump whose output flows through us to where dumps are kept. That takes a buffer of memory
 * however large the database is. Safe for use by many threads.
 */
public final class Capture implements Run {
  private static final int BUFFER = 1 << 16;

  /** Where a dump goes. Nobody finds it there before it is whole. */
  public interface Sink {
    /** Takes the bytes of the dump. */
    OutputStream stream();

    /** The dump is whole: keeps it. */
    void complete() throws IOException;

    /** It never will be: forgets what there is of it. */
    void abandon();
  }

  private final Process dump;
  private final Sink sink;
  private final Optional<Moment> moment;
  private final FutureTask<Map<String, Long>> count;
  private final AtomicLong bytes = new AtomicLong();
  private final Messages messages = new Messages();
  private final Messages.Voice dumpSays = messages.voice();
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private volatile Optional<Map<String, Long>> rows = Optional.empty();
  private boolean counting;
  private volatile boolean cancelled;

  Capture(Process dump, Sink sink, Optional<Moment> moment) {
    this.dump = dump;
    this.sink = sink;
    this.moment = moment;
    this.count = new FutureTask<>(() -> moment.isPresent() ? moment.get().count() : Map.of());
  }

  void start() {
    Thread errors = dumpSays.listen(dump.getErrorStream());
    Thread.ofPlatform()
        .daemon()
        .name("capture")
        .start(() -> {
          try {
            result.complete(carryOut(errors));
          } catch (InterruptedException | RuntimeException unexpected) {
            cancel();
            sink.abandon();
            result.complete(Result.failed("The backup was interrupted: " + unexpected));
          } finally {
            moment.ifPresent(Moment::close);
          }
        });
  }

  private Result carryOut(Thread errors) throws InterruptedException {
    Optional<IOException> broken = pump();
    int dumped = dump.waitFor();
    errors.join();
    if (cancelled) {
      sink.abandon();
      return Result.failed("It was canceled.");
    }
    if (broken.isPresent()) {
      sink.abandon();
      return notKept(broken.get());
    }
    if (dumped != 0) {
      sink.abandon();
      return Result.failed(dumpSays.lastError("pg_dump ended with code " + dumped));
    }
    rows = counted();
    if (cancelled) {
      sink.abandon();
      return Result.failed("It was canceled.");
    }
    try {
      sink.complete();
    } catch (IOException failed) {
      sink.abandon();
      return notKept(failed);
    }
    return new Result(true, "", 0);
  }

  private Optional<Map<String, Long>> counted() throws InterruptedException {
    if (moment.isEmpty() || !counting) {
      return Optional.empty();
    }
    try {
      return Optional.of(count.get());
    } catch (ExecutionException failed) {
      messages.add("The rows of its tables could not be counted: " + failed.getCause());
      return Optional.empty();
    }
  }

  /** Rows by table of what was dumped; empty when they could not be counted. */
  public Optional<Map<String, Long>> rows() {
    return rows;
  }

  private static Result notKept(IOException why) {
    return Result.failed("The backup could not be stored: " + why.getMessage());
  }

  @Override
  public long bytes() {
    return bytes.get();
  }

  @Override
  public Optional<Result> result() {
    return Optional.ofNullable(result.getNow(null));
  }

  @Override
  public List<String> takeMessages() {
    return messages.take();
  }

  @Override
  public void cancel() {
    cancelled = true;
    dump.destroyForcibly();
    moment.ifPresent(Moment::close);
  }

  /** Returns why the sink took no more. */
  private Optional<IOException> pump() {
    byte[] buffer = new byte[BUFFER];
    InputStream in = dump.getInputStream();
    OutputStream out = sink.stream();
    while (true) {
      int n;
      try {
        n = in.read(buffer);
      } catch (IOException ended) {
        // The program was ended; its exit code says so.
        return Optional.empty();
      }
      if (n < 0) {
        return Optional.empty();
      }
      if (!counting) {
        // The first bytes come when pg_dump has locked all tables: they stay as they are.
        counting = true;
        Thread.ofPlatform().daemon().name("count").start(count);
      }
      try {
        out.write(buffer, 0, n);
        bytes.addAndGet(n);
      } catch (IOException full) {
        dump.destroyForcibly();
        return Optional.of(full);
      }
    }
  }
}
