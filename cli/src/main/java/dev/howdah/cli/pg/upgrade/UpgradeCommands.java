package dev.howdah.cli.pg.upgrade;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.pg.Database;
import dev.howdah.cli.pg.Databases;
import dev.howdah.cli.pg.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code pg:upgrade:*} and {@code pg:versions}. */
public final class UpgradeCommands implements Feature {
  private static final Option VERSION =
      Option.value("version", 'v', "VERSION", "PostgreSQL version to upgrade to; else the newest");

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:upgrade:prepare DATABASE", "get a database ready for a newer PostgreSQL")
            .details(
                "A copy is brought up beside it and follows it, so that pg:upgrade:run interrupts",
                "it for seconds only. The database serves on, and nothing of it changes.")
            .app()
            .options(VERSION, Option.CONFIRM, Option.JSON)
            .runs(in ->
                change(
                    in,
                    "prepare",
                    "Preparing upgrade on",
                    "will be prepared for an upgrade of its PostgreSQL version.")),
        command("pg:upgrade:dryrun DATABASE", "try an upgrade on a copy that is thrown away")
            .app()
            .options(VERSION, Option.CONFIRM, Option.JSON)
            .runs(in ->
                change(
                    in,
                    "dry_run",
                    "Starting a test upgrade on",
                    "will be copied, and the copy upgraded and thrown away.")),
        command("pg:upgrade:run DATABASE", "upgrade a database to a newer PostgreSQL")
            .aliases("pg:upgrade")
            .details(
                "It keeps its endpoint, credentials and config vars. What it was is kept for 24",
                "hours: pg:upgrade:undo brings that back. A follower stops following first.")
            .app()
            .options(VERSION, Option.CONFIRM, Option.JSON)
            .runs(in ->
                change(
                    in,
                    "run",
                    "Starting upgrade on",
                    "will be interrupted for some seconds and upgraded to a newer PostgreSQL\n"
                        + "version. What it is now is kept for 24 hours.")),
        command("pg:upgrade:cancel DATABASE", "give up a prepared upgrade")
            .app()
            .options(Option.CONFIRM, Option.JSON)
            .runs(in ->
                change(
                    in,
                    "cancel",
                    "Cancelling upgrade on",
                    "will stay on its PostgreSQL version; the copy that was prepared goes.")),
        command("pg:upgrade:undo DATABASE", "bring back what a database was before its upgrade")
            .app()
            .options(Option.CONFIRM, Option.JSON)
            .runs(in ->
                change(
                    in,
                    "undo",
                    "Undoing the upgrade of",
                    "will be again what it was before the upgrade.\n"
                        + "What was written to it since then is lost.")),
        command("pg:upgrade:confirm DATABASE", "delete what a database was before its upgrade")
            .details("That happens by itself after 24 hours.")
            .app()
            .options(Option.CONFIRM, Option.JSON)
            .runs(in ->
                change(
                    in,
                    "confirm",
                    "Confirming the upgrade of",
                    "can not be brought back to its older PostgreSQL version afterwards.")),
        command(
                "pg:upgrade:wait DATABASE",
                "wait until an upgrade, or getting ready for it, is over")
            .app()
            .options(
                Option.value("wait-interval", "SECONDS", "how often to ask"),
                Option.flag("no-notify", "no desktop notification (there is none)"),
                Option.JSON)
            .runs(UpgradeCommands::await),
        command("pg:versions", "list the PostgreSQL versions of this server")
            .options(Option.JSON)
            .runs(UpgradeCommands::versions));
  }

  private static void change(Invocation in, String path, String beginning, String consequence)
      throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.confirm(
        database.app(),
        "WARNING: Destructive Action\n"
            + database.displayName()
            + " "
            + consequence
            + "\nThis command will affect the app: "
            + database.app());
    Json body =
        in.value("version").isPresent()
            ? Json.object("version", in.value("version").orElseThrow())
            : Json.object();
    if (in.json()) {
      in.output().json(post(in, database, path, body));
      return;
    }
    var messages = new ArrayList<String>();
    in.output()
        .action(
            beginning + " " + database.displayName(),
            () -> {
              messages.add(post(in, database, path, body).text("message").replace("`", ""));
              return "";
            });
    messages.forEach(in.output()::line);
  }

  private static Json post(Invocation in, Database database, String path, Json body)
      throws IOException {
    return in.api()
        .post("/client/v11/databases/" + Api.part(database.addonId()) + "/upgrade/" + path, body);
  }

  private static void await(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    long seconds = Waiting.interval(in);
    var waiting =
        new Waiting(
            in.output(), "Waiting for database " + database.displayName() + "... ", seconds);
    while (true) {
      Json status =
          in.api()
              .get(
                  "/client/v11/databases/" + Api.part(database.addonId()) + "/upgrade/wait_status");
      String step = status.text("step");
      String message =
          (step.isEmpty() ? "" : "(" + step + ") ") + status.text("message").replace("`", "");
      if (status.flag("waiting?")) {
        if (in.json()) {
          Waiting.sleep(seconds);
        } else {
          waiting.pause(message);
        }
        continue;
      }
      if (in.json()) {
        in.output().json(status);
      }
      if (status.flag("error?")) {
        waiting.ends("failed");
        throw new CommandException(message);
      }
      if (!in.json()) {
        waiting.endsAnyway(message);
      }
      return;
    }
  }

  private static void versions(Invocation in) throws IOException {
    Json versions = in.api().get("/client/v11/postgres-versions");
    if (in.json()) {
      in.output().json(versions);
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Json version : versions.items()) {
      rows.add(List.of(version.text("version"), version.text("description")));
    }
    in.output().header("PostgreSQL versions");
    in.output().columns(rows);
  }
}
