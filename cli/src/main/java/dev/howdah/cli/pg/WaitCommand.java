package dev.howdah.cli.pg;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** {@code pg:wait}: one line a database, drawn anew each second until it is available. */
final class WaitCommand {
  private static final String SPINNER = "/-\\|";

  /** A database is not known to the data API for a moment after its add-on was created. */
  private static final int UNKNOWN_AT_MOST = 20;

  private static final int FRAMES_A_SECOND = 4;

  private WaitCommand() {}

  static void run(Invocation in) throws IOException {
    long interval = interval(in);
    List<Database> databases =
        in.optional(0).isPresent()
            ? List.of(Databases.resolve(in, in.optional(0)))
            : Databases.of(in.api(), in.app()).all();
    for (Database database : databases) {
      waitFor(in, database, interval);
    }
  }

  private static long interval(Invocation in) {
    String given = in.value("wait-interval").orElse("1");
    try {
      return Math.max(1, Long.parseLong(given));
    } catch (NumberFormatException _) {
      throw new CommandException("--wait-interval is a number of seconds, not " + given + ".");
    }
  }

  private static void waitFor(Invocation in, Database database, long seconds) throws IOException {
    String line = "Waiting for database " + database.displayName() + "... ";
    int unknown = 0;
    int ticks = 0;
    while (true) {
      Json status;
      try {
        status =
            in.api().get("/client/v11/databases/" + Api.part(database.addonId()) + "/wait_status");
        unknown = 0;
      } catch (ApiException e) {
        if (e.status() != 404 || ++unknown > UNKNOWN_AT_MOST) {
          throw e;
        }
        status = Json.object("waiting?", true, "message", "pending");
      }
      if (status.flag("error?")) {
        if (ticks > 0) {
          in.output().line();
        }
        throw new CommandException(status.text("message"));
      }
      if (!status.flag("waiting?")) {
        if (ticks > 0) {
          finish(in, line + status.text("message"));
        }
        return;
      }
      ticks = spin(in, line, status.text("message"), seconds, ticks);
    }
  }

  private static void finish(Invocation in, String text) {
    if (in.output().terminal()) {
      in.output().redraw(text + "\n");
    } else {
      in.output().line(text);
    }
  }

  private static int spin(Invocation in, String line, String message, long seconds, int ticks)
      throws IOException {
    int now = ticks;
    for (long frame = 0; frame < seconds * FRAMES_A_SECOND; frame++) {
      if (in.output().terminal()) {
        char mark = SPINNER.charAt(now % SPINNER.length());
        in.output().redraw(line + mark + " " + message);
      }
      now++;
      try {
        Thread.sleep(1000 / FRAMES_A_SECOND);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted");
      }
    }
    return now;
  }
}
