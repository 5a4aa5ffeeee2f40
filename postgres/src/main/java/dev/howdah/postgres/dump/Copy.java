package dev.howdah.postgres.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A pg_dump whose output flows through us into a pg_restore. That takes a buffer of memory however
 * large the database is, tells how much has flowed, and ends both when we end: each lacks its other
 * side then. Safe for use by many threads.
 */
public final class Copy implements Run {
  private static final int BUFFER = 1 << 16;

  private final Process dump;
  private final Process restore;
  private final AtomicLong bytes = new AtomicLong();
  private final Messages messages = new Messages();
  private final Messages.Voice dumpSays = messages.voice();
  private final Messages.Voice restoreSays = messages.voice();
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private volatile boolean cancelled;

  Copy(Process dump, Process restore) {
    this.dump = dump;
    this.restore = restore;
  }

  void start() {
    Thread dumpErrors = dumpSays.listen(dump.getErrorStream());
    Thread restoreErrors = restoreSays.listen(restore.getErrorStream());
    Thread.ofPlatform()
        .daemon()
        .name("transfer")
        .start(() -> {
          try {
            Optional<IOException> broken = pump();
            int dumped = dump.waitFor();
            if (dumped != 0) {
              // Its archive has no end. pg_restore would find that out; this is sooner and sure.
              restore.destroyForcibly();
            }
            restore.getOutputStream().close();
            int restored = restore.waitFor();
            dumpErrors.join();
            restoreErrors.join();
            result.complete(judge(dumped, restored, broken));
          } catch (IOException | InterruptedException | RuntimeException unexpected) {
            cancel();
            result.complete(Result.failed("The copy was interrupted: " + unexpected));
          }
        });
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
    restore.destroyForcibly();
    dump.destroyForcibly();
  }

  /** Returns what broke the flow, which is usually only a sign of what happened to a program. */
  private Optional<IOException> pump() {
    byte[] buffer = new byte[BUFFER];
    InputStream in = dump.getInputStream();
    OutputStream out = restore.getOutputStream();
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
        bytes.addAndGet(n);
      }
      return Optional.empty();
    } catch (IOException broken) {
      // Nobody reads any more; pg_dump must not go on for nothing.
      dump.destroyForcibly();
      return Optional.of(broken);
    }
  }

  private Result judge(int dumped, int restored, Optional<IOException> broken) {
    if (cancelled) {
      return Result.failed("It was canceled.");
    }
    RestoreReport report = RestoreReport.of(restoreSays.said());
    if (!report.whole()) {
      return new Result(false, report.reason(), report.problems().size());
    }
    if (dumped != 0) {
      return Result.failed(dumpSays.lastError("pg_dump ended with code " + dumped));
    }
    if (!report.accounts(restored) || broken.isPresent()) {
      return Result.failed(restoreSays.lastError("pg_restore ended with code " + restored));
    }
    return new Result(true, "", report.problems().size());
  }
}
