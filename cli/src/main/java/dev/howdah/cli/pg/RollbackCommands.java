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
import java.util.List;
import java.util.Optional;

/**
 * What brings other content into a database that stays where it is: its endpoint, credentials and
 * config vars do not change. The server keeps what it replaces for a day.
 */
public final class RollbackCommands implements Feature {
  private static final Option NO_WAIT =
      Option.flag("no-wait", "do not wait until the database is available again");

  /**
   * A command of this kind.
   *
   * @param path what is asked of the database
   * @param beginning what the action line says before the database's name
   * @param consequence what it does to the database, and what is kept
   */
  private record Change(String path, String beginning, String consequence, Json body) {}

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:rollback DATABASE", "bring a database back to an earlier moment, in place")
            .details(
                "It keeps its endpoint, credentials and config vars; what it is now is kept for 24",
                "hours. A new database of an earlier moment is made by addons:add --rollback.")
            .app()
            .options(
                Option.value("to", "TIME", "the moment: '2014-10-05 15:02 US/Pacific'"),
                Option.value("by", "INTERVAL", "how long ago: '2 days 5 hours 10 minutes'"),
                Option.CONFIRM,
                NO_WAIT,
                Option.JSON)
            .runs(RollbackCommands::rollBack),
        command(
                "pg:rollback:undo DATABASE",
                "bring back what a database was before it was replaced")
            .details("Also after pg:recover and pg:fork:refresh, for 24 hours.")
            .app()
            .options(Option.CONFIRM, NO_WAIT, Option.JSON)
            .runs(in ->
                change(
                    in,
                    new Change(
                        "rollback/undo",
                        "Undoing the rollback of",
                        "will be again what it was before it was replaced.\n"
                            + "What it is now is kept in exchange; undo again to have it back.",
                        Json.object()))),
        command("pg:rollback:confirm DATABASE", "give up what is kept of a replaced database")
            .app()
            .options(Option.CONFIRM, NO_WAIT, Option.JSON)
            .runs(in ->
                change(
                    in,
                    new Change(
                        "rollback/confirm",
                        "Giving up what is kept of",
                        "stays what it is now.\n"
                            + "What it was before it was replaced is deleted for good.",
                        Json.object()))),
        command("pg:recover DATABASE", "rebuild a database whose files are lost")
            .details(
                "It is rebuilt from the archive of continuous protection and keeps its endpoint,",
                "credentials and config vars.")
            .app()
            .options(Option.CONFIRM, NO_WAIT, Option.JSON)
            .runs(in ->
                change(
                    in,
                    new Change(
                        "recover",
                        "Recovering",
                        """
                        will be rebuilt from its archive. Commits that were not archived yet, of
                        the last minute before its files were lost, are not in it. What is left
                        of its files is kept for 24 hours.\
                        """,
                        Json.object()))),
        command("pg:fork:refresh DATABASE", "make a fork what its source is now")
            .details("It keeps its endpoint, credentials and config vars.")
            .app()
            .options(Option.CONFIRM, NO_WAIT, Option.JSON)
            .runs(in ->
                change(
                    in,
                    new Change(
                        "refresh",
                        "Refreshing",
                        "will be what its source is now. What was written to the fork itself\n"
                            + "leaves it, and is kept for 24 hours.",
                        Json.object()))));
  }

  private static void rollBack(Invocation in) throws IOException {
    Optional<String> to = in.value("to");
    Optional<String> by = in.value("by");
    if (to.isPresent() == by.isPresent()) {
      throw new CommandException(
          "Say either --to TIME or --by INTERVAL: how far back the database should go.");
    }
    String moment =
        to.map(time -> "to " + time).orElseGet(() -> "by " + by.map(String::strip).orElse(""));
    change(
        in,
        new Change(
            "rollback",
            "Rolling back",
            "goes back "
                + moment
                + ". What was written after that leaves it.\n"
                + "What it is now is kept for 24 hours: pg:rollback:undo brings it back.",
            to.isPresent() ? Json.object("to", to.get()) : Json.object("by", by.orElse(""))));
  }

  private static void change(Invocation in, Change change) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.confirm(
        database.app(),
        "WARNING: Destructive Action\n"
            + database.displayName()
            + " "
            + change.consequence()
            + "\nThis command will affect the app: "
            + database.app());
    String path = "/client/v11/databases/" + Api.part(database.addonId()) + "/" + change.path();
    if (in.json()) {
      Json answer = in.api().post(path, change.body());
      boolean failed = false;
      if (!in.has("no-wait")) {
        Json status = Waiting.forDatabase(in, database, 1);
        failed = status.flag("error?");
        answer = failed ? status : answer;
      }
      in.output()
          .json(
              Json.object(
                  "config_var", database.configVar(),
                  "addon", database.addonName(),
                  "message", answer.text("message")));
      if (failed) {
        throw new CommandException(answer.text("message"));
      }
      return;
    }
    Json[] answer = {Json.NULL};
    in.output()
        .action(
            change.beginning() + " " + database.displayName(),
            () -> {
              answer[0] = in.api().post(path, change.body());
              return "";
            });
    String message = answer[0].text("message");
    if (!message.isBlank()) {
      in.output().line(message.strip());
    }
    if (!in.has("no-wait")) {
      Json status = Waiting.forDatabase(in, database, 1);
      if (status.flag("error?")) {
        throw new CommandException(status.text("message"));
      }
    }
  }
}
