package dev.howdah.server.log;

import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.platform.Wire;
import dev.howdah.server.secret.Vault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/**
 * Lets people read the logs of their apps.
 *
 * <p>A session is not stored: its ticket is the session itself, sealed, so that reading needs no
 * token and outlives a restart of the server.
 */
public final class LogSessions {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final int MOST_READERS = 5000;
  private static final int KEPT = 1500; // lines, as on Heroku (T19.6)
  private static final int MOST_AT_ONCE = 1000;
  private static final Duration QUIET = Duration.ofSeconds(15);
  private static final UUID PURPOSE = Wire.idOf("purpose", "log-session");

  private final InstantSource clock;
  private final Apps apps;
  private final Channels channels;
  private final AppEvents events;
  private final Vault vault;
  private final Semaphore room = new Semaphore(MOST_READERS);
  private final AtomicLong lost = new AtomicLong();

  /** Sessions over {@code channels}, sealed by {@code vault}. */
  public LogSessions(
      InstantSource clock, Apps apps, Channels channels, AppEvents events, Vault vault) {
    this.clock = clock;
    this.apps = apps;
    this.channels = channels;
    this.events = events;
    this.vault = vault;
  }

  /** Begins a session. */
  LogSession create(
      Caller caller, String app, int lines, boolean tail, String source, String process) {
    UUID id = apps.find(caller, app).id();
    events.settle();
    Instant now = clock.instant();
    return new LogSession(UUID.randomUUID(), id, lines, tail, source, process, now, now.plus(LIFE));
  }

  /** What the holder of a session shows to read. */
  String ticket(LogSession session) {
    String json = new String(Wire.write(session), StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(vault.seal(PURPOSE, json));
  }

  /** The session of a ticket, unless it is forged or too old. */
  LogSession redeem(String ticket) {
    return open(ticket)
        .filter(session -> clock.instant().isBefore(session.expiresAt()))
        .orElseThrow(() ->
            ApiError.notFound(
                "log_session", "This log session does not exist, or is over. Begin another one."));
  }

  private Optional<LogSession> open(String ticket) {
    try {
      byte[] sealed = Base64.getUrlDecoder().decode(ticket);
      return Optional.of(
          read(Wire.read(vault.open(PURPOSE, sealed).getBytes(StandardCharsets.UTF_8))));
    } catch (IllegalArgumentException | IllegalStateException forged) {
      return Optional.empty();
    }
  }

  private static LogSession read(JsonNode json) {
    return new LogSession(
        UUID.fromString(json.path("id").stringValue()),
        UUID.fromString(json.path("app").stringValue()),
        json.path("lines").intValue(),
        json.path("tail").booleanValue(),
        json.path("source").stringValue(),
        json.path("process").stringValue(),
        Instant.parse(json.path("created_at").stringValue()),
        Instant.parse(json.path("expires_at").stringValue()));
  }

  /**
   * Gives {@code sink} what the session asks for, beginning after the line {@code seen}: what there
   * is and, of a tail, what comes, until the sink, the app or this server goes away.
   */
  void read(LogSession session, OptionalLong seen, LogSink sink) throws IOException {
    Channel channel = channels.of(session.app());
    Channel.Cursor cursor =
        seen.isPresent() ? channel.after(seen.getAsLong()) : past(session, channel, sink);
    if (seen.isEmpty() && !session.tail()) {
      return;
    }
    do {
      Channel.Read read = cursor.next(MOST_AT_ONCE);
      while (!read.lines().isEmpty()) {
        give(session, read, sink);
        read = cursor.next(MOST_AT_ONCE);
      }
      sink.flush();
      while (session.tail() && !cursor.await(QUIET) && !cursor.closed()) {
        sink.quiet();
      }
    } while (session.tail() && !cursor.closed());
  }

  /** The newest lines that are wanted. A session without any wants what comes only. */
  private static Channel.Cursor past(LogSession session, Channel channel, LogSink sink)
      throws IOException {
    Channel.Cursor cursor = channel.newest(KEPT);
    long last = channel.last();
    ArrayDeque<LogLine> wanted = new ArrayDeque<>();
    while (cursor.read() < last) {
      for (LogLine line : cursor.next((int) Math.min(MOST_AT_ONCE, last - cursor.read())).lines()) {
        if (session.wants(line)) {
          wanted.add(line);
        }
        if (wanted.size() > session.lines()) {
          wanted.removeFirst();
        }
      }
    }
    for (LogLine line : wanted) {
      sink.line(line);
    }
    sink.flush();
    return cursor;
  }

  private void give(LogSession session, Channel.Read read, LogSink sink) throws IOException {
    if (read.lost() > 0) {
      lost.addAndGet(read.lost());
      sink.line(
          LogLine.notice(
              clock.instant(),
              "Error L11 (Tail buffer overflow) -> This tail session dropped %d messages since %s."
                  .formatted(read.lost(), LogLine.time(read.since()))));
    }
    for (LogLine line : read.lines()) {
      if (session.wants(line)) {
        sink.line(line);
      }
    }
  }

  /** How many log streams are read now. */
  public int readers() {
    return MOST_READERS - room.availablePermits();
  }

  /** How many lines the readers of streams were too slow for, since the start. */
  public long lost() {
    return lost.get();
  }

  /** Takes one of the readers' places; give it back with {@link #leave}. */
  void enter() {
    if (!room.tryAcquire()) {
      throw ApiError.unavailable("Too many logs are being read. Try again in a moment.");
    }
  }

  void leave() {
    room.release();
  }
}
