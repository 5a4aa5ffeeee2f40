package dev.howdah.cli.pg;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code pg:diagnose}: a report on a database. */
public final class DiagnoseCommands implements Feature {
  private static final String UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:diagnose [DATABASE|REPORT]", "run or view a report on a database")
            .details("A report is kept for a month and shown again by its id.")
            .app()
            .options(Option.JSON)
            .runs(DiagnoseCommands::diagnose));
  }

  private static void diagnose(Invocation in) throws IOException {
    Optional<String> id = in.optional(0).filter(text -> text.matches(UUID));
    Json report = id.isPresent() ? in.api().get("/reports/" + id.get()) : make(in);
    if (in.json()) {
      in.output().json(report);
      return;
    }
    in.output()
        .line(
            "Report %s for %s::%s"
                .formatted(report.text("id"), report.text("app"), report.text("database")));
    in.output().line("available for one month after creation on " + report.text("created_at"));
    in.output().line();
    for (String status : List.of("red", "yellow", "green", "skipped")) {
      for (Json check : report.at("checks").items()) {
        if (check.text("status").equals(status)) {
          show(in, check);
        }
      }
    }
  }

  private static Json make(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    var wanted = new LinkedHashMap<String, @Nullable Object>();
    wanted.put("app", database.app());
    wanted.put("database", database.configVar());
    wanted.put("plan", database.planName());
    wanted.put("url", database.url());
    return in.api().post("/reports", Json.object(wanted));
  }

  private static void show(Invocation in, Json check) {
    String status = check.text("status");
    in.output().line(status.toUpperCase(Locale.ROOT) + ": " + check.text("name"));
    if (status.equals("green")) {
      return;
    }
    Json results = check.at("results");
    List<Json> rows = results.items();
    if (rows.isEmpty()) {
      if (!results.text("error").isEmpty()) {
        in.output().line("Error " + results.text("error"));
      }
      return;
    }
    List<String> columns = List.copyOf(rows.get(0).entries().keySet());
    var table = new ArrayList<List<String>>();
    for (Json row : rows) {
      table.add(columns.stream().map(row::text).toList());
    }
    in.output()
        .table(
            columns.stream()
                .map(name -> name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))
                .toList(),
            table);
    in.output().line();
  }
}
