package dev.howdah.postgres.copy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server's own messages say of its recovery. A pure reading of text.
 *
 * @param lastCommit when the last transaction that it replayed had ended
 * @param endedEarly whether there was no more write-ahead log before the target was reached, which
 *     is when PostgreSQL gives up
 */
public record RecoveryLog(Optional<Instant> lastCommit, boolean endedEarly) {

  private static final Pattern LAST =
      Pattern.compile(
          "last completed transaction was at log time"
              + " ([0-9]{4,}-[0-9]{2}-[0-9]{2}) ([0-9:]{8}(?:\\.[0-9]{1,6})?)\\+00");

  private static final String EARLY =
      "recovery ended before configured recovery target was reached";

  /** Reads the messages of the server itself, without their prefixes. */
  public static RecoveryLog of(List<String> messages) {
    return new RecoveryLog(
        messages.stream()
            .flatMap(message -> lastCommit(message).stream())
            // Replaying again begins later and may find none.
            .max(Comparator.naturalOrder()),
        messages.stream().anyMatch(message -> message.startsWith(EARLY)));
  }

  private static Optional<Instant> lastCommit(String message) {
    Matcher matcher = LAST.matcher(message);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          LocalDateTime.parse(matcher.group(1) + "T" + matcher.group(2)).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException notATime) {
      return Optional.empty();
    }
  }
}
