package dev.howdah.postgres.repository;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One run of pgBackRest as the user Howdah runs as. Options, secrets among them, are told by its
 * environment, which nobody else can read; so no file of ours holds a passphrase.
 */
final class PgBackRest {

  /** The name of the one cluster in each repository. */
  static final String STANZA = "howdah";

  /** Lines of complaint that are kept: the first ones say why. */
  private static final int COMPLAINT_LINES = 12;

  private final Map<String, String> options = new LinkedHashMap<>();
  private final List<String> words = new ArrayList<>();
  private boolean gentle;

  private PgBackRest(String command) {
    words.add(command);
    with("stanza", STANZA);
    with("log-level-file", "off");
    with("log-level-console", "off");
    with("log-level-stderr", "warn");
    // We decide what is kept; this only says that we know.
    with("repo1-retention-full", "9999999");
  }

  /** A command such as {@code backup}. */
  static PgBackRest command(String command) {
    return new PgBackRest(command);
  }

  PgBackRest with(String option, String value) {
    options.put(option, value);
    return this;
  }

  PgBackRest with(Map<String, String> more) {
    options.putAll(more);
    return this;
  }

  /** A word after the command. */
  PgBackRest word(String word) {
    words.add(word);
    return this;
  }

  /** Behind everything else that wants processor or disk. */
  PgBackRest gently() {
    gentle = true;
    return this;
  }

  /** Runs it and returns what it printed. */
  String read(Path workplace, Duration patience) {
    StringBuilder text = new StringBuilder();
    run(workplace, patience, line -> text.append(line).append('\n'));
    return text.toString();
  }

  /**
   * Runs it, and ends it with all its processes when it takes too long or we are interrupted.
   *
   * @param workplace its working directory, by which it is found when we are killed meanwhile
   * @param lines hears every line it prints
   * @throws PostgresException with its complaint when it fails
   */
  void run(Path workplace, Duration patience, Consumer<String> lines) {
    List<String> command = new ArrayList<>();
    if (gentle) {
      command.addAll(List.of("nice", "-n", "10", "ionice", "-c", "2", "-n", "7"));
    }
    command.addAll(List.of("pgbackrest", "--no-config"));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command).directory(workplace.toFile());
    builder.environment().clear();
    builder.environment().putAll(Command.environment());
    options.forEach((option, value) -> builder.environment().put(variable(option), value));
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      try {
        await(process, patience, lines);
      } finally {
        end(process);
      }
    } catch (IOException e) {
      throw new PostgresException("could not run pgbackrest: " + e.getMessage(), e);
    }
  }

  private void await(Process process, Duration patience, Consumer<String> lines) {
    CompletableFuture<Void> printed = new CompletableFuture<>();
    listen(process, process.getInputStream(), lines, printed);
    List<String> complaint = new ArrayList<>();
    CompletableFuture<Void> complained = new CompletableFuture<>();
    listen(
        process,
        process.getErrorStream(),
        line -> {
          if (complaint.size() < COMPLAINT_LINES) {
            complaint.add(line.strip());
          }
        },
        complained);
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new PostgresException(
            "pgbackrest %s was not done after %s".formatted(words.getFirst(), patience));
      }
      printed.join();
      complained.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while waiting for pgbackrest", e);
    } catch (CompletionException e) {
      throw e.getCause() instanceof PostgresException unwanted
          ? unwanted
          : new PostgresException("what pgbackrest prints cannot be read: " + e.getCause(), e);
    }
    if (process.exitValue() != 0) {
      throw new PostgresException(
          "pgbackrest %s ended with code %d: %s"
              .formatted(words.getFirst(), process.exitValue(), String.join(" ", complaint)));
    }
  }

  private static void listen(
      Process process, InputStream stream, Consumer<String> lines, CompletableFuture<Void> done) {
    Thread.ofVirtual()
        .name("pgbackrest")
        .start(() -> {
          try (BufferedReader reader =
              new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
              lines.accept(line);
            }
            done.complete(null);
          } catch (IOException | UncheckedIOException e) {
            done.completeExceptionally(e);
          } catch (RuntimeException unwanted) {
            // Whoever listens does not want it to go on, and it would wait for a reader for ever.
            done.completeExceptionally(unwanted);
            end(process);
          }
        });
  }

  private static void end(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String variable(String option) {
    return "PGBACKREST_" + option.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
