package dev.howdah.cli.pg;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code pg:info} and {@code pg:wait}: how the databases are. */
public final class InfoCommands implements Feature {
  private static final List<String> HOBBY_FIELDS =
      List.of(
          "Plan",
          "Status",
          "Connections",
          "PG Version",
          "Created",
          "Data Size",
          "Tables",
          "Rows",
          "Fork/Follow",
          "Rollback");
  private static final List<String> PRODUCTION_FIELDS =
      List.of(
          "Plan",
          "Status",
          "HA Status",
          "Data Size",
          "Tables",
          "PG Version",
          "Connections",
          "Fork/Follow",
          "Rollback",
          "Continuous Protection",
          "Created",
          "Forked From",
          "Data As Of",
          "Following",
          "Behind By",
          "Followers",
          "Forks",
          "Maintenance");

  @Override
  public List<Command> commands() {
    return List.of(
        command("pg:info [DATABASE]", "show the databases of an app, or one of them")
            .aliases("pg")
            .app()
            .options(Option.flag("extended", 'x', "everything the server has to say"), Option.JSON)
            .runs(InfoCommands::info),
        command("pg:wait [DATABASE]", "wait until databases are available")
            .app()
            .options(
                Option.value("wait-interval", "SECONDS", "how often to ask"),
                Option.flag("no-notify", "no desktop notification (there is none)"),
                Option.JSON)
            .runs(WaitCommand::run));
  }

  private static void info(Invocation in) throws IOException {
    var databases = new ArrayList<Database>();
    Databases all;
    if (in.optional(0).isPresent()) {
      Database one = Databases.resolve(in, in.optional(0));
      databases.add(one);
      all = Databases.of(in.api(), one.app());
    } else {
      String app = in.app();
      all = Databases.of(in.api(), app);
      databases.addAll(all.all());
      if (databases.isEmpty() && !in.json()) {
        in.output().line(app + " has no heroku-postgresql databases.");
        return;
      }
    }
    var answers = new ArrayList<Json>();
    for (Database database : databases) {
      Json answer = ask(in, database);
      if (in.json()) {
        answers.add(
            Json.object(
                "config_var", database.configVar(),
                "primary", database.primary(),
                "addon", database.addonName(),
                "info", resolved(answer.at("info"), all)));
      } else {
        show(in, database, answer, all);
      }
    }
    if (in.json()) {
      in.output().json(Json.array(answers));
    }
  }

  /** The fields with names in place of the URLs of databases, which carry passwords. */
  private static Json resolved(Json info, Databases all) {
    var fields = new ArrayList<Json>();
    for (Json item : info.items()) {
      fields.add(Json.object("name", item.text("name"), "values", Json.array(valuesOf(item, all))));
    }
    return Json.array(fields);
  }

  private static List<String> valuesOf(Json item, Databases all) {
    var values = new ArrayList<String>();
    for (Json value : item.at("values").items()) {
      values.add(item.flag("resolve_db_name") ? all.nameOf(value.text()) : value.text());
    }
    if (!item.text("value").isEmpty()) {
      values.add(item.text("value"));
    }
    return values;
  }

  private static Json ask(Invocation in, Database database) throws IOException {
    try {
      return in.api().get("/client/v11/databases/" + Api.part(database.addonId()));
    } catch (ApiException e) {
      if (e.status() == 404) {
        return Json.NULL;
      }
      throw e;
    }
  }

  private static void show(Invocation in, Database database, Json answer, Databases all) {
    in.output().header(database.displayName());
    if (answer.isNull()) {
      in.output().pairs(Map.of("Status", "Not provisioned yet; `howdah pg:wait` waits for it"));
    } else {
      in.output().hash(fields(in.has("extended"), database, answer, all));
    }
    in.output().line();
  }

  private static Map<String, List<String>> fields(
      boolean extended, Database database, Json answer, Databases all) {
    var told = new LinkedHashMap<String, List<String>>();
    for (Json item : answer.at("info").items()) {
      List<String> values = valuesOf(item, all);
      if (!values.isEmpty()) {
        told.put(item.text("name"), values);
      }
    }
    if (extended) {
      if (!database.addonApp().equals(database.app())) {
        told.put("Billing App", List.of(database.addonApp()));
      }
      told.put("Add-on", List.of(database.addonName()));
      return told;
    }
    return select(told);
  }

  /** The fields of the book in the order of the book, how safe the data are, and what warns. */
  static Map<String, List<String>> select(Map<String, List<String>> told) {
    var shown = new LinkedHashMap<String, List<String>>();
    for (String name : told.containsKey("Rows") ? HOBBY_FIELDS : PRODUCTION_FIELDS) {
      List<String> values = told.get(name);
      if (values != null) {
        shown.put(name, values);
      }
    }
    for (String name : List.of("Last Backup", "Warning")) {
      List<String> values = told.get(name);
      if (values != null) {
        shown.put(name, values);
      }
    }
    return shown;
  }
}
