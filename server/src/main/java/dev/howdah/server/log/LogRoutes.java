package dev.howdah.server.log;

import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.text;

import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/** Log sessions, and the streams they lead to (contract §10). */
public final class LogRoutes {
  private static final int USUAL_LINES = 100;
  private static final String EVENTS = "text/event-stream";
  private static final Shape SESSION =
      object(
          optional("lines", new Shape.Whole(0, 1_000_000)),
          optional("tail", bool()),
          optional("source", text(100)),
          optional("dyno", text(100)));

  private final LogSessions sessions;

  /** Routes over {@code sessions}. */
  public LogRoutes(LogSessions sessions) {
    this.sessions = sessions;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/apps/{app}/log-sessions", SESSION, this::create),
        Route.of("GET", "/log-sessions/{ticket}", this::read).open());
  }

  private Reply create(Call call) {
    LogSession session =
        sessions.create(
            call.caller(),
            call.path("app"),
            call.at("/lines").isIntegralNumber() ? call.at("/lines").intValue() : USUAL_LINES,
            call.bool("/tail").orElse(false),
            call.text("/source").orElse(""),
            call.text("/dyno").orElse(""));
    return Reply.created(
        new SessionJson(
            session.createdAt(),
            session.id(),
            call.origin() + "/log-sessions/" + sessions.ticket(session),
            session.createdAt()));
  }

  private Reply read(Call call) {
    LogSession session = sessions.redeem(call.path("ticket"));
    OptionalLong seen = seen(call);
    boolean events = call.header("Accept").filter(what -> what.contains(EVENTS)).isPresent();
    sessions.enter();
    return new Reply.Stream(
        events ? EVENTS : "text/plain; charset=utf-8",
        out -> {
          try {
            out.flush(); // the client is waiting for headers, lines may be long in coming
            sessions.read(session, seen, events ? new EventStream(out) : new PlainStream(out));
          } finally {
            sessions.leave();
          }
        });
  }

  /** The newest line a client that comes back has had. */
  private static OptionalLong seen(Call call) {
    return call.header("Last-Event-ID")
        .filter(id -> id.matches("[0-9]{1,18}"))
        .map(id -> OptionalLong.of(Long.parseLong(id)))
        .orElse(OptionalLong.empty());
  }

  private record SessionJson(Instant createdAt, UUID id, String logplexUrl, Instant updatedAt) {}
}
