package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.List;

/** Where the log of an app is sent to. */
public final class DrainCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("drains", "display the log drains of an app")
            .app()
            .options(Option.JSON)
            .runs(DrainCommands::list),
        command("drains:add URL", "add a log drain to an app")
            .details("URL is syslog://HOST:PORT, syslog+tls://HOST:PORT or https://HOST/PATH.")
            .app()
            .runs(DrainCommands::add),
        command("drains:remove DRAIN", "remove a log drain, named by its URL or token")
            .app()
            .runs(DrainCommands::remove));
  }

  private static void list(Invocation in) throws IOException {
    List<Json> drains = in.api().list(path(in));
    if (in.json()) {
      in.output().json(Json.array(drains));
      return;
    }
    if (drains.isEmpty()) {
      in.output().line("There are no drains for " + in.app() + ".");
      return;
    }
    in.output().header("Drains");
    in.output().line();
    for (Json drain : drains) {
      in.output().line(drain.text("url") + " (" + drain.text("token") + ")");
    }
  }

  private static void add(Invocation in) throws IOException {
    Json drain = in.api().post(path(in), Json.object("url", in.argument(0)));
    in.output().line("Successfully added drain " + drain.text("url"));
  }

  private static void remove(Invocation in) throws IOException {
    Json drain = in.api().delete(path(in) + "/" + Api.part(in.argument(0)));
    in.output().line("Successfully removed drain " + drain.text("url"));
  }

  private static String path(Invocation in) throws IOException {
    return AppCommands.path(in.app()) + "/log-drains";
  }
}
