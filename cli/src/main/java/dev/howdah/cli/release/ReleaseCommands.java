package dev.howdah.cli.release;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;

/** The history of an app. */
public final class ReleaseCommands implements Feature {
  private static final int LISTED = 15;

  @Override
  public List<Command> commands() {
    return List.of(
        command("releases", "list the releases of an app")
            .app()
            .options(Option.value("num", 'n', "NUM", "number of releases to show"), Option.JSON)
            .runs(ReleaseCommands::list),
        command("releases:info [RELEASE]", "show a release")
            .app()
            .options(Option.flag("shell", 's', "output in shell format"), Option.JSON)
            .runs(ReleaseCommands::info),
        command("releases:rollback [RELEASE]", "go back to an earlier release")
            .aliases("rollback")
            .details("Without RELEASE it is the one before the newest.")
            .app()
            .runs(ReleaseCommands::rollback));
  }

  private static void list(Invocation in) throws IOException {
    String app = in.app();
    List<Json> releases = Releases.latest(in.api(), app, number(in));
    if (in.json()) {
      in.output().json(Json.array(releases));
      return;
    }
    if (releases.isEmpty()) {
      in.output().line(app + " has no releases.");
      return;
    }
    in.output().header(app + " Releases");
    var rows = new ArrayList<List<String>>();
    for (Json release : releases) {
      String change = release.text("description");
      if (release.text("status").equals("failed")) {
        change += " (failed)";
      }
      rows.add(
          List.of(
              "v" + release.number("version"),
              shorten(change, 40),
              release.at("user").text("email"),
              when(in, release)));
    }
    in.output().columns(rows);
  }

  private static int number(Invocation in) {
    String given = in.value("num").orElse("");
    try {
      return given.isEmpty() ? LISTED : Integer.parseInt(given);
    } catch (NumberFormatException _) {
      throw new CommandException("--num is a number, not " + given + ".");
    }
  }

  private static void info(Invocation in) throws IOException {
    String app = in.app();
    String path = "/apps/" + Api.part(app) + "/releases/";
    Json release =
        in.optional(0).isPresent()
            ? in.api().get(path + Api.part(version(in.argument(0))))
            : Releases.latest(in.api(), app, 1).stream()
                .findFirst()
                .orElseThrow(() -> new CommandException(app + " has no releases."));
    if (in.json()) {
      in.output().json(release);
      return;
    }
    String name = "v" + release.number("version");
    var variables = new TreeMap<String, String>();
    in.api()
        .get(path + Api.part(release.text("id")) + "/config-vars")
        .entries()
        .forEach((key, value) -> variables.put(key, value.text()));
    if (in.has("shell")) {
      variables.forEach((key, value) -> in.output().line(key + "=" + value));
      return;
    }
    // Derived for Java apps from the others; people have seen those.
    variables.keySet().removeIf(key -> key.startsWith("JDBC_"));
    var addOns = new ArrayList<String>();
    for (Json plan : release.at("addon_plan_names").items()) {
      addOns.add(plan.text());
    }
    var block = new LinkedHashMap<String, List<String>>();
    block.put("Add-ons", addOns);
    block.put("By", List.of(release.at("user").text("email")));
    block.put("Change", List.of(release.text("description")));
    block.put("When", List.of(when(in, release)));
    in.output().header("Release " + name);
    in.output().hash(block);
    if (!variables.isEmpty()) {
      in.output().line();
      in.output().header(name + " Config Vars");
      in.output().pairs(variables);
    }
  }

  private static void rollback(Invocation in) throws IOException {
    String app = in.app();
    String path = "/apps/" + Api.part(app) + "/releases";
    var undo = new ArrayList<String>();
    in.output()
        .action(
            "Rolling back " + app,
            () -> {
              Json target =
                  in.optional(0).isPresent()
                      ? in.api().get(path + "/" + Api.part(version(in.argument(0))))
                      : before(in.api(), app);
              undo.add(Releases.newest(in.api(), app));
              Json made = in.api().post(path, Json.object("release", target.text("id")));
              return made.at("version").isNull() ? "" : "v" + made.number("version");
            });
    in.output()
        .error(
            "Warning: rollback affects code and config vars; it doesn't add or remove addons.\n"
                + "To undo, run: howdah rollback "
                + undo.get(0)
                + " --app "
                + app);
  }

  private static Json before(Api api, String app) throws IOException {
    List<Json> releases = Releases.latest(api, app, 10);
    for (Json release : releases.subList(Math.min(1, releases.size()), releases.size())) {
      if (release.at("eligible_for_rollback").isNull() || release.flag("eligible_for_rollback")) {
        return release;
      }
    }
    throw new CommandException("No eligible release to roll back to.");
  }

  private static String version(String typed) {
    return typed.matches("v[0-9]+") ? typed.substring(1) : typed;
  }

  private static String when(Invocation in, Json release) {
    return Times.ago(
        release.text("created_at"),
        in.environment().clock().instant(),
        in.environment().clock().getZone());
  }

  private static String shorten(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 3) + "...";
  }
}
