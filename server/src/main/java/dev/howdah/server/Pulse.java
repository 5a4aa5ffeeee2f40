package dev.howdah.server;

import dev.howdah.server.doctor.Finding;
import dev.howdah.server.platform.Reply;
import java.time.Duration;

/** When the server last had its control database in hand; what {@code /healthz} goes by. */
final class Pulse {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private volatile long last = System.nanoTime();

  void beat() {
    last = System.nanoTime();
  }

  private boolean beats() {
    return System.nanoTime() - last < LONGEST.toNanos();
  }

  Finding finding(boolean own) {
    String place = own ? "our own cluster" : "an outside one";
    return beats()
        ? Finding.good("Control database", place + ", answers")
        : Finding.bad(
            "Control database",
            place + ", does not answer",
            "Look at its server; Howdah goes on by itself when it answers.");
  }

  Reply.Raw reply() {
    return beats()
        ? new Reply.Raw(200, "text/plain", "ok\n")
        : new Reply.Raw(503, "text/plain", "the control database does not answer\n");
  }
}
