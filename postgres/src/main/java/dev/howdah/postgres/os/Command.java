package dev.howdah.postgres.os;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One run of a program of the host, waited for. The arguments are visible to every user of the
 * host, so no secret may be among them.
 */
public final class Command {

  /** What programs may know of our environment: a tenant's server needs nothing of it. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C", "TZ", "UTC");

  /** What a program of the host is told: a path, a neutral locale, and nothing of ours. */
  public static Map<String, String> environment() {
    return ENVIRONMENT;
  }

  private final List<String> words;
  private String input = "";

  private Command(List<String> words) {
    this.words = words;
  }

  /** A program with its arguments, run as the user Howdah runs as. */
  public static Command of(Object... words) {
    List<String> strings = new ArrayList<>();
    for (Object word : words) {
      strings.add(word.toString());
    }
    return new Command(strings);
  }

  /** The same, run as another user. */
  public Command as(ServerAccount account) {
    List<String> all = new ArrayList<>(account.prefix());
    all.addAll(words);
    return new Command(all).reading(input);
  }

  /** The same, given a text on its standard input. */
  public Command reading(String text) {
    input = text;
    return this;
  }

  /**
   * Runs it in a directory and returns what it printed.
   *
   * @throws PostgresException with its output when it fails
   */
  public String runIn(Path directory) {
    ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      // Everything we feed to programs is smaller than a pipe's buffer, so writing first is safe.
      try (var out = process.getOutputStream()) {
        out.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new PostgresException(
            "%s ended with code %d: %s".formatted(program(), code, output.strip()));
      }
      return output;
    } catch (IOException e) {
      throw new PostgresException("could not run " + program() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while waiting for " + program(), e);
    }
  }

  /** Runs it where the directory does not matter. */
  public String run() {
    return runIn(Path.of("/"));
  }

  private String program() {
    return Path.of(words.getFirst()).getFileName().toString();
  }
}
