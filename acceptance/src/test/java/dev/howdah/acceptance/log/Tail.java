package dev.howdah.acceptance.log;

import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A command that shows a log as it grows, and what it has shown so far. */
final class Tail implements AutoCloseable {
  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private Tail(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::read);
  }

  /** Starts the command. */
  static Tail of(Command command) {
    return new Tail(command.start());
  }

  private void read() {
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException ended) {
      // With the process.
    }
  }

  /** What it has shown. */
  List<String> lines() {
    return lines;
  }

  /** Waits for a line with such a part. */
  String awaitLine(String regex) {
    Predicate<String> wanted = Pattern.compile(regex).asPredicate();
    await("a line like " + regex + " among\n" + String.join("\n", lines))
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> lines.stream().anyMatch(wanted));
    return lines.stream().filter(wanted).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.getInputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
