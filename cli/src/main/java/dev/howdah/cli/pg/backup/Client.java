package dev.howdah.cli.pg.backup;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.pg.Database;
import dev.howdah.cli.pg.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What both generations of commands ask the server. */
final class Client {
  static final String NONE = "No backups. Capture one with `heroku %s:capture`.";

  private static final int LAST_LOGS = 5;

  private final Invocation in;

  Client(Invocation in) {
    this.in = in;
  }

  static String path(String app, String rest) {
    return "/client/v11/apps/" + Api.part(app) + "/transfers" + rest;
  }

  static String path(Database database, String rest) {
    return "/client/v11/databases/" + Api.part(database.addonId()) + rest;
  }

  /** Every transfer of an app, newest first. */
  List<Backup> all(String app) throws IOException {
    var all = new ArrayList<Backup>();
    for (Json item : in.api().get(path(app, "")).items()) {
      all.add(new Backup(item));
    }
    all.sort(Comparator.comparingLong((Backup backup) -> backup.json().number("num")).reversed());
    return all;
  }

  /** The backups of an app, newest first. */
  List<Backup> backups(String app) throws IOException {
    var backups = new ArrayList<>(all(app));
    backups.removeIf(transfer -> transfer.kind() != Backup.Kind.BACKUP);
    return backups;
  }

  /** The newest backup that can be restored. */
  Backup latest(String app, String spelling) throws IOException {
    return backups(app).stream()
        .filter(Backup::succeeded)
        .findFirst()
        .orElseThrow(() -> new CommandException(String.format(NONE, spelling)));
  }

  /** One with its logs. */
  Backup find(String app, String name) throws IOException {
    return new Backup(in.api().get(path(app, "/" + Api.part(name) + "?verbose=true")));
  }

  /** The backup a word means: an id, or {@code other-app::id}; the newest without a word. */
  Backup named(String app, Optional<String> word, String spelling) throws IOException {
    if (word.isEmpty()) {
      return latest(app, spelling);
    }
    int colons = word.get().indexOf("::");
    String on = colons < 0 ? app : word.get().substring(0, colons);
    String name = colons < 0 ? word.get() : word.get().substring(colons + 2);
    return name.isEmpty() ? latest(on, spelling) : find(on, name);
  }

  Backup capture(Database database, boolean expire) throws IOException {
    return new Backup(in.api().post(path(database, "/backups"), Json.object("expire", expire)));
  }

  Backup restore(Database database, String url, List<String> extensions) throws IOException {
    return new Backup(
        in.api()
            .post(
                path(database, "/restores"),
                Json.object("backup_url", url, "extensions", Json.array(extensions))));
  }

  /** Sends a file that is restored when all of it has arrived. */
  Backup upload(Database database, Path file, List<String> extensions) throws IOException {
    String path =
        path(database, "/restores/upload?name=" + Api.part(String.valueOf(file.getFileName())))
            + "&extensions="
            + Api.part(String.join(",", extensions));
    if (in.json()) {
      return new Backup(in.api().upload(path, file));
    }
    var begun = new ArrayList<Backup>();
    in.output()
        .action(
            "Uploading " + file.getFileName(),
            () -> {
              begun.add(new Backup(in.api().upload(path, file)));
              return Backup.size(Files.size(file), "%.2f");
            });
    return begun.getFirst();
  }

  Json address(String app, Backup backup) throws IOException {
    return in.api().post(path(app, "/" + backup.json().number("num") + "/actions/public-url"));
  }

  /** Waits for the end of a transfer, showing how far it is. */
  Backup watch(String app, Backup begun, String line, long interval) throws IOException {
    var waiting = new Waiting(in.output(), line + "... ", interval);
    boolean quiet = in.json();
    boolean verbose = in.has("verbose") && !quiet;
    int shown = 0;
    Backup now = find(app, begun.uuid());
    while (true) {
      if (verbose) {
        List<Json> logs = now.json().at("logs").items();
        for (Json log : logs.subList(Math.min(shown, logs.size()), logs.size())) {
          in.output().line(log.text("created_at") + " " + log.text("message"));
        }
        shown = logs.size();
        in.output().flush();
      }
      if (now.finished()) {
        break;
      }
      if (verbose || quiet) {
        Waiting.sleep(interval);
      } else {
        waiting.pause(now.json().at("started_at").isNull() ? "pending" : now.size() + " /");
      }
      now = find(app, begun.uuid());
    }
    if (!quiet) {
      waiting.endsAnyway(now.succeeded() ? "done" : "failed");
    }
    return now;
  }

  /** The last words of a transfer. */
  static String lastLogs(Backup transfer) {
    List<Json> logs = transfer.json().at("logs").items();
    var lines = new ArrayList<String>();
    for (Json log : logs.subList(Math.max(0, logs.size() - LAST_LOGS), logs.size())) {
      lines.add(log.text("message"));
    }
    return String.join("\n", lines);
  }
}
