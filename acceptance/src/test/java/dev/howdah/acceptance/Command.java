package dev.howdah.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A command about to be run, as a value: each {@code with…} gives a changed copy. Its environment
 * is what is set here and nothing else, so that no test depends on who runs it.
 *
 * @param words the program and its arguments
 * @param environment all of its environment
 * @param directory where it runs
 * @param input what it reads from standard input
 * @param patience how long it may take before it is killed and the test fails
 */
public record Command(
    List<String> words,
    Map<String, String> environment,
    Path directory,
    String input,
    Duration patience) {

  public Command {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
  }

  /** The same with a variable added or replaced. */
  public Command with(String name, String value) {
    return with(Map.of(name, value));
  }

  /** The same with variables added or replaced. */
  public Command with(Map<String, String> variables) {
    var all = new HashMap<>(environment);
    all.putAll(variables);
    return new Command(words, all, directory, input, patience);
  }

  /** The same without a variable. */
  public Command without(String name) {
    var all = new HashMap<>(environment);
    all.remove(name);
    return new Command(words, all, directory, input, patience);
  }

  /** The same in another directory. */
  public Command in(Path elsewhere) {
    return new Command(words, environment, elsewhere, input, patience);
  }

  /** The same with a text to read. */
  public Command reading(String text) {
    return new Command(words, environment, directory, text, patience);
  }

  /** The same with more or less time. */
  public Command within(Duration time) {
    return new Command(words, environment, directory, input, time);
  }

  /** Starts it and lets it run; the caller ends it. Its output is for the caller to read. */
  public Process start() {
    try {
      var resolved = new ArrayList<>(words);
      resolved.set(0, program());
      var builder = new ProcessBuilder(resolved).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program as this environment's PATH finds it; Java would ask the PATH of the tests. */
  private String program() {
    String name = words.getFirst();
    if (name.contains("/")) {
      return name;
    }
    for (String place : environment.getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
      Path program = Path.of(place, name);
      if (Files.isExecutable(program) && !Files.isDirectory(program)) {
        return program.toString();
      }
    }
    throw new AssertionError(name + " is not on the PATH; ./verify installs what is missing");
  }

  /** Runs it to its end. */
  public Ran run() {
    Process process = start();
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      var out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()), readers);
      var err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), readers);
      write(process);
      boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      var ran = new Ran(words, process.exitValue(), out.join(), err.join());
      if (!ended) {
        throw new AssertionError("took longer than " + patience + ": " + ran);
      }
      return ran;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void write(Process process) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closed) {
      // It ended without reading everything, as any command may.
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
