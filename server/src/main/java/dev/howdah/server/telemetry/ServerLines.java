package dev.howdah.server.telemetry;

import dev.howdah.postgres.log.LogRecord;
import dev.howdah.server.log.LogEntry;
import dev.howdah.server.log.LogLine;
import dev.howdah.server.log.LogText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How the messages of PostgreSQL servers look in the logs of apps (T14.1). Pure. */
final class ServerLines {
  /** Where only Howdah's own sessions come from: no line of pg_hba.conf lets others in there. */
  private static final String OWN_SESSION = "[local]";

  private ServerLines() {}

  /** Whether a message is for the owners of a database: not what Howdah's own sessions cause. */
  static boolean concernsOwners(LogRecord message) {
    return message.head().map(head -> !head.origin().equals(OWN_SESSION)).orElse(true);
  }

  /**
   * A message as entries of one app's log: {@code [GOLD] [12-1] …}, further lines {@code [12-2]}.
   *
   * @param read when it was read, for what does not say when it was written
   */
  static List<LogEntry> entries(LogRecord message, String process, String label, Instant read) {
    Instant at =
        message
            .head()
            .map(LogRecord.Head::at)
            .filter(time -> !time.equals(Instant.EPOCH))
            .orElse(read);
    int number = message.head().map(LogRecord.Head::line).orElse(0);
    List<LogEntry> entries = new ArrayList<>(message.lines().size());
    int part = 0;
    for (String line : message.lines()) {
      for (String text : LogText.lines(line)) {
        part++;
        String mark =
            number > 0 ? "[" + label + "] [" + number + "-" + part + "]  " : "[" + label + "] ";
        entries.add(new LogEntry(at, LogLine.APP, process, mark + text));
      }
    }
    return entries;
  }
}
