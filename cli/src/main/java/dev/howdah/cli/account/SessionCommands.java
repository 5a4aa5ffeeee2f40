package dev.howdah.cli.account;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Login sessions. */
public final class SessionCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("sessions", "list your login sessions")
            .options(Option.JSON)
            .runs(SessionCommands::list),
        command("sessions:destroy ID", "end a login session").runs(SessionCommands::destroy));
  }

  private static void list(Invocation in) throws IOException {
    List<Json> sessions = in.api().list("/oauth/sessions");
    if (in.json()) {
      in.output().json(Json.array(sessions));
      return;
    }
    if (sessions.isEmpty()) {
      in.output().line("No OAuth sessions.");
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Json session : sessions) {
      rows.add(List.of(session.text("description"), session.text("id")));
    }
    in.output().columns(rows);
  }

  private static void destroy(Invocation in) throws IOException {
    in.output()
        .action(
            "Destroying " + in.argument(0),
            () -> {
              in.api().delete("/oauth/sessions/" + Api.part(in.argument(0)));
              return "";
            });
  }
}
