package dev.howdah.cli.environment;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a command sees of the machine it runs on.
 *
 * @param variables the process environment
 * @param directory the current directory
 * @param home the user's home directory
 * @param data where the server of this machine keeps its data by default
 * @param in standard input
 * @param keyboard whether a person types there
 * @param clock the time
 */
public record Environment(
    Map<String, String> variables,
    Path directory,
    Path home,
    Path data,
    InputStream in,
    boolean keyboard,
    Clock clock) {

  /** A variable that is set to something. */
  public Optional<String> variable(String name) {
    String value = variables.get(name);
    return value == null || value.isBlank() ? Optional.empty() : Optional.of(value.strip());
  }
}
