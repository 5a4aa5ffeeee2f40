package dev.howdah.server.version;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * A PostgreSQL version of this host, as it is offered (B1.21).
 *
 * @param major such as 15
 * @param full such as {@code 15.18}
 * @param supportEnds the day from which its own project corrects nothing any more, if it is known
 */
public record PostgresVersion(
    int major, String full, Status status, Optional<LocalDate> supportEnds) {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);

  /** Whether and to whom it is offered. */
  public enum Status {
    /** For those who ask for it; never chosen by itself. */
    BETA,
    /** What a database is made of when nobody asks for a version. */
    DEFAULT,
    /** For everybody who asks for it. */
    AVAILABLE,
    /** No new databases; forks and followers of those there are. */
    DEPRECATED;

    /** As users read it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The status in the book's words: {@code deprecated (support ended 3 Dec 2014)}. */
  public String describe() {
    return status == Status.DEPRECATED
        ? status.text()
            + supportEnds.map(day -> " (support ended " + DAY.format(day) + ")").orElse("")
        : status.text();
  }

  /** Version and status in a list: {@code 9.4 (beta)}, {@code 9.2}. */
  String listed() {
    return switch (status) {
      case AVAILABLE -> Integer.toString(major);
      case BETA, DEFAULT, DEPRECATED -> major + " (" + status.text() + ")";
    };
  }
}
