package dev.howdah.postgres.log;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One message of a server, whole: what it says, with its details, its statement and every line of
 * them.
 *
 * @param end the position in the file after it
 * @param head what stands before its first line; empty for what did not come from the server's own
 *     logging, such as the output of a program that it ran
 * @param lines its lines as they are in the file, without what marks the continued ones
 */
public record LogRecord(long end, Optional<Head> head, List<String> lines) {

  /** Copies the lines. */
  public LogRecord {
    lines = List.copyOf(lines);
  }

  /**
   * The beginning of a message.
   *
   * @param at when it was written, to the millisecond
   * @param line how many lines the session has logged by then
   * @param origin where the session came from, {@code [local]} for Howdah's own ones; empty for the
   *     server itself
   * @param severity such as {@code LOG} or {@code FATAL}
   */
  public record Head(Instant at, int line, String origin, String severity) {}
}
