package dev.howdah.cli.config;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.release.Releases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The config vars of an app. */
public final class ConfigCommands implements Feature {
  private static final Option SHELL = Option.flag("shell", 's', "output in shell format");

  /** Variables that the server derives from others, for Java apps; hidden from people. */
  private static final String DERIVED = "JDBC_";

  @Override
  public List<Command> commands() {
    return List.of(
        command("config", "display the config vars of an app")
            .app()
            .options(SHELL, Option.JSON, Option.flag("all", "derived variables, too (JDBC_...)"))
            .runs(ConfigCommands::list),
        command("config:get KEY...", "display the value of a config var")
            .app()
            .options(SHELL, Option.JSON)
            .runs(ConfigCommands::get),
        command("config:set KEY=VALUE...", "set one or more config vars")
            .aliases("config:add")
            .app()
            .runs(ConfigCommands::set),
        command("config:unset KEY...", "unset one or more config vars")
            .aliases("config:remove")
            .app()
            .runs(ConfigCommands::unset));
  }

  private static String path(String app) {
    return "/apps/" + Api.part(app) + "/config-vars";
  }

  private static void list(Invocation in) throws IOException {
    String app = in.app();
    var variables = new TreeMap<String, String>();
    in.api().get(path(app)).entries().forEach((key, value) -> variables.put(key, value.text()));
    if (in.json()) {
      in.output().json(Json.object(variables));
    } else if (in.has("shell")) {
      variables.forEach((key, value) -> in.output().line(key + "=" + quote(value)));
    } else {
      if (!in.has("all")) {
        variables.keySet().removeIf(key -> key.startsWith(DERIVED));
      }
      if (variables.isEmpty()) {
        in.output().line(app + " has no config vars.");
      } else {
        in.output().header(app + " Config Vars");
        // One column more than in other blocks, as this list has always had.
        in.output().pairs(variables, 3);
      }
    }
  }

  private static void get(Invocation in) throws IOException {
    Map<String, Json> variables = in.api().get(path(in.app())).entries();
    if (in.json()) {
      var asked = new LinkedHashMap<String, @Nullable Object>();
      in.arguments().forEach(key -> asked.put(key, variables.get(key)));
      in.output().json(Json.object(asked));
      return;
    }
    for (String key : in.arguments()) {
      String value = variables.getOrDefault(key, Json.NULL).text();
      in.output().line(in.has("shell") ? key + "=" + quote(value) : value);
    }
  }

  private static void set(Invocation in) throws IOException {
    var changes = new LinkedHashMap<String, String>();
    for (String pair : in.arguments()) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new CommandException(pair + " is invalid. Must be in the format KEY=VALUE.");
      }
      changes.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    String app = in.app();
    in.output()
        .action(
            "Setting config vars and restarting " + app,
            () -> {
              in.api().patch(path(app), Json.object(changes));
              return Releases.newest(in.api(), app);
            });
    in.output().pairs(new TreeMap<>(changes));
  }

  private static void unset(Invocation in) throws IOException {
    String app = in.app();
    var gone = new LinkedHashMap<String, @Nullable Object>();
    in.arguments().forEach(key -> gone.put(key, null));
    in.output()
        .action(
            "Unsetting "
                + String.join(", ", new ArrayList<>(gone.keySet()))
                + " and restarting "
                + app,
            () -> {
              in.api().patch(path(app), Json.object(gone));
              return Releases.newest(in.api(), app);
            });
  }

  /** A value as a POSIX shell reads it. */
  static String quote(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!Character.isLetterOrDigit(c) && "_-./:@%+=,".indexOf(c) < 0) {
        return "'" + value.replace("'", "'\\''") + "'";
      }
    }
    return value.isEmpty() ? "''" : value;
  }
}
