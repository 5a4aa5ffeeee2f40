package dev.howdah.acceptance;

import java.util.List;

/**
 * What came of a command: everything a user would have seen.
 *
 * @param command the words
 * @param exit the exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record Ran(List<String> command, int exit, String out, String err) {

  public Ran {
    command = List.copyOf(command);
  }

  /** This, if the command succeeded; a failing test that shows everything, if not. */
  public Ran succeeded() {
    if (exit != 0) {
      throw new AssertionError("should have succeeded: " + this);
    }
    return this;
  }

  /** This, if the command failed. */
  public Ran failed() {
    if (exit == 0) {
      throw new AssertionError("should have failed: " + this);
    }
    return this;
  }

  /** Standard output, then standard error. */
  public String all() {
    return out + err;
  }

  /** Everything on one line, for messages that a command wraps and marks at the margin. */
  public String flat() {
    return all().replace("›", " ").replaceAll("\\s+", " ").strip();
  }

  @Override
  public String toString() {
    return "$ %s%nexit code %d%n--- stdout%n%s%n--- stderr%n%s"
        .formatted(String.join(" ", command), exit, out, err);
  }
}
