package dev.howdah.server.log;

import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.platform.Wire;
import dev.howdah.server.release.Release;
import dev.howdah.server.release.Releases;
import dev.howdah.server.secret.Vault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import tools.jackson.databind.JsonNode;

/**
 * Lets people read the logs of their apps. In this release an app's log is the history of its
 * releases.
 *
 * <p>A session is not stored: its ticket is the session itself, sealed, so that reading needs no
 * token and outlives a restart of the server.
 */
public final class LogSessions implements AutoCloseable {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final int MOST_READERS = 200;
  private static final int KEPT = 1500; // lines, as on Heroku (T19.6)
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int QUIET_LOOKS = 15;
  private static final UUID PURPOSE = Wire.idOf("purpose", "log-session");

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Releases releases;
  private final Vault vault;
  private final Semaphore room = new Semaphore(MOST_READERS);
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Sessions over {@code releases}, sealed by {@code vault}. */
  public LogSessions(Jdbi jdbi, InstantSource clock, Apps apps, Releases releases, Vault vault) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.releases = releases;
    this.vault = vault;
  }

  /** Begins a session. */
  LogSession create(
      Caller caller, String app, int lines, boolean tail, String source, String process) {
    Instant now = clock.instant();
    return new LogSession(
        UUID.randomUUID(),
        apps.find(caller, app).id(),
        lines,
        tail,
        source,
        process,
        now,
        now.plus(LIFE));
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
    Optional<Batch> batch = past(session, seen);
    int quiet = 0;
    while (batch.isPresent()) {
      for (LogLine line : batch.get().lines()) {
        sink.line(line);
      }
      quiet = batch.get().lines().isEmpty() ? quiet + 1 : 0;
      if (quiet % QUIET_LOOKS == QUIET_LOOKS - 1) {
        sink.quiet();
      }
      if (!session.tail() || closing()) {
        return;
      }
      batch = after(session, batch.get().version());
    }
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

  /** Ends every reading. */
  @Override
  public void close() {
    closed.countDown();
  }

  /** Lines to show at once, and the release they lead up to. */
  private record Batch(List<LogLine> lines, int version) {}

  private Optional<Batch> past(LogSession session, OptionalLong seen) {
    if (seen.isPresent()) {
      return after(session, LogLine.version(seen.getAsLong()) - 1)
          .map(batch ->
              new Batch(
                  batch.lines().stream()
                      .filter(line -> line.sequence() > seen.getAsLong())
                      .toList(),
                  batch.version()));
    }
    int wanted = Math.min(session.lines(), KEPT);
    return after(session, 0)
        .map(batch ->
            new Batch(
                batch
                    .lines()
                    .subList(Math.max(0, batch.lines().size() - wanted), batch.lines().size()),
                batch.version()));
  }

  /** What the session wants of the releases after {@code version}; empty when the app is gone. */
  private Optional<Batch> after(LogSession session, int version) {
    return jdbi.withHandle(handle ->
        apps.find(handle, session.app())
            .filter(app -> !app.deleting())
            .map(app ->
                app.lastVersion() <= version
                    ? new Batch(List.of(), version)
                    : batch(session, releases.after(handle, app.id(), version, KEPT))));
  }

  private static Batch batch(LogSession session, List<Release> releases) {
    return new Batch(
        releases.stream()
            .flatMap(release -> LogLine.of(release).stream())
            .filter(session::wants)
            .toList(),
        releases.isEmpty() ? 0 : releases.getLast().version());
  }

  /** Waits until it is time to look again. Returns whether there will be no again. */
  private boolean closing() {
    try {
      return closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
