package dev.howdah.postgres.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pg_restore said on standard error, and whether a copy with these errors is still whole. It
 * is, when only such things could not be made as hold no data and that nothing else needed: had
 * something needed them, that would have failed, too, and it counts.
 *
 * @param problems one for each statement that failed
 * @param toldOfIgnored whether it went on to the end in spite of them, and said so
 */
record RestoreReport(List<Problem> problems, boolean toldOfIgnored) {

  /** Kinds of archive entries that need rights an owner of a database lacks, and hold no data. */
  private static final Set<String> HARMLESS =
      Set.of(
          "ACL",
          "COMMENT",
          "DEFAULT ACL",
          "EVENT TRIGGER",
          "EXTENSION",
          "PROCEDURAL LANGUAGE",
          "PUBLICATION",
          "SECURITY LABEL",
          "SUBSCRIPTION");

  /** Settings that an older server does not know. */
  private static final String INITIALIZING = "INITIALIZING";

  /** {@code pg_restore: from TOC entry 3352; 0 0 COMMENT EXTENSION hstore postgres}. */
  private static final Pattern ENTRY =
      Pattern.compile("pg_restore: from TOC entry \\d+; \\d+ \\d+ (.*)");

  private static final Pattern PHASE = Pattern.compile("pg_restore: while ([A-Z ]+):");
  private static final Pattern ERROR = Pattern.compile("pg_restore: error: (.*)");

  /**
   * A statement that failed.
   *
   * @param entry what of the archive it was for, kind and name, or the phase it was in
   * @param message pg_restore's words
   */
  record Problem(String entry, String message) {

    boolean harmless() {
      return entry.equals(INITIALIZING)
          || HARMLESS.stream().anyMatch(kind -> entry.startsWith(kind + " "))
          || (entry.startsWith("SCHEMA ") && message.contains("\"public\" already exists"));
    }
  }

  RestoreReport {
    problems = List.copyOf(problems);
  }

  /** Reads the lines pg_restore wrote. */
  static RestoreReport of(List<String> lines) {
    var problems = new ArrayList<Problem>();
    String entry = "";
    for (String line : lines) {
      Matcher from = ENTRY.matcher(line);
      Matcher phase = PHASE.matcher(line);
      Matcher error = ERROR.matcher(line);
      if (from.matches()) {
        entry = from.group(1);
      } else if (phase.matches()) {
        entry = phase.group(1);
      } else if (error.matches()) {
        problems.add(new Problem(entry, error.group(1)));
      }
    }
    return new RestoreReport(
        problems, lines.stream().anyMatch(line -> line.contains("errors ignored on restore:")));
  }

  /** Whether everything that matters is in the target. */
  boolean whole() {
    return problems.stream().allMatch(Problem::harmless);
  }

  /**
   * Whether these errors explain its exit code: it ends with 1 when it ignored errors, and for
   * other reasons.
   */
  boolean accounts(int exitCode) {
    return exitCode == 0 || (exitCode == 1 && !problems.isEmpty() && toldOfIgnored);
  }

  /** The first problem because of which the copy is not whole, or empty text. */
  String reason() {
    return problems.stream()
        .filter(problem -> !problem.harmless())
        .map(Problem::message)
        .findFirst()
        .orElse("");
  }
}
