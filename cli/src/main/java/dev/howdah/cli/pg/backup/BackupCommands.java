package dev.howdah.cli.pg.backup;

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
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code pg:backups} and what is below it. */
public final class BackupCommands implements Feature {
  private static final String SPELLING = "pg:backups";
  private static final int SHOWN = 10;

  private static final Option VERBOSE =
      Option.flag("verbose", 'v', "show what pg_dump and pg_restore say");
  private static final Option INTERVAL =
      Option.value("wait-interval", "SECONDS", "how often to ask how far it is");

  private static final Pattern AT = Pattern.compile("(0?\\d|1\\d|2[0-3]):00 ?(\\S*)");

  /** What the abbreviations of time zones mean here, as in the stock command (T5.5). */
  private static final Map<String, String> ZONES =
      Map.ofEntries(
          Map.entry("BST", "Europe/London"),
          Map.entry("CDT", "America/Chicago"),
          Map.entry("CEST", "Europe/Paris"),
          Map.entry("CET", "Europe/Paris"),
          Map.entry("CST", "America/Chicago"),
          Map.entry("EDT", "America/New_York"),
          Map.entry("EST", "America/New_York"),
          Map.entry("GMT", "Europe/London"),
          Map.entry("MDT", "America/Boise"),
          Map.entry("MST", "America/Boise"),
          Map.entry("PDT", "America/Los_Angeles"),
          Map.entry("PST", "America/Los_Angeles"),
          Map.entry("Z", "UTC"));

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:backups", "list backups, restores and copies")
            .app()
            .options(Option.JSON)
            .runs(BackupCommands::list),
        command("pg:backups:capture [DATABASE]", "take a backup of a database")
            .details("Ctrl-C ends the watching, not the backup.")
            .app()
            .options(
                Option.flag("expire", 'e', "delete the oldest one if there is no room"),
                VERBOSE,
                INTERVAL,
                Option.JSON)
            .runs(BackupCommands::capture),
        command("pg:backups:info [BACKUP]", "show what is known about a backup")
            .app()
            .options(Option.JSON)
            .runs(BackupCommands::info),
        command("pg:backups:url [BACKUP]", "print an address a backup can be read at for an hour")
            .aliases("pg:backups:public-url")
            .app()
            .options(Option.JSON)
            .runs(BackupCommands::url),
        command("pg:backups:download [BACKUP]", "save a backup to a file")
            .app()
            .options(Option.value("output", 'o', "FILE", "where to; latest.dump without it"))
            .runs(BackupCommands::download),
        command(
                "pg:backups:restore [BACKUP] [DATABASE]",
                "replace all data of a database by those of a backup")
            .details(
                "BACKUP is an id, APP::ID of another app, or a file that pg_dump -Fc wrote: its path",
                "here, or its URL.",
                "The database is exchanged when everything has arrived; until then it is as it was,",
                "and pg:backups:undo brings that back for 24 hours.")
            .app()
            .options(
                Option.CONFIRM,
                Option.value("extensions", 'e', "LIST", "extensions to make first"),
                VERBOSE,
                INTERVAL,
                Option.JSON)
            .runs(BackupCommands::restore),
        command("pg:backups:undo [DATABASE]", "bring back what the last restore replaced")
            .app()
            .options(Option.CONFIRM)
            .runs(BackupCommands::undo),
        command("pg:backups:confirm [DATABASE]", "give up what the last restore replaced")
            .app()
            .options(Option.CONFIRM)
            .runs(BackupCommands::confirm),
        command("pg:backups:verify [BACKUP]", "restore a backup aside, to see whether it can be")
            .details("It goes on in the background; pg:backups:info shows what it found.")
            .app()
            .runs(BackupCommands::verify),
        command(
                "pg:backups:assert [DATABASE]",
                "show or set a query that must be true of every backup that is verified")
            .app()
            .options(
                Option.value("sql", "QUERY", "the query; it answers one row, which is true"),
                Option.flag("remove", "have none"),
                Option.JSON)
            .runs(BackupCommands::assertion),
        command("pg:backups:cancel [BACKUP]", "end a backup, restore or copy that is under way")
            .app()
            .runs(BackupCommands::cancel),
        command("pg:backups:delete BACKUP", "delete a backup")
            .app()
            .options(Option.CONFIRM)
            .runs(BackupCommands::delete),
        command("pg:backups:schedule [DATABASE]", "have a database backed up every day")
            .app()
            .options(Option.value("at", "TIME", "full hour and time zone: '02:00 Europe/Paris'"))
            .runs(BackupCommands::schedule),
        command("pg:backups:schedules", "list when databases are backed up")
            .app()
            .options(Option.JSON)
            .runs(BackupCommands::schedules),
        command("pg:backups:unschedule [DATABASE]", "end the daily backups of a database")
            .app()
            .runs(BackupCommands::unschedule));
  }

  private static void list(Invocation in) throws IOException {
    var client = new Client(in);
    List<Backup> all = client.all(in.app());
    if (in.json()) {
      in.output().json(Json.array(all.stream().map(Backup::json).toList()));
      return;
    }
    in.output().header("Backups");
    table(
        in,
        of(all, Backup.Kind.BACKUP),
        List.of("ID", "Created at", "Status", "Size", "Database"),
        String.format(Client.NONE, SPELLING));
    in.output().line();
    in.output().header("Restores");
    table(
        in,
        newest(of(all, Backup.Kind.RESTORE)),
        List.of("ID", "Started at", "Status", "Size", "Database"),
        "No restores found. Use `heroku pg:backups:restore` to restore a backup.");
    in.output().line();
    in.output().header("Copies");
    table(
        in,
        newest(of(all, Backup.Kind.COPY)),
        List.of("ID", "Started at", "Status", "Size", "From", "To"),
        "No copies found. Use `heroku pg:copy` to copy a database to another.");
  }

  private static List<Backup> of(List<Backup> all, Backup.Kind kind) {
    return all.stream().filter(backup -> backup.kind() == kind).toList();
  }

  private static List<Backup> newest(List<Backup> all) {
    return all.subList(0, Math.min(SHOWN, all.size()));
  }

  private static void table(Invocation in, List<Backup> rows, List<String> head, String none) {
    if (rows.isEmpty()) {
      in.output().line(none);
      return;
    }
    var cells = new ArrayList<List<String>>();
    for (Backup row : rows) {
      var line = new ArrayList<String>();
      line.add(row.name());
      line.add(row.time("created_at"));
      line.add(row.status());
      line.add(row.size());
      if (row.kind() != Backup.Kind.RESTORE) {
        line.add(row.json().text("from_name"));
      }
      if (row.kind() != Backup.Kind.BACKUP) {
        line.add(row.json().text("to_name"));
      }
      cells.add(line);
    }
    in.output().table(head, cells);
  }

  private static void capture(Invocation in) throws IOException {
    long interval = Waiting.interval(in);
    var client = new Client(in);
    Database database = Databases.resolve(in, in.optional(0));
    Backup begun = client.capture(database, in.has("expire"));
    Backup done =
        client.watch(
            database.addonApp(),
            begun,
            "Backing up " + begun.json().text("from_name") + " to " + begun.name(),
            interval);
    ended(in, done, "backup");
  }

  private static void ended(Invocation in, Backup done, String what) {
    if (in.json()) {
      in.output().json(done.json());
    }
    if (!done.succeeded()) {
      throw new CommandException(
          "An error occurred and the "
              + what
              + " did not finish.\n"
              + Client.lastLogs(done)
              + "\nRun `heroku pg:backups:info "
              + done.name()
              + "` for more details.");
    }
    if (done.json().number("warnings") > 0 && !in.json()) {
      in.output()
          .error(
              "The "
                  + what
                  + " finished with "
                  + done.json().number("warnings")
                  + " warnings:\n"
                  + Client.lastLogs(done));
    }
  }

  private static void info(Invocation in) throws IOException {
    var client = new Client(in);
    String app = in.app();
    Backup backup = client.named(app, in.optional(0), SPELLING);
    Backup shown = client.find(app, backup.uuid());
    if (in.json()) {
      in.output().json(shown.json());
      return;
    }
    in.output().header("Backup " + shown.name());
    var lines = new LinkedHashMap<String, String>();
    lines.put("Database", shown.json().text("from_name"));
    if (!shown.json().at("started_at").isNull()) {
      lines.put("Started at", shown.time("started_at"));
    }
    if (shown.finished()) {
      lines.put("Finished at", shown.time("finished_at"));
    }
    lines.put("Status", shown.status());
    lines.put("Type", shown.json().at("schedule").isNull() ? "Manual" : "Scheduled");
    long source = shown.json().number("source_bytes");
    if (source > 0) {
      lines.put("Original DB Size", Backup.size(source, "%.2f"));
    }
    String compression =
        shown.finished() && source > 0
            ? String.format(
                Locale.ROOT,
                " (%d%% compression)",
                Math.max(
                    0, Math.round(100 - 100.0 * shown.json().number("processed_bytes") / source)))
            : "";
    lines.put("Backup Size", shown.size() + compression);
    String verified = shown.json().text("verification");
    if (!verified.isEmpty()) {
      lines.put("Verified", verified);
    }
    in.output().pairs(lines);
    in.output().line();
    in.output().header("Backup Logs");
    for (Json log : shown.json().at("logs").items()) {
      in.output().line(log.text("created_at") + " " + log.text("message"));
    }
  }

  private static void url(Invocation in) throws IOException {
    var client = new Client(in);
    String app = in.app();
    Json address = client.address(app, client.named(app, in.optional(0), SPELLING));
    if (in.json()) {
      in.output().json(address);
    } else {
      in.output().line(address.text("url"));
    }
  }

  private static void download(Invocation in) throws IOException {
    var client = new Client(in);
    String app = in.app();
    Backup backup = client.named(app, in.optional(0), SPELLING);
    Path file = Path.of(in.value("output").orElseGet(() -> unused(in)));
    Path target = in.environment().directory().resolve(file);
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    in.output()
        .action(
            "Downloading " + backup.name() + " to " + file,
            () -> {
              URI url = URI.create(client.address(app, backup).text("url"));
              try (InputStream body = in.api().stream(url.getRawPath(), Map.of())) {
                Files.copy(body, partial, StandardCopyOption.REPLACE_EXISTING);
              }
              Files.move(
                  partial,
                  target,
                  StandardCopyOption.ATOMIC_MOVE,
                  StandardCopyOption.REPLACE_EXISTING);
              return Backup.size(Files.size(target), "%.2f");
            });
  }

  /** {@code latest.dump}, or the first of {@code latest.dump.1} … that is not there. */
  private static String unused(Invocation in) {
    String name = "latest.dump";
    for (int i = 1; Files.exists(in.environment().directory().resolve(name)); i++) {
      name = "latest.dump." + i;
    }
    return name;
  }

  private static void restore(Invocation in) throws IOException {
    long interval = Waiting.interval(in);
    var client = new Client(in);
    Optional<String> word = in.optional(0);
    boolean address = word.isPresent() && word.get().matches("https?://.*");
    Optional<Path> file = address ? Optional.empty() : word.flatMap(one -> file(in, one));
    String source;
    String name;
    if (address || file.isPresent()) {
      source = word.get();
      name = word.get();
    } else {
      Backup backup = client.named(in.app(), word, SPELLING);
      if (backup.kind() != Backup.Kind.BACKUP || !backup.succeeded()) {
        throw new CommandException(backup.name() + " is no backup that can be restored.");
      }
      source = backup.json().text("to_url");
      name = backup.name();
    }
    Database database = Databases.resolve(in, in.optional(1));
    var extensions = new ArrayList<String>();
    for (String extension : in.value("extensions").orElse("").split(",", -1)) {
      if (!extension.isBlank()) {
        extensions.add(extension.strip().toLowerCase(Locale.ROOT));
      }
    }
    in.confirm(in.app());
    Backup begun =
        file.isPresent()
            ? client.upload(database, file.get(), extensions)
            : client.restore(database, source, extensions);
    Backup done =
        client.watch(
            database.addonApp(),
            begun,
            "Restoring " + name + " to " + database.displayName(),
            interval);
    ended(in, done, "restore");
  }

  /** The file that a word means, unless it is the id of a backup. */
  private static Optional<Path> file(Invocation in, String word) {
    if (word.contains("::")) {
      return Optional.empty();
    }
    Path file = in.environment().directory().resolve(word);
    boolean isPath = word.contains("/") || word.endsWith(".dump");
    if (isPath && !Files.isRegularFile(file)) {
      throw new CommandException("There is no file " + word + ".");
    }
    return isPath ? Optional.of(file) : Optional.empty();
  }

  private static void undo(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.confirm(
        in.app(),
        "WARNING: Destructive Action\n"
            + database.displayName()
            + " will contain again what it did before the last restore.\n"
            + "What it contains now is deleted.");
    in.output()
        .action(
            "Undoing the restore of " + database.displayName(),
            () -> {
              in.api().post(Client.path(database, "/restores/undo"), Json.object());
              return "";
            });
  }

  private static void confirm(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    in.confirm(
        in.app(),
        "WARNING: Destructive Action\n"
            + "What "
            + database.displayName()
            + " contained before the last restore is deleted for good.");
    in.output()
        .action(
            "Giving up what the last restore of " + database.displayName() + " replaced",
            () -> {
              in.api().post(Client.path(database, "/restores/confirm"), Json.object());
              return "";
            });
  }

  private static void verify(Invocation in) throws IOException {
    var client = new Client(in);
    String app = in.app();
    Backup backup = client.named(app, in.optional(0), SPELLING);
    in.output()
        .action(
            "Verifying " + backup.name(),
            () -> {
              in.api().post(Client.path(app, "/" + backup.uuid() + "/actions/verify"));
              return "in the background";
            });
  }

  private static void assertion(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    String path = Client.path(database, "/backup-assertion");
    Optional<String> query = in.value("sql");
    if (query.isPresent() && in.has("remove")) {
      throw new CommandException("Give either --sql or --remove.");
    }
    Json now =
        query.isPresent()
            ? in.api().put(path, Json.object("query", query.get()))
            : in.has("remove") ? in.api().delete(path) : in.api().get(path);
    if (in.json()) {
      in.output().json(now);
    } else if (now.text("query").isEmpty()) {
      in.output().line("Nothing is asked of the backups of " + database.displayName() + ".");
    } else {
      in.output().line(now.text("query"));
    }
  }

  private static void cancel(Invocation in) throws IOException {
    var client = new Client(in);
    String app = in.app();
    Optional<String> word = in.optional(0);
    Backup running =
        word.isPresent()
            ? client.find(app, word.get())
            : client.all(app).stream()
                .filter(transfer -> !transfer.finished())
                .findFirst()
                .orElseThrow(() -> new CommandException("No active backups/transfers"));
    in.output()
        .action(
            "Cancelling " + running.name(),
            () -> {
              in.api().post(Client.path(app, "/" + running.uuid() + "/actions/cancel"));
              return "";
            });
  }

  private static void delete(Invocation in) throws IOException {
    String app = in.app();
    String name = in.argument(0);
    in.confirm(app);
    in.output()
        .action(
            "Deleting backup " + name + " on " + app,
            () -> {
              in.api().delete(Client.path(app, "/" + Api.part(name)));
              return "";
            });
  }

  private static void schedule(Invocation in) throws IOException {
    Matcher at = AT.matcher(in.value("at").orElse(""));
    if (!at.matches()) {
      throw new CommandException("Invalid schedule format: expected --at '[HOUR]:00 [TIMEZONE]'");
    }
    String zone = at.group(2).isEmpty() ? "UTC" : at.group(2);
    String known = ZONES.getOrDefault(zone.toUpperCase(Locale.ROOT), zone);
    Database database = Databases.resolve(in, in.optional(0));
    in.output()
        .action(
            "Scheduling automatic daily backups of "
                + database.displayName()
                + " at "
                + at.group(1)
                + ":00 "
                + known,
            () -> {
              in.api()
                  .post(
                      Client.path(database, "/transfer-schedules"),
                      Json.object(
                          "hour",
                          at.group(1),
                          "timezone",
                          known,
                          "schedule_name",
                          database.configVar()));
              return "";
            });
  }

  private static void schedules(Invocation in) throws IOException {
    List<Json> all = new ArrayList<>();
    var databases = Databases.of(in.api(), in.app()).all();
    if (!databases.isEmpty()) {
      all = in.api().get(Client.path(databases.getFirst(), "/transfer-schedules")).items();
    }
    if (in.json()) {
      in.output().json(Json.array(all));
      return;
    }
    if (all.isEmpty()) {
      in.output()
          .line(
              "No backup schedules found on "
                  + in.app()
                  + ". Use `heroku pg:backups:schedule` to set one up.");
      return;
    }
    in.output().header("Backup Schedules");
    for (Json schedule : all) {
      in.output()
          .line(
              schedule.text("name")
                  + ": daily at "
                  + schedule.number("hour")
                  + ":00 "
                  + schedule.text("timezone"));
    }
  }

  private static void unschedule(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    Json schedule =
        in.api().get(Client.path(database, "/transfer-schedules")).items().stream()
            .filter(one -> one.text("name").equals(database.configVar()))
            .findFirst()
            .orElseThrow(() ->
                new CommandException("No daily backups found for " + database.displayName() + "."));
    in.output()
        .action(
            "Unscheduling " + database.displayName() + " daily backups",
            () -> {
              in.api()
                  .delete(
                      Client.path(
                          database, "/transfer-schedules/" + Api.part(schedule.text("uuid"))));
              return "";
            });
  }
}
