package dev.howdah.server;

import dev.howdah.server.platform.Reply;
import java.time.Duration;

/** When the server last had its control database in hand; what {@code /healthz} goes by. */
final class Pulse {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private volatile long last = System.nanoTime();

  void beat() {
    last = System.nanoTime();
  }

  Reply.Raw reply() {
    return System.nanoTime() - last < LONGEST.toNanos()
        ? new Reply.Raw(200, "text/plain", "ok\n")
        : new Reply.Raw(503, "text/plain", "the control database does not answer\n");
  }
}
