package dev.howdah.cli.pg;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The logins of a database. */
public final class CredentialCommands implements Feature {
  private static final Option NAME =
      Option.value("name", 'n', "NAME", "the credential (default: default)");

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:credentials [DATABASE]", "show how to connect, or list the credentials")
            .details(
                "With DATABASE: how to connect to it.",
                "Without: the credentials of the primary database.")
            .app()
            .options(
                Option.flag("reset", "give the database a new user name and password"), Option.JSON)
            .runs(CredentialCommands::credentials),
        command("pg:credentials:url [DATABASE]", "show how to connect as a credential")
            .app()
            .options(NAME, Option.JSON)
            .runs(CredentialCommands::url),
        command("pg:credentials:create [DATABASE]", "create a credential")
            .app()
            .options(NAME)
            .runs(CredentialCommands::create),
        command("pg:credentials:destroy [DATABASE]", "destroy a credential")
            .app()
            .options(NAME, Option.CONFIRM)
            .runs(CredentialCommands::destroy),
        command("pg:credentials:rotate [DATABASE]", "give a credential a new password")
            .app()
            .options(
                NAME,
                Option.flag("all", "every credential"),
                Option.flag("force", "and end its connections at once"),
                Option.CONFIRM)
            .runs(CredentialCommands::rotate),
        command(
                "pg:credentials:repair-default [DATABASE]",
                "give the default credential its rights again")
            .app()
            .options(Option.CONFIRM)
            .runs(CredentialCommands::repair));
  }

  private static String path(Database database) {
    return "/postgres/v0/databases/" + Api.part(database.addonId());
  }

  private static String path(Database database, String credential) {
    return path(database) + "/credentials/" + Api.part(credential);
  }

  private static void credentials(Invocation in) throws IOException {
    if (in.has("reset")) {
      resetCredentials(in);
      return;
    }
    Database database = Databases.resolve(in, in.optional(0));
    if (in.optional(0).isEmpty()) {
      list(in, database);
      return;
    }
    ConnectionUrl url = ConnectionUrl.of(database);
    if (in.json()) {
      in.output().json(url.json());
      return;
    }
    in.output().line("Connection info string:");
    in.output().line("   \"" + url.infoString() + "\"");
    in.output().line("Connection URL:");
    in.output().line("    " + url.text());
  }

  private static void resetCredentials(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.output()
        .action(
            "Resetting credentials for " + database.displayName(),
            () -> {
              in.api()
                  .post(
                      path(database, "default") + "/credentials_rotation",
                      Json.object("forced", true));
              return "";
            });
    if (database.primary()) {
      in.output()
          .action(
              "Promoting " + database.displayName(),
              () -> {
                // The server rewrites both variables; this makes sure that it did.
                Database now = Databases.of(in.api(), database.app()).named(database.configVar());
                if (now.url().equals(database.url())) {
                  throw new CommandException("The server still gives out the old credentials.");
                }
                return "";
              });
    }
  }

  private static void list(Invocation in, Database database) throws IOException {
    List<Json> credentials = in.api().list(path(database) + "/credentials");
    if (in.json()) {
      in.output().json(Json.array(credentials));
      return;
    }
    List<Json> attachments =
        in.api().list("/addons/" + Api.part(database.addonId()) + "/addon-attachments");
    var sorted = new ArrayList<>(credentials);
    sorted.sort((one, other) -> key(one.text("name")).compareTo(key(other.text("name"))));
    var rows = new ArrayList<List<String>>();
    for (Json credential : sorted) {
      String name = credential.text("name");
      rows.add(List.of(name, credential.text("state")));
      var names = new TreeSet<String>();
      for (Json attachment : attachments) {
        String namespace = attachment.text("namespace");
        boolean its =
            name.equals("default") ? namespace.isEmpty() : namespace.equals("credential:" + name);
        if (its) {
          String app = attachment.at("app").text("name");
          names.add(
              "as "
                  + attachment.text("name")
                  + (app.equals(database.app()) ? "" : " on " + app + " app"));
        }
      }
      int left = names.size();
      for (String text : names) {
        left--;
        rows.add(List.of((left == 0 ? " └─ " : " ├─ ") + text, ""));
      }
    }
    in.output().header("Credentials for " + database.displayName());
    in.output().table(List.of("Credential", "State"), rows);
  }

  /** The default credential comes first. */
  private static String key(String name) {
    return name.equals("default") ? "" : name;
  }

  private static void url(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    String name = in.value("name").orElse("default");
    Json credential = in.api().get(path(database, name));
    Json login = Json.NULL;
    for (Json one : credential.at("credentials").items()) {
      if (login.isNull() || one.text("state").equals("active")) {
        login = one;
      }
    }
    if (login.isNull()) {
      throw new CommandException("The credential " + name + " has no login that is active.");
    }
    var url =
        new ConnectionUrl(
            login.text("user"),
            login.text("password"),
            credential.text("host"),
            credential.text("port"),
            credential.text("database"));
    if (in.json()) {
      in.output().json(url.json());
      return;
    }
    in.output().line("Connection information for " + name + " credential.");
    in.output().line("Connection info string:");
    in.output().line("   \"" + url.infoString() + "\"");
    in.output().line("Connection URL:");
    in.output().line("    " + url.text());
  }

  private static String required(Invocation in) {
    return in.value("name")
        .orElseThrow(() -> new CommandException("Must specify the credential with --name NAME."));
  }

  private static void create(Invocation in) throws IOException {
    String name = required(in);
    Database database = Databases.resolve(in, in.optional(0));
    in.output()
        .action(
            "Creating credential " + name,
            () -> {
              in.api().post(path(database) + "/credentials", Json.object("name", name));
              return "";
            });
    in.output()
        .line(
            "Please attach the credential to the apps you want to use it in by running"
                + " `heroku addons:attach "
                + database.addonName()
                + " --credential "
                + name
                + " -a "
                + database.app()
                + "`.");
    in.output()
        .line(
            "Please define the new grants for the credential within Postgres:"
                + " `heroku pg:psql "
                + database.addonName()
                + " -a "
                + database.app()
                + "`.");
  }

  private static void destroy(Invocation in) throws IOException {
    String name = required(in);
    if (name.equals("default")) {
      throw new CommandException("Default credential cannot be destroyed.");
    }
    Database database = Databases.resolve(in, in.optional(0));
    var apps = new TreeSet<String>();
    for (Json attachment :
        in.api().list("/addons/" + Api.part(database.addonId()) + "/addon-attachments")) {
      if (attachment.text("namespace").equals("credential:" + name)) {
        apps.add(attachment.at("app").text("name"));
      }
    }
    if (!apps.isEmpty()) {
      throw new CommandException(
          "Credential "
              + name
              + " must be detached from the app"
              + (apps.size() == 1 ? " " : "s ")
              + String.join(", ", apps)
              + " before destroying.");
    }
    in.confirm(database.app());
    in.output()
        .action(
            "Destroying credential " + name,
            () -> {
              in.api().delete(path(database, name));
              return "";
            });
    in.output().line("The credential has been destroyed within " + database.addonName() + ".");
    in.output()
        .line("Database objects owned by " + name + " will be assigned to the default credential.");
  }

  private static void rotate(Invocation in) throws IOException {
    if (in.has("all") && in.value("name").isPresent()) {
      throw new CommandException("Specify --all or --name, not both.");
    }
    Database database = Databases.resolve(in, in.optional(0));
    String name = in.value("name").orElse("default");
    in.confirm(database.app());
    Json body = in.has("force") ? Json.object("forced", true) : Json.object();
    String path = (in.has("all") ? path(database) : path(database, name)) + "/credentials_rotation";
    in.output()
        .action(
            "Rotating "
                + (in.has("all") ? "all credentials" : name)
                + " on "
                + database.addonName(),
            () -> {
              in.api().post(path, body);
              return "";
            });
  }

  private static void repair(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.confirm(database.app());
    in.output()
        .action(
            "Resetting permissions and object ownership for default role to factory settings",
            () -> {
              in.api().post(path(database) + "/repair-default");
              return "";
            });
  }
}
