package dev.howdah.server.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * Something to be logged, before it has its place in an app's log.
 *
 * @param source {@code app} or {@code heroku}
 * @param process such as {@code api} or {@code postgres.16001}
 * @param message one clean line
 */
public record LogEntry(Instant at, String source, String process, String message) {
  private static final int LONGEST_NAME = 100;

  /** Checks that nothing in it could be taken for another line or another source. */
  public LogEntry {
    if (!isName(source) || !isName(process)) {
      throw new IllegalArgumentException("no source of log lines: " + source + "[" + process + "]");
    }
    if (!LogText.isClean(message)) {
      throw new IllegalArgumentException("a message must be cleaned before it is logged");
    }
  }

  private static boolean isName(String text) {
    boolean good = !text.isEmpty() && text.length() <= LONGEST_NAME;
    for (int i = 0; i < text.length() && good; i++) {
      char c = text.charAt(i);
      good =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '.'
              || c == '-';
    }
    return good;
  }

  /** Text of any kind, as the entries it makes: cleaned, one for each line, long ones cut. */
  public static List<LogEntry> of(Instant at, String source, String process, String text) {
    return LogText.lines(text).stream()
        .map(line -> new LogEntry(at, source, process, line))
        .toList();
  }

  /** Bytes of any kind, as the entries they make. */
  public static List<LogEntry> of(Instant at, String source, String process, byte[] bytes) {
    return of(at, source, process, new String(bytes, StandardCharsets.UTF_8));
  }
}
