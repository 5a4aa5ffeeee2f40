package dev.howdah.cli.app;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.git.AppRemote;
import dev.howdah.cli.git.Repository;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Browser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Apps: their list, their making and their end. */
public final class AppCommands implements Feature {
  private static final Option SHELL = Option.flag("shell", 's', "output in shell format");

  @Override
  public List<Command> commands() {
    return List.of(
        command("apps", "list your apps")
            .aliases("apps:list", "list")
            .options(Option.JSON, Option.flag("all", 'A', "every app of the server"))
            .runs(AppCommands::list),
        command("apps:create [NAME]", "create a new app")
            .aliases("create")
            .details("Without NAME the server makes one up.")
            .options(
                Option.value("app", 'a', "NAME", "name of the app"),
                Option.value("addons", "LIST", "add-ons to add, separated by commas"),
                Option.value("buildpack", 'b', "URL", "buildpack to use"),
                Option.flag("no-remote", 'n', "do not make a git remote"),
                Option.value("remote", 'r', "REMOTE", "git remote to make, instead of heroku"),
                Option.value("stack", 's', "STACK", "stack to create the app on"),
                Option.value("region", "REGION", "region of the app"),
                Option.flag("locked", 'l', "only members may join"),
                Option.flag("ssh-git", "git over SSH"),
                Option.JSON)
            .runs(CreateCommand::run),
        command("apps:info [APP]", "show what is known about an app")
            .aliases("info")
            .app()
            .options(SHELL, Option.JSON)
            .runs(InfoCommand::run),
        command("apps:rename NEWNAME", "rename an app")
            .aliases("rename")
            .app()
            .runs(AppCommands::rename),
        command("apps:destroy [APP]", "destroy an app and its add-ons, for good")
            .aliases("destroy", "apps:delete")
            .app()
            .options(Option.CONFIRM)
            .runs(AppCommands::destroy),
        command("apps:open [PATH]", "open an app in the browser")
            .aliases("open")
            .app()
            .runs(AppCommands::open));
  }

  static String path(String app) {
    return "/apps/" + Api.part(app);
  }

  private static void list(Invocation in) throws IOException {
    List<Json> apps = in.api().list(in.has("all") ? "/apps" : "/users/~/apps");
    if (in.json()) {
      in.output().json(Json.array(apps));
      return;
    }
    if (apps.isEmpty()) {
      in.output().line("You have no apps.");
      return;
    }
    String me = in.api().get("/account").text("email");
    var mine = new ArrayList<List<String>>();
    var others = new ArrayList<List<String>>();
    for (Json app : apps) {
      String owner = app.at("owner").text("email");
      String region = app.at("region").text("name");
      String name = app.text("name");
      if (!region.isEmpty() && !region.equals("us")) {
        name += " (" + region + ")";
      }
      if (owner.equals(me)) {
        mine.add(List.of(name));
      } else {
        others.add(List.of(name, owner));
      }
    }
    section(in, "My Apps", mine);
    section(in, "Collaborated Apps", others);
  }

  private static void section(Invocation in, String title, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      in.output().header(title);
      rows.sort((one, other) -> one.get(0).compareTo(other.get(0)));
      in.output().columns(rows);
      in.output().line();
    }
  }

  private static void rename(Invocation in) throws IOException {
    String old = in.app();
    String name = in.argument(0);
    Map<String, String> remotes = AppRemote.apps(in.environment(), in.server());
    var renamed = new ArrayList<Json>();
    in.output()
        .action(
            "Renaming " + old + " to " + name,
            () -> {
              renamed.add(in.api().patch(path(old), Json.object("name", name)));
              return "";
            });
    Json app = renamed.get(0);
    in.output().line(app.text("web_url") + " | " + app.text("git_url"));
    Optional<Repository> repository = Repository.around(in.environment().directory());
    if (repository.isPresent()) {
      for (var remote : remotes.entrySet()) {
        if (remote.getValue().equals(old)) {
          repository.get().setRemote(remote.getKey(), app.text("git_url"));
          in.output().line("Git remote " + remote.getKey() + " updated");
        }
      }
    } else {
      in.output().error("Don't forget to update your Git remotes on any local checkouts.");
    }
  }

  private static void destroy(Invocation in) throws IOException {
    String app =
        in.optional(0).isPresent()
            ? in.argument(0)
            : in.value("app").or(() -> in.value("confirm")).orElse("");
    if (app.isEmpty()) {
      throw new CommandException(
          "Usage: howdah apps:destroy --app APP\nMust specify APP to destroy.");
    }
    // No use in asking about an app that is not there, or not ours.
    String name = in.api().get(path(app)).text("name");
    in.confirm(
        name,
        "WARNING: Potentially Destructive Action\nThis command will destroy "
            + name
            + " (including all add-ons).");
    Map<String, String> remotes = AppRemote.apps(in.environment(), in.server());
    in.output()
        .action(
            "Destroying " + name + " (including all add-ons)",
            () -> {
              in.api().delete(path(name));
              return "";
            });
    Optional<Repository> repository = Repository.around(in.environment().directory());
    if (repository.isPresent()) {
      for (var remote : remotes.entrySet()) {
        if (remote.getValue().equals(name)) {
          repository.get().removeRemote(remote.getKey());
        }
      }
    }
  }

  private static void open(Invocation in) throws IOException {
    String app = in.app();
    String path = in.optional(0).orElse("");
    in.output()
        .action(
            "Opening " + app,
            () -> {
              String url = in.api().get(path(app)).text("web_url");
              Browser.open(url + (path.startsWith("/") ? path.substring(1) : path));
              return "";
            });
  }
}
