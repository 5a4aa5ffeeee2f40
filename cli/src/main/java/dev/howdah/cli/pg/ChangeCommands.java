package dev.howdah.cli.pg;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What changes a database as a whole: promote, reset, unfollow. */
public final class ChangeCommands implements Feature {

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:promote DATABASE", "make a database the one DATABASE_URL means")
            .app()
            .details("A database that is not available yet is waited for.")
            .options(
                Option.flag("force", 'f', "without waiting until the database is available"),
                Option.flag("no-wait", "refuse when the database is not available"),
                Option.value("as", "NAME", "name to promote to, instead of DATABASE"))
            .runs(ChangeCommands::promote),
        command("pg:reset [DATABASE]", "delete everything in a database")
            .app()
            .options(
                Option.CONFIRM,
                Option.value("extensions", 'e', "LIST", "extensions to create afterwards"))
            .runs(ChangeCommands::reset),
        command("pg:unfollow DATABASE", "make a follower writable, for good")
            .app()
            .options(Option.CONFIRM)
            .runs(ChangeCommands::unfollow));
  }

  private static String path(Database database) {
    return "/client/v11/databases/" + Api.part(database.addonId());
  }

  private static void promote(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    String app = database.app();
    String name = in.value("as").orElse("DATABASE");
    List<Json> attachments = in.api().list("/apps/" + Api.part(app) + "/addon-attachments");
    Json current = Json.NULL;
    for (Json attachment : attachments) {
      if (attachment.text("name").equals(name)) {
        current = attachment;
      }
    }
    String leader = current.at("addon").text("name");
    if (leader.equals(database.addonName()) && current.at("namespace").isNull()) {
      throw new CommandException(database.configVar() + " is already promoted on " + app + ".");
    }
    if (in.has("no-wait")) {
      refuseWhileWaiting(in, database);
    } else if (!in.has("force")) {
      Json status = Waiting.forDatabase(in, database, 1);
      if (status.flag("error?")) {
        throw new CommandException("Database cannot be promoted: " + status.text("message"));
      }
    }
    if (!current.isNull() && !hasAlias(attachments, current)) {
      keepAlias(in, app, leader, name);
    }
    in.output()
        .action(
            "Promoting " + database.configVar() + " to " + name + "_URL",
            () -> {
              attach(in, app, database.addonName(), name);
              return "";
            });
    warnOfFollower(in, database);
  }

  /** Promoting does not make a follower writable; the app would find out by its first error. */
  private static void warnOfFollower(Invocation in, Database database) throws IOException {
    Json answer;
    try {
      answer = in.api().get(path(database));
    } catch (ApiException e) {
      if (e.status() != 404) {
        throw e;
      }
      // Promoted by force before it is there.
      return;
    }
    if (!answer.text("following").isEmpty()) {
      in.output()
          .error(
              database.configVar()
                  + " is promoted, and still a follower: it is read-only.\n"
                  + "Use `heroku pg:unfollow "
                  + database.configVar()
                  + "` to make it writable.");
    }
  }

  /** Whether the add-on of an attachment has another name on the same app. */
  private static boolean hasAlias(List<Json> attachments, Json current) {
    for (Json attachment : attachments) {
      if (attachment.at("addon").text("name").equals(current.at("addon").text("name"))
          && attachment.at("namespace").isNull()
          && !attachment.text("name").equals(current.text("name"))) {
        return true;
      }
    }
    return false;
  }

  private static void keepAlias(Invocation in, String app, String addon, String name)
      throws IOException {
    var made = new ArrayList<Json>();
    in.output().text("Ensuring an alternate alias for existing " + name + "_URL... ");
    made.add(
        in.api()
            .post(
                "/addon-attachments",
                Json.object(
                    "addon", Json.object("name", addon),
                    "app", Json.object("name", app),
                    "confirm", app)));
    in.output().line(made.get(0).text("name") + "_URL");
  }

  private static void refuseWhileWaiting(Invocation in, Database database) throws IOException {
    try {
      Json status = in.api().get(path(database) + "/wait_status");
      if (status.flag("waiting?")) {
        throw new CommandException(
            "Database cannot be promoted while in state: "
                + status.text("message")
                + "\nUse `heroku pg:wait` to wait for it, or --force to promote it nevertheless.");
      }
    } catch (ApiException e) {
      if (e.status() != 404) {
        throw e;
      }
      throw new CommandException("Database cannot be promoted: it is not yet provisioned.");
    }
  }

  private static void attach(Invocation in, String app, String addon, String name)
      throws IOException {
    in.api()
        .post(
            "/addon-attachments",
            Json.object(
                "addon",
                Json.object("name", addon),
                "app",
                Json.object("name", app),
                // With the app confirmed, an attachment of this name is replaced.
                "confirm",
                app,
                "name",
                name,
                "namespace",
                null));
  }

  private static void reset(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.confirm(database.app());
    var extensions = new ArrayList<String>();
    for (String extension : in.value("extensions").orElse("").split(",", -1)) {
      if (!extension.isBlank()) {
        extensions.add(extension.strip().toLowerCase(Locale.ROOT));
      }
    }
    extensions.sort(null);
    Json body =
        extensions.isEmpty() ? Json.object() : Json.object("extensions", Json.array(extensions));
    in.output()
        .action(
            "Resetting " + database.displayName(),
            () -> {
              in.api().put(path(database) + "/reset", body);
              return "";
            });
  }

  private static void unfollow(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    Databases all = Databases.of(in.api(), database.app());
    String leader = in.api().get(path(database)).text("following");
    if (leader.isEmpty()) {
      throw new CommandException(database.displayName() + " is not following another database.");
    }
    in.output()
        .notice(
            database.displayName()
                + " will become writable and no longer\nfollow "
                + all.nameOf(leader)
                + ". This cannot be undone.");
    in.confirm(database.app());
    in.output()
        .action(
            "Unfollowing " + database.displayName(),
            () -> {
              in.api().put(path(database) + "/unfollow", Json.object());
              return "";
            });
  }
}
