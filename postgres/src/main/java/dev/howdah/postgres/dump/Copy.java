package dev.howdah.postgres.dump;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A pg_dump whose output flows through us into a pg_restore. That takes a buffer of memory however
 * large the database is, tells how much has flowed, and ends both when we end: each lacks its other
 * side then. Safe for use by many threads.
 */
public final class Copy {
  private static final int BUFFER = 1 << 16;

  /** What one of the programs may tell; more of the same would help nobody. */
  private static final int MOST_LINES = 200;

  private static final int LONGEST_LINE = 1000;

  /**
   * How it ended.
   *
   * @param reason why it failed; empty when it did not
   * @param warnings statements that failed without harm (see {@link RestoreReport})
   */
  public record Result(boolean succeeded, String reason, int warnings) {}

  private final Process dump;
  private final Process restore;
  private final AtomicLong bytes = new AtomicLong();
  private final List<String> messages = new ArrayList<>();
  private final List<String> dumpSaid = new ArrayList<>();
  private final List<String> restoreSaid = new ArrayList<>();
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private volatile boolean cancelled;

  Copy(Process dump, Process restore) {
    this.dump = dump;
    this.restore = restore;
  }

  void start() {
    Thread dumpErrors = listen(dump.getErrorStream(), dumpSaid);
    Thread restoreErrors = listen(restore.getErrorStream(), restoreSaid);
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
            result.complete(new Result(false, "The copy was interrupted: " + unexpected, 0));
          }
        });
  }

  /** Bytes that went from one to the other so far. */
  public long bytes() {
    return bytes.get();
  }

  /** How it ended; empty while it goes on. */
  public Optional<Result> result() {
    return Optional.ofNullable(result.getNow(null));
  }

  /** What the programs said since this was last asked. */
  public List<String> takeMessages() {
    synchronized (messages) {
      List<String> taken = List.copyOf(messages);
      messages.clear();
      return taken;
    }
  }

  /** Ends both programs. What they had not committed leaves no trace. */
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

  private Thread listen(InputStream errors, List<String> said) {
    return Thread.ofPlatform()
        .daemon()
        .name("transfer-messages")
        .start(() -> {
          try (var reader =
              new BufferedReader(new InputStreamReader(errors, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
              said(line.strip(), said);
            }
          } catch (IOException ended) {
            // The program was ended.
          }
        });
  }

  private void said(String line, List<String> said) {
    if (line.isEmpty()) {
      return;
    }
    String shown = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line;
    synchronized (messages) {
      if (said.size() < MOST_LINES) {
        messages.add(shown);
      }
      // All errors count, also those that are not shown any more.
      if (said.size() < MOST_LINES || line.startsWith("pg_restore: ")) {
        said.add(shown);
      }
    }
  }

  private Result judge(int dumped, int restored, Optional<IOException> broken) {
    if (cancelled) {
      return new Result(false, "It was canceled.", 0);
    }
    synchronized (messages) {
      RestoreReport report = RestoreReport.of(restoreSaid);
      if (!report.whole()) {
        return new Result(false, report.reason(), report.problems().size());
      }
      if (dumped != 0) {
        return new Result(false, last(dumpSaid, "pg_dump ended with code " + dumped), 0);
      }
      // pg_restore ends with 1 when it ignored errors, which we have looked at, and for others.
      boolean ignored =
          restored == 1
              && !report.problems().isEmpty()
              && restoreSaid.stream().anyMatch(line -> line.contains("errors ignored on restore:"));
      if ((restored != 0 && !ignored) || broken.isPresent()) {
        return new Result(false, last(restoreSaid, "pg_restore ended with code " + restored), 0);
      }
      return new Result(true, "", report.problems().size());
    }
  }

  private static String last(List<String> said, String otherwise) {
    return said.stream()
        .filter(line -> line.contains("error: ") || line.contains("FATAL: "))
        .reduce((before, line) -> line)
        .orElse(otherwise);
  }
}
