package dev.howdah.server.telemetry;

import dev.howdah.postgres.log.LogFile;
import dev.howdah.postgres.log.LogParser;
import dev.howdah.postgres.log.LogRecord;
import dev.howdah.server.log.Channel;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.Intake;
import dev.howdah.server.log.LogEntry;
import dev.howdah.server.log.LogLine;
import dev.howdah.server.log.Origin;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings what one server says into the logs of the apps its database is attached to. How far it has
 * been read is recorded in each of these logs together with the lines, so that a restart neither
 * repeats nor loses any. For one thread at a time.
 */
final class LogTail {
  /** What one turn reads, so that a server that says much does not hold up the others. */
  private static final int TURN = 256 * 1024;

  /** How far behind a server may be read; what is older then is dropped and counted. */
  private static final long LONGEST_BACKLOG = 64L << 20;

  /** After this long without more, a message is complete. A server writes one at once. */
  private static final Duration SETTLED = Duration.ofMillis(20);

  /** How often the place is recorded although there was nothing to log. */
  private static final long RECORDED_EVERY = 1 << 20;

  /** After this long another file in the place is not an exchange under way any more. */
  private static final Duration EXCHANGE = Duration.ofSeconds(60);

  private final LogFile file;
  private final Channels channels;
  private final InstantSource clock;
  private final Intake intake;
  private final AtomicLong dropped;
  private final byte[] buffer = new byte[TURN];

  private Observed database;

  /** How far each app's log has it. */
  private final Map<UUID, Long> logged = new HashMap<>();

  private @Nullable LogParser parser;
  private @Nullable Object identity;
  private @Nullable Instant strange;
  private Instant grown = Instant.EPOCH;
  private long backlogDropped;

  LogTail(
      Observed database,
      LogFile file,
      Channels channels,
      InstantSource clock,
      int perSecond,
      AtomicLong dropped) {
    this.database = database;
    this.file = file;
    this.channels = channels;
    this.clock = clock;
    this.intake = new Intake(perSecond);
    this.dropped = dropped;
  }

  /** When this is to be asked again, although nothing has grown. */
  enum Next {
    /** When it has grown. */
    GROWTH,
    /** In a moment, to see whether a message is complete, or because enough was logged for now. */
    MOMENT,
    /** At once: there is more. */
    NOW
  }

  /** Who hears of it from now on. A new listener hears what comes. */
  void observe(Observed now) {
    database = now;
    LogParser reader = parser;
    if (reader == null) {
      return;
    }
    logged.keySet().removeIf(app -> now.audiences().stream().noneMatch(a -> a.app().equals(app)));
    if (now.speaks()) {
      for (Observed.Audience audience : now.audiences()) {
        if (!logged.containsKey(audience.app())) {
          record(audience.app(), List.of(), reader.complete());
        }
      }
    }
  }

  /** Reads on. */
  Next pump() throws IOException {
    Optional<LogFile.State> found = file.state();
    if (found.isEmpty() || isStrange(found.get())) {
      return Next.GROWTH;
    }
    LogParser reader = reader(found.get());
    if (!database.speaks()) {
      if (reader.position() != found.get().size()) {
        parser = new LogParser(found.get().size());
        logged.clear();
      }
      return Next.GROWTH;
    }
    boolean behind = found.get().size() - reader.position() > LONGEST_BACKLOG;
    Instant now = clock.instant();
    if (!behind && !intake.open(now)) {
      return Next.MOMENT;
    }
    int got = file.read(reader.position(), buffer);
    if (got > 0 && buffer[0] == 0) {
      parser = new LogParser(reader.position() + zeros(got));
      return Next.NOW;
    }
    List<LogRecord> messages;
    if (got > 0) {
      grown = now;
      messages = reader.feed(buffer, got);
    } else if (reader.pending()) {
      if (Duration.between(grown, now).compareTo(SETTLED) < 0) {
        return Next.MOMENT;
      }
      messages = reader.flush();
    } else {
      return Next.GROWTH;
    }
    if (behind) {
      drop(messages);
    } else {
      log(messages, reader.complete(), now);
    }
    if (got == buffer.length) {
      return Next.NOW;
    }
    return reader.pending() ? Next.MOMENT : Next.GROWTH;
  }

  /** Gives the disk back what was read, but for what explains a failure. */
  void forget(long kept) {
    LogParser reader = parser;
    Optional<LogFile.State> found = file.state();
    if (reader != null && found.isPresent() && strange == null) {
      file.forget(Math.min(reader.complete(), found.get().size() - kept));
    }
  }

  private int zeros(int length) {
    int zeros = 0;
    while (zeros < length && buffer[zeros] == 0) {
      zeros++;
    }
    return zeros;
  }

  /** The file that goes with the positions is away for a moment while clusters are exchanged. */
  private boolean isStrange(LogFile.State found) {
    LogParser reader = parser;
    if (identity == null || reader == null) {
      return false;
    }
    if (found.identity().equals(identity) && found.size() >= reader.position()) {
      strange = null;
      return false;
    }
    Instant now = clock.instant();
    if (strange == null) {
      strange = now;
    }
    if (Duration.between(strange, now).compareTo(EXCHANGE) < 0) {
      return true;
    }
    // Somebody has removed it. What is there now is read from its beginning.
    parser = new LogParser(0);
    identity = found.identity();
    strange = null;
    return false;
  }

  private LogParser reader(LogFile.State found) {
    LogParser known = parser;
    if (known != null) {
      return known;
    }
    identity = found.identity();
    if (database.speaks()) {
      for (Observed.Audience audience : database.audiences()) {
        channels
            .of(audience.app())
            .position(origin())
            .filter(position -> position <= found.size())
            .ifPresent(position -> logged.put(audience.app(), position));
      }
    }
    long begin =
        database.speaks()
            ? logged.values().stream().mapToLong(Long::longValue).min().orElse(0)
            : found.size();
    LogParser fresh = new LogParser(begin);
    parser = fresh;
    observe(database);
    return fresh;
  }

  private void log(List<LogRecord> messages, long complete, Instant now) {
    int lines = 0;
    for (Observed.Audience audience : database.audiences()) {
      long known = logged.getOrDefault(audience.app(), 0L);
      List<LogEntry> entries = new ArrayList<>();
      if (backlogDropped > 0) {
        entries.add(
            new LogEntry(
                now,
                LogLine.PLATFORM,
                "logplex",
                "Error L12 (Local buffer overflow): %d messages of app[%s] dropped since %s."
                    .formatted(backlogDropped, database.process(), LogLine.time(now))));
      }
      for (LogRecord message : messages) {
        if (message.end() > known && ServerLines.concernsOwners(message)) {
          entries.addAll(ServerLines.entries(message, database.process(), audience.label(), now));
        }
      }
      if (!entries.isEmpty() || complete - known > RECORDED_EVERY) {
        record(audience.app(), entries, complete);
      }
      lines = Math.max(lines, entries.size());
    }
    backlogDropped = 0;
    intake.spend(lines);
  }

  private void drop(List<LogRecord> messages) {
    long lost = messages.stream().filter(ServerLines::concernsOwners).count();
    backlogDropped += lost;
    dropped.addAndGet(lost);
  }

  private void record(UUID app, List<LogEntry> entries, long position) {
    Channel channel = channels.of(app);
    channel.write(entries, new Origin(origin(), position));
    logged.put(app, position);
  }

  private String origin() {
    return "postgres-" + database.id();
  }
}
