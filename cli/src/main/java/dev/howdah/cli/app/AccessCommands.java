package dev.howdah.cli.app;

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

/** Who may work on an app. */
public final class AccessCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("access", "list who has access to an app")
            .aliases("sharing")
            .app()
            .options(Option.JSON)
            .runs(AccessCommands::list),
        command("access:add EMAIL", "give someone access to an app")
            .aliases("sharing:add")
            .app()
            .runs(AccessCommands::add),
        command("access:remove EMAIL", "take someone's access to an app away")
            .aliases("sharing:remove")
            .app()
            .runs(AccessCommands::remove));
  }

  private static String path(String app) {
    return AppCommands.path(app) + "/collaborators";
  }

  private static void list(Invocation in) throws IOException {
    String app = in.app();
    List<Json> people = in.api().list(path(app));
    if (in.json()) {
      in.output().json(Json.array(people));
      return;
    }
    String owner = in.api().get(AppCommands.path(app)).at("owner").text("email");
    var rows = new ArrayList<List<String>>();
    for (Json person : people) {
      String email = person.at("user").text("email");
      String role = person.text("role");
      rows.add(
          List.of(email, role.isEmpty() ? email.equals(owner) ? "owner" : "collaborator" : role));
    }
    if (rows.stream().noneMatch(row -> row.get(0).equals(owner))) {
      rows.add(List.of(owner, "owner"));
    }
    rows.sort((one, other) -> one.get(0).compareTo(other.get(0)));
    in.output().header(app + " Access List");
    in.output().columns(rows);
  }

  private static void add(Invocation in) throws IOException {
    String app = in.app();
    in.output()
        .action(
            "Adding " + in.argument(0) + " to " + app + " as collaborator",
            () -> {
              in.api().post(path(app), Json.object("user", in.argument(0)));
              return "";
            });
  }

  private static void remove(Invocation in) throws IOException {
    String app = in.app();
    in.output()
        .action(
            "Removing " + in.argument(0) + " from " + app + " collaborators",
            () -> {
              in.api().delete(path(app) + "/" + Api.part(in.argument(0)));
              return "";
            });
  }
}
