package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Processes of an app. */
public final class DynoCommands implements Feature {
  private static final Pattern CHANGE = Pattern.compile("([\\w-]+)([=+-]\\d{1,4})(?::([\\w-]+))?");

  @Override
  public List<Command> commands() {
    return List.of(
        command("ps", "list the dynos of an app")
            .app()
            .options(Option.JSON)
            .runs(DynoCommands::list),
        command("ps:scale [TYPE=N[:SIZE]...]", "set how many dynos of a type run")
            .aliases("scale", "dyno:scale")
            .details("worker=2, worker+1 or worker-1; without any, what runs is shown.")
            .app()
            .options(Option.JSON)
            .runs(DynoCommands::scale));
  }

  private static void scale(Invocation in) throws IOException {
    String path = AppCommands.path(in.app()) + "/formation";
    if (in.arguments().isEmpty()) {
      showFormation(in, in.api().list(path));
      return;
    }
    var types = new ArrayList<String>();
    var updates = new ArrayList<Json>();
    for (String word : in.arguments()) {
      Matcher change = CHANGE.matcher(word);
      if (!change.matches()) {
        throw new CommandException(
            "Cannot read " + word + ".\nScale by TYPE=N, TYPE+N or TYPE-N, as in worker=0.");
      }
      String quantity = change.group(2).replace("=", "");
      String size = change.group(3);
      types.add(change.group(1));
      updates.add(
          size == null
              ? Json.object("type", change.group(1), "quantity", quantity)
              : Json.object("type", change.group(1), "quantity", quantity, "size", size));
    }
    var formation = new ArrayList<Json>();
    if (in.json()) {
      formation.addAll(in.api().patch(path, Json.object("updates", Json.array(updates))).items());
      in.output().json(Json.array(formation));
      return;
    }
    in.output()
        .action(
            "Scaling dynos",
            () -> {
              formation.addAll(
                  in.api().patch(path, Json.object("updates", Json.array(updates))).items());
              return "now running " + String.join(", ", running(formation, types)) + ".";
            });
  }

  private static List<String> running(List<Json> formation, List<String> types) {
    var running = new ArrayList<String>();
    for (Json type : formation) {
      if (types.contains(type.text("type"))) {
        running.add(type.text("type") + " at " + type.number("quantity") + ":" + type.text("size"));
      }
    }
    return running;
  }

  private static void showFormation(Invocation in, List<Json> formation) throws IOException {
    if (in.json()) {
      in.output().json(Json.array(formation));
      return;
    }
    if (formation.isEmpty()) {
      throw new CommandException(
          "No process types on " + in.app() + ".\nUpload a Procfile to add process types.");
    }
    var words = new ArrayList<String>();
    for (Json type : formation) {
      words.add(type.text("type") + "=" + type.number("quantity") + ":" + type.text("size"));
    }
    words.sort(null);
    in.output().line(String.join(" ", words));
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
