package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** Maintenance mode: visitors see a notice instead of the app. */
public final class MaintenanceCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("maintenance", "show whether maintenance mode is on")
            .app()
            .runs(MaintenanceCommands::show),
        command("maintenance:on", "put an app into maintenance mode")
            .app()
            .runs(in -> turn(in, true)),
        command("maintenance:off", "take an app out of maintenance mode")
            .app()
            .runs(in -> turn(in, false)));
  }

  private static void show(Invocation in) throws IOException {
    boolean on = in.api().get(AppCommands.path(in.app())).flag("maintenance");
    in.output().line(on ? "on" : "off");
  }

  private static void turn(Invocation in, boolean on) throws IOException {
    String app = in.app();
    in.output()
        .action(
            (on ? "Enabling" : "Disabling") + " maintenance mode for " + app,
            () -> {
              in.api().patch(AppCommands.path(app), Json.object("maintenance", on));
              return "";
            });
  }
}
