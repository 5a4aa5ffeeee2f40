package dev.howdah.cli.pg.backup;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.output.Output;
import dev.howdah.cli.pg.Database;
import dev.howdah.cli.pg.Databases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code pgbackups} as it was typed and looked in 2015 (chapter 4 of the book, C9). */
public final class PgbackupsCommands implements Feature {
  private static final String SPELLING = "pgbackups";

  @Override
  public List<Command> commands() {
    return List.of(
        command("pgbackups", "list the backups of an app").app().runs(PgbackupsCommands::list),
        command("pgbackups:capture [DATABASE]", "take a backup of a database")
            .app()
            .options(Option.flag("expire", 'e', "delete the oldest one if there is no room"))
            .runs(PgbackupsCommands::capture),
        command("pgbackups:url [BACKUP]", "print an address a backup can be read at for an hour")
            .app()
            .runs(PgbackupsCommands::url),
        command(
                "pgbackups:restore [DATABASE] [BACKUP]",
                "replace all data of a database by those of a backup")
            .details("BACKUP is an id, or the URL of a file that pg_dump -Fc wrote.")
            .app()
            .options(Option.CONFIRM)
            .runs(PgbackupsCommands::restore),
        command("pgbackups:destroy BACKUP", "delete a backup")
            .app()
            .runs(PgbackupsCommands::destroy));
  }

  private static void list(Invocation in) throws IOException {
    List<Backup> backups = new Client(in).backups(in.app());
    if (backups.isEmpty()) {
      in.output().line(String.format(Client.NONE, SPELLING));
      return;
    }
    var rows = new ArrayList<List<String>>();
    for (Backup backup : backups) {
      rows.add(
          List.of(
              backup.name(),
              backup.oldTime("created_at"),
              status(backup),
              backup.oldSize(),
              database(backup)));
    }
    in.output().table(List.of("ID", "Backup Time", "Status", "Size", "Database"), rows);
  }

  private static String status(Backup backup) {
    if (backup.finished()) {
      return (backup.succeeded() ? "Finished @ " : "Failed @ ") + backup.oldTime("finished_at");
    }
    return backup.json().at("started_at").isNull() ? "Pending" : "Capturing";
  }

  private static String database(Backup backup) {
    return backup.json().text("from_name") + "_URL";
  }

  private static void capture(Invocation in) throws IOException {
    var client = new Client(in);
    Database database = Databases.resolve(in, in.optional(0));
    Backup begun = client.capture(database, in.has("expire"));
    Output output = in.output();
    output.line();
    output.line(database.displayName() + "  ----backup--->  " + begun.name());
    output.line();
    Backup done = client.watch(database.addonApp(), begun, "Capturing", 1);
    ended(done, "backup");
    output.line("Storing... done");
  }

  private static void ended(Backup done, String what) {
    if (!done.succeeded()) {
      throw new CommandException(
          "An error occurred and your "
              + what
              + " did not finish.\n"
              + "Please run `heroku pg:backups:info "
              + done.name()
              + "` for details.\n"
              + Client.lastLogs(done));
    }
  }

  private static void url(Invocation in) throws IOException {
    var client = new Client(in);
    String app = in.app();
    String url = client.address(app, client.named(app, in.optional(0), SPELLING)).text("url");
    // Bare for the shell, which takes it as it is.
    in.output().line(in.output().terminal() ? "\"" + url + "\"" : url);
  }

  private static void restore(Invocation in) throws IOException {
    var client = new Client(in);
    Database database = Databases.resolve(in, in.optional(0));
    Optional<String> word = in.optional(1);
    boolean address = word.isPresent() && word.get().matches("https?://.*");
    String source;
    var right = new ArrayList<String>();
    if (address) {
      source = word.get();
      right.add(word.get().replaceFirst("[?#].*", "").replaceFirst(".*/", ""));
    } else {
      Backup backup = client.named(in.app(), word, SPELLING);
      if (backup.kind() != Backup.Kind.BACKUP || !backup.succeeded()) {
        throw new CommandException(backup.name() + " is no backup that can be restored.");
      }
      source = backup.json().text("to_url");
      right.add(backup.name() + (word.isEmpty() ? " (most recent)" : ""));
      right.add(database(backup));
      right.add(backup.oldTime("created_at"));
      right.add(backup.oldSize());
    }
    String left = database.displayName() + "  <---restore---  ";
    in.output().line();
    in.output().line(left + right.getFirst());
    for (String more : right.subList(1, right.size())) {
      in.output().line(" ".repeat(left.length()) + more);
    }
    in.confirm(in.app());
    in.output().line();
    Backup begun = client.restore(database, source, List.of());
    Backup done = client.watch(database.addonApp(), begun, "Retrieving", 1);
    ended(done, "restore");
    in.output().line("Restoring... done");
  }

  private static void destroy(Invocation in) throws IOException {
    String app = in.app();
    String name = in.argument(0);
    in.output()
        .action(
            "Destroying " + name,
            () -> {
              in.api().delete(Client.path(app, "/" + Api.part(name)));
              return "";
            });
  }
}
