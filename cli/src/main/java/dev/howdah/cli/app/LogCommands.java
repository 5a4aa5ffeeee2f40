package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The log of an app. */
public final class LogCommands implements Feature {
  private static final int USUAL_LINES = 100;

  /** Cyan, yellow, green, magenta, red: a process keeps the colour it got first. */
  private static final List<String> COLOURS = List.of("36", "33", "32", "35", "31");

  private static final int RECONNECT_MILLISECONDS = 3000;
  private static final int STARTING = 500; // and above: it is not this request that is wrong

  @Override
  public List<Command> commands() {
    return List.of(
        command("logs", "display recent log output")
            .app()
            .options(
                Option.value("num", 'n', "NUM", "the number of lines to display"),
                Option.value("ps", 'p', "PS", "only display logs from the given process"),
                Option.value("dyno", 'd', "DYNO", "the same"),
                Option.value("source", 's', "SOURCE", "only display logs from the given source"),
                Option.flag("tail", 't', "continually stream logs"))
            .runs(LogCommands::logs));
  }

  private static void logs(Invocation in) throws IOException {
    boolean tail = in.has("tail");
    var wanted = new LinkedHashMap<String, @Nullable Object>();
    wanted.put("lines", number(in));
    wanted.put("tail", tail);
    in.value("ps").or(() -> in.value("dyno")).ifPresent(dyno -> wanted.put("dyno", dyno));
    in.value("source").ifPresent(source -> wanted.put("source", source));
    Json session = in.api().post(AppCommands.path(in.app()) + "/log-sessions", Json.object(wanted));
    var url = URI.create(session.text("logplex_url"));
    var reader = new Reader(in);
    do {
      try {
        reader.read(url);
      } catch (IOException | CommandException gone) {
        // A server that restarts, or a network that comes back, goes on after the last line.
        if (!tail) {
          throw gone;
        }
      } catch (ApiException refused) {
        if (!tail || refused.status() < STARTING) {
          throw refused;
        }
      }
    } while (tail && pause());
  }

  private static long number(Invocation in) {
    String given = in.value("num").orElse("");
    if (given.isEmpty()) {
      return USUAL_LINES;
    }
    if (!given.matches("[0-9]{1,6}")) {
      throw new CommandException("--num is a number, not " + given + ".");
    }
    return Long.parseLong(given);
  }

  private static boolean pause() {
    try {
      Thread.sleep(RECONNECT_MILLISECONDS);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Reads server-sent events, and remembers the last so that none is printed twice. */
  private static final class Reader {
    private final Invocation in;
    private final boolean colourful;
    private final Map<String, String> colours = new HashMap<>();
    private String last = "";

    Reader(Invocation in) {
      this.in = in;
      this.colourful = in.output().terminal() && in.environment().variable("NO_COLOR").isEmpty();
    }

    void read(URI url) throws IOException {
      var origin = URI.create(url.getScheme() + "://" + url.getRawAuthority());
      String path = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
      var headers = new LinkedHashMap<String, String>();
      headers.put("Accept", "text/event-stream");
      if (!last.isEmpty()) {
        headers.put("Last-Event-ID", last);
      }
      try (var stream = new Api(origin, "", "howdah/" + in.version());
          var lines =
              new BufferedReader(
                  new InputStreamReader(stream.stream(path, headers), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          take(line);
        }
      }
    }

    private void take(String line) {
      if (line.startsWith("data:")) {
        in.output().line(coloured(line.substring(line.startsWith("data: ") ? 6 : 5)));
        in.output().flush();
      } else if (line.startsWith("id:")) {
        last = line.substring(3).strip();
      }
    }

    private String coloured(String line) {
      int end = line.indexOf("]:");
      int begin = line.indexOf('[');
      if (!colourful || begin < 0 || end < begin) {
        return line;
      }
      String process = line.substring(begin + 1, end);
      String colour =
          colours.computeIfAbsent(process, _ -> COLOURS.get(colours.size() % COLOURS.size()));
      return "\u001b["
          + colour
          + "m"
          + line.substring(0, end + 2)
          + "\u001b[0m"
          + line.substring(end + 2);
    }
  }
}
