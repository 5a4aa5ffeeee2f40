package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Lsn;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What a copy's recovery is to do, and in the end what it came to; kept in a file beside the copy's
 * data directory, so that whoever starts its server starts it with the right target.
 *
 * @param goal where it ends
 * @param clamped whether the goal turned out to lie behind the last commit, so that all there is is
 *     replayed
 * @param begin where replaying begins
 * @param available where the write-ahead log that is there ends, at most
 * @param result what it came to; empty until it is complete
 */
public record PendingRecovery(
    Goal goal, boolean clamped, Lsn begin, Lsn available, Optional<Recovery> result) {

  /** Where a recovery ends. */
  public sealed interface Goal {

    /** As soon as the copy is a whole. */
    record Consistent() implements Goal {}

    /** At the end of all write-ahead log there is. */
    record Latest() implements Goal {}

    /** Before the first commit later than this moment. */
    record At(Instant time) implements Goal {}

    /** The goal for an origin. */
    static Goal of(Origin origin) {
      return switch (origin) {
        case Origin.Live _, Origin.Snapshot _ -> new Consistent();
        case Origin.Archived archived ->
            switch (archived.target()) {
              case Target.Latest _ -> new Latest();
              case Target.At at -> new At(at.time());
            };
      };
    }
  }

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  /** The same, once it is known that the goal lies behind the last commit. */
  public PendingRecovery clamp() {
    return new PendingRecovery(goal, true, begin, available, result);
  }

  /** The same, complete. */
  public PendingRecovery with(Recovery complete) {
    return new PendingRecovery(goal, clamped, begin, available, Optional.of(complete));
  }

  /**
   * The settings the server must be started with until the recovery is over. Nobody is let in
   * before that, so nothing depends on the origin's number of connections either.
   */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("hot_standby", "off");
    // Everything it needs is in pg_wal. No server is ever given a way into a repository to read.
    settings.put("restore_command", "/bin/false");
    settings.put("recovery_target_timeline", "latest");
    settings.put("recovery_target_action", "promote");
    switch (goal) {
      case Goal.Consistent _ -> settings.put("recovery_target", "immediate");
      case Goal.At at when !clamped ->
          settings.put("recovery_target_time", TIME.format(at.time()) + "+00");
      case Goal.At _, Goal.Latest _ -> {}
    }
    return settings;
  }

  /** How it is kept in a file. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("goal=")
        .append(
            switch (goal) {
              case Goal.Consistent _ -> "consistent";
              case Goal.Latest _ -> "latest";
              case Goal.At at -> at.time().toString();
            })
        .append("\nclamped=")
        .append(clamped)
        .append("\nbegin=")
        .append(begin)
        .append("\navailable=")
        .append(available)
        .append('\n');
    result.ifPresent(complete -> {
      text.append("end=").append(complete.end()).append('\n');
      complete.lastCommit().ifPresent(time -> text.append("last=").append(time).append('\n'));
    });
    return text.toString();
  }

  /** Reads {@link #text}; empty when there is nothing in it. */
  public static Optional<PendingRecovery> parse(String text) {
    Properties lines = new Properties();
    try {
      lines.load(new StringReader(text));
    } catch (IOException e) {
      throw new PostgresException("not the record of a recovery: " + text, e);
    }
    String goal = lines.getProperty("goal");
    if (goal == null) {
      return Optional.empty();
    }
    boolean clamped = Boolean.parseBoolean(lines.getProperty("clamped"));
    return Optional.of(
        new PendingRecovery(
            switch (goal) {
              case "consistent" -> new Goal.Consistent();
              case "latest" -> new Goal.Latest();
              default -> new Goal.At(Instant.parse(goal));
            },
            clamped,
            Lsn.of(lines.getProperty("begin", "0/0")),
            Lsn.of(lines.getProperty("available", "0/0")),
            Optional.ofNullable(lines.getProperty("end"))
                .map(end ->
                    new Recovery(
                        Optional.ofNullable(lines.getProperty("last")).map(Instant::parse),
                        Lsn.of(end),
                        clamped))));
  }
}
