package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Processes of an app. */
public final class DynoCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("ps", "list the dynos of an app")
            .app()
            .options(Option.JSON)
            .runs(DynoCommands::list));
  }

  private static void list(Invocation in) throws IOException {
    String app = in.app();
    List<Json> dynos = in.api().list(AppCommands.path(app) + "/dynos");
    if (in.json()) {
      in.output().json(Json.array(dynos));
      return;
    }
    if (dynos.isEmpty()) {
      in.output().line("No dynos on " + app + ".");
      return;
    }
    var groups = new TreeMap<String, List<Json>>();
    for (Json dyno : dynos) {
      String type = dyno.text("type");
      String heading =
          type.equals("run")
              ? "run: one-off processes"
              : type + " (" + dyno.text("size") + "): `" + dyno.text("command") + "`";
      groups.computeIfAbsent(heading, _ -> new ArrayList<>()).add(dyno);
    }
    groups.forEach((heading, group) -> {
      in.output().header(heading);
      for (Json dyno : group) {
        String since =
            Times.ago(
                dyno.text("updated_at"),
                in.environment().clock().instant(),
                in.environment().clock().getZone());
        in.output().line(dyno.text("name") + ": " + dyno.text("state") + " " + since);
      }
      in.output().line();
    });
  }
}
