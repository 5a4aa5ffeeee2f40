package dev.howdah.cli.command;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words of a command line, sorted out.
 *
 * @param arguments what is neither an option nor its value
 * @param values options of the table; a switch has the value {@code true}
 * @param passedThrough options for the server, in the order typed; without a value {@code true}
 */
public record Parsed(
    List<String> arguments, Map<String, String> values, Map<String, String> passedThrough) {

  /** Whether an option was given. */
  public boolean has(String option) {
    return values.containsKey(option);
  }

  /** The value of an option. */
  public Optional<String> value(String option) {
    return Optional.ofNullable(values.get(option));
  }
}
