package dev.howdah.cli.pg;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Output;
import java.io.IOException;

/**
 * Waits for something of the server to be over, and shows a person how far it is (B6.9): on a
 * terminal one line that is written anew each second, elsewhere the line's beginning at once and
 * its end when all is over. What need not be waited for is not mentioned.
 */
public final class Waiting {
  private static final String SPINNER = "/-\\|";

  /** A database is not known to the data API for a moment after its add-on was created. */
  private static final int UNKNOWN_AT_MOST = 20;

  private final Output output;
  private final String line;
  private final long seconds;
  private int ticks;

  /**
   * Nothing is shown before the first {@link #pause}.
   *
   * @param line what is waited for, as in {@code Waiting for database …_URL... }
   * @param seconds between two questions
   */
  public Waiting(Output output, String line, long seconds) {
    this.output = output;
    this.line = line;
    this.seconds = seconds;
  }

  /**
   * Waits until a database is available.
   *
   * @return what the server said last; {@code error?} is true when it will never be
   */
  static Json forDatabase(Invocation in, Database database, long seconds) throws IOException {
    var waiting =
        new Waiting(
            in.output(), "Waiting for database " + database.displayName() + "... ", seconds);
    int unknown = 0;
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
        waiting.ends("failed");
        return status;
      }
      if (!status.flag("waiting?")) {
        waiting.ends(status.text("message"));
        return status;
      }
      if (in.json()) {
        sleep(seconds);
      } else {
        waiting.pause(status.text("message"));
      }
    }
  }

  /** Seconds between two questions, as {@code --wait-interval} says. */
  public static long interval(Invocation in) {
    String given = in.value("wait-interval").orElse("1");
    if (!given.matches("[1-9][0-9]{0,4}")) {
      throw new CommandException("--wait-interval is a number of seconds, not " + given + ".");
    }
    return Long.parseLong(given);
  }

  /** Shows how far it is, until it is time to ask again. */
  public void pause(String message) throws IOException {
    if (!output.terminal()) {
      output.text(ticks == 0 ? line : "");
      ticks++;
      sleep(seconds);
      return;
    }
    for (long second = 0; second < seconds; second++) {
      output.redraw(line + SPINNER.charAt(ticks % SPINNER.length()) + " " + message);
      ticks++;
      sleep(1);
    }
  }

  /** Writes the line for the last time, unless nothing was to be waited for. */
  public void ends(String message) {
    if (ticks > 0) {
      endsAnyway(message);
    }
  }

  /** Writes the line for the last time, also when everything was over at the first look. */
  public void endsAnyway(String message) {
    if (ticks == 0) {
      output.text(line);
    }
    if (output.terminal()) {
      output.redraw(line + message + "\n");
    } else {
      output.line(message);
    }
  }

  /** Passes the time until it is time to ask again, without a word. */
  public static void sleep(long seconds) throws IOException {
    try {
      Thread.sleep(seconds * 1000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }
}
