package dev.howdah.postgres.copy;

import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When the transactions in a file of the write-ahead log ended. */
public final class CommitTimes {

  /** What a recovery looks at to know whether it is past its target: also what was rolled back. */
  private static final Pattern ENDED =
      Pattern.compile(
          "(?m)^rmgr: Transaction .* desc: (?:COMMIT|ABORT)[A-Z_]*(?: [^:\\n]*:)?"
              + " (\\d{4}-\\d{2}-\\d{2}) (\\d{2}:\\d{2}:\\d{2}\\.\\d{6}) UTC");

  private CommitTimes() {}

  /**
   * Whether a transaction in a file ended later than a moment, so that a recovery up to that moment
   * ends there and needs nothing that follows.
   *
   * @param reader who reads the file; it holds what a tenant's server wrote, so not we
   */
  public static boolean isBeyond(
      Installation installation, Path file, ServerAccount reader, Instant moment) {
    // The last record goes on in the next file, of which it complains.
    String records =
        Command.of(
                "sh",
                "-c",
                "\"$@\" 2>/dev/null || :",
                "sh",
                installation.program("pg_waldump"),
                "--rmgr=Transaction",
                file)
            .as(reader)
            .run();
    return isBeyond(records, moment);
  }

  /** The same, of what pg_waldump printed. */
  static boolean isBeyond(String records, Instant moment) {
    Matcher ended = ENDED.matcher(records);
    while (ended.find()) {
      Instant at =
          LocalDateTime.parse(ended.group(1) + "T" + ended.group(2)).toInstant(ZoneOffset.UTC);
      if (at.isAfter(moment)) {
        return true;
      }
    }
    return false;
  }
}
