package dev.howdah.postgres.dump;

import dev.howdah.postgres.PostgresException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An archive that is fetched into a file and restored from there by several processes at once,
 * which need to read it at several places. Safe for use by many threads.
 */
public final class Load implements Run {
  private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_LIST = 64 << 20;

  /** Where an archive comes from. */
  @FunctionalInterface
  public interface Source {
    /** Writes the whole archive to {@code out}; fails when there is no more of it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** How the programs are started. */
  interface Programs {
    /** pg_restore that lists an archive. */
    Process list(Path archive) throws IOException;

    /** pg_restore that restores what the list file names. */
    Process restore(Path archive, Contents contents) throws IOException;
  }

  private final Source source;
  private final Path archive;
  private final OutputStream file;
  private final Programs programs;
  private final AtomicLong bytes = new AtomicLong();
  private final Messages messages = new Messages();
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private final Thread thread;
  private final AtomicLong tables = new AtomicLong();
  private @Nullable Process current;
  private boolean cancelled;

  Load(Source source, Path archive, OutputStream file, Programs programs) {
    this.source = source;
    this.archive = archive;
    this.file = file;
    this.programs = programs;
    this.thread = Thread.ofPlatform().daemon().name("load").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      result.complete(carryOut());
    } catch (IOException | PostgresException failed) {
      String why = String.valueOf(failed.getMessage());
      result.complete(Result.failed(isCancelled() ? "It was canceled." : why));
    } catch (InterruptedException | RuntimeException unexpected) {
      cancel();
      result.complete(
          Result.failed(
              isCancelled() ? "It was canceled." : "The restore was interrupted: " + unexpected));
    }
  }

  private Result carryOut() throws IOException, InterruptedException {
    try (OutputStream counted = new Counting(file, bytes)) {
      source.writeTo(counted);
    }
    if (!isArchive()) {
      return Result.failed(
          "This is no backup: only archives of pg_dump's custom format (pg_dump -Fc) can be"
              + " restored.");
    }
    Contents contents = contents();
    tables.set(contents.tables());
    contents
        .leftOut()
        .forEach(entry -> messages.add("Left out, for it needs a superuser: " + entry));
    Messages.Voice says = messages.voice();
    Process restore = begin(programs.restore(archive, contents));
    Thread errors = says.listen(restore.getErrorStream());
    int restored = restore.waitFor();
    errors.join();
    if (isCancelled()) {
      return Result.failed("It was canceled.");
    }
    RestoreReport report = RestoreReport.of(says.said());
    if (!report.whole()) {
      return new Result(false, report.reason(), report.problems().size());
    }
    if (!report.accounts(restored)) {
      return Result.failed(says.lastError("pg_restore ended with code " + restored));
    }
    return new Result(true, "", report.problems().size());
  }

  private boolean isArchive() throws IOException {
    try (var in = Files.newInputStream(archive)) {
      return java.util.Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    }
  }

  private Contents contents() throws IOException, InterruptedException {
    Messages.Voice says = messages.voice();
    Process list = begin(programs.list(archive));
    Thread errors = says.listen(list.getErrorStream());
    var lines = new ArrayList<String>();
    long length = 0;
    try (var reader =
        new BufferedReader(new InputStreamReader(list.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        length += line.length();
        if (length > LONGEST_LIST) {
          list.destroyForcibly();
          throw new PostgresException("The list of what the backup contains is too long.");
        }
      }
    }
    int code = list.waitFor();
    errors.join();
    if (code != 0) {
      throw new PostgresException(says.lastError("The archive cannot be read."));
    }
    return Contents.of(lines);
  }

  private synchronized Process begin(Process process) {
    current = process;
    if (cancelled) {
      process.destroyForcibly();
    }
    return process;
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  /** How many tables the archive has data of; 0 until that is known. */
  public long tables() {
    return tables.get();
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
  public synchronized void cancel() {
    cancelled = true;
    thread.interrupt();
    if (current != null) {
      // Its workers see that it is gone; whatever is left is ended with the run.
      current.descendants().forEach(ProcessHandle::destroyForcibly);
      current.destroyForcibly();
    }
  }

  /** Counts what is written, and stops when the run is cancelled. */
  private static final class Counting extends java.io.FilterOutputStream {
    private final AtomicLong bytes;

    Counting(OutputStream out, AtomicLong bytes) {
      super(out);
      this.bytes = bytes;
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      bytes.incrementAndGet();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      if (Thread.currentThread().isInterrupted()) {
        throw new java.io.InterruptedIOException("It was canceled.");
      }
      out.write(from, offset, length);
      bytes.addAndGet(length);
    }
  }
}
