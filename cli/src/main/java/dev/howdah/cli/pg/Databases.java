package dev.howdah.cli.pg;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The databases of an app, and which one a word of the command line means. */
public final class Databases {
  private static final String PRIMARY = "DATABASE_URL";

  private final String app;
  private final Map<String, String> configVars;

  /** Every config var that leads to a database, and the database, sorted by name. */
  private final Map<String, Database> byVariable = new TreeMap<>();

  /** The databases, each once, under its best name. */
  private final Map<String, Database> byAddon = new LinkedHashMap<>();

  Databases(String app, List<Json> attachments, Map<String, String> configVars) {
    this.app = app;
    this.configVars = configVars;
    var groups = new LinkedHashMap<String, List<Json>>();
    for (Json attachment : attachments) {
      if (attachment.at("addon").at("plan").text("name").startsWith("heroku-postgresql")) {
        groups
            .computeIfAbsent(attachment.at("addon").text("id"), _ -> new ArrayList<>())
            .add(attachment);
      }
    }
    groups.values().forEach(this::add);
  }

  /** The databases of an app. */
  public static Databases of(Api api, String app) throws IOException {
    String path = "/apps/" + Api.part(app);
    List<Json> attachments =
        api.list(
            path + "/addon-attachments",
            Map.of(
                "Accept", "application/vnd.heroku+json; version=3.sdk",
                "Accept-Inclusion", "addon:plan,config_vars"));
    var configVars = new LinkedHashMap<String, String>();
    api.get(path + "/config-vars")
        .entries()
        .forEach((key, value) -> configVars.put(key, value.text()));
    return new Databases(app, attachments, configVars);
  }

  /** The database an argument means; the primary when there is no argument. */
  public static Database resolve(Invocation in, Optional<String> argument) throws IOException {
    String name = argument.orElse(PRIMARY);
    int colons = name.indexOf("::");
    if (colons >= 0) {
      return of(in.api(), name.substring(0, colons)).named(name.substring(colons + 2));
    }
    return of(in.api(), in.app()).named(name);
  }

  /** The databases, each once, sorted by name. */
  public List<Database> all() {
    var all = new ArrayList<>(byAddon.values());
    all.sort((one, other) -> one.configVar().compareTo(other.configVar()));
    return all;
  }

  /** The config vars of the app. */
  public Map<String, String> configVars() {
    return configVars;
  }

  /** The database a word means. */
  public Database named(String word) {
    if (byAddon.isEmpty()) {
      throw new CommandException("Your app has no databases.");
    }
    String name = word.equals("DATABASE") ? PRIMARY : word;
    Database found = exactly(name);
    if (found == null) {
      found = containing(name);
    }
    if (found == null) {
      throw new CommandException(
          "Unknown database: "
              + name
              + ". Valid options are: "
              + String.join(", ", byVariable.keySet()));
    }
    return found;
  }

  /** The name of the database with this URL; credentials and options of the URL do not count. */
  public String nameOf(String url) {
    for (var entry : configVars.entrySet()) {
      if (!entry.getKey().equals(PRIMARY)
          && entry.getKey().endsWith("_URL")
          && place(entry.getValue()).equals(place(url))) {
        return entry.getKey().substring(0, entry.getKey().length() - "_URL".length());
      }
    }
    return place(url).isEmpty() ? url : "Database on " + place(url);
  }

  private @Nullable Database exactly(String name) {
    Database byName = byVariable.get(name);
    if (byName == null) {
      byName = byVariable.get(name + "_URL");
    }
    if (byName != null) {
      return byName;
    }
    for (Database database : byAddon.values()) {
      if (database.addonName().equals(name) || database.addonId().equals(name)) {
        return database;
      }
    }
    return null;
  }

  private @Nullable Database containing(String name) {
    String part = name.toLowerCase(Locale.ROOT);
    var found = new ArrayList<Database>();
    Set<String> addons = new LinkedHashSet<>();
    byVariable.forEach((variable, database) -> {
      if (variable.toLowerCase(Locale.ROOT).contains(part)) {
        found.add(database);
        addons.add(database.addonId());
      }
    });
    // Two names of one database are no reason to refuse.
    return addons.size() == 1 ? found.get(0) : null;
  }

  private void add(List<Json> attachments) {
    boolean primary = false;
    for (Json attachment : attachments) {
      primary |= attachment.text("name").equals("DATABASE");
    }
    Json best = attachments.get(0);
    for (Json attachment : attachments) {
      if (rank(attachment) < rank(best)) {
        best = attachment;
      }
    }
    Database database = database(best, primary);
    byAddon.put(database.addonId(), database);
    for (Json attachment : attachments) {
      boolean plain = attachment.at("namespace").isNull();
      // Another credential of a database is a connection of its own under its own name.
      Database view = plain ? database : database(attachment, false);
      byVariable.put(variable(attachment), view);
    }
  }

  private static int rank(Json attachment) {
    String name = attachment.text("name");
    int rank = attachment.at("namespace").isNull() ? 0 : 10;
    if (name.equals("DATABASE")) {
      return rank + 2;
    }
    return name.startsWith("HEROKU_POSTGRESQL_") ? rank : rank + 1;
  }

  private Database database(Json attachment, boolean primary) {
    Json addon = attachment.at("addon");
    String variable = variable(attachment);
    return new Database(
        app,
        addon.text("id"),
        addon.text("name"),
        addon.at("app").text("name"),
        addon.at("plan").text("name"),
        attachment.text("name"),
        variable,
        primary,
        configVars.getOrDefault(variable, ""));
  }

  private static String variable(Json attachment) {
    for (Json variable : attachment.at("config_vars").items()) {
      if (variable.text().equals(attachment.text("name") + "_URL")) {
        return variable.text();
      }
    }
    return attachment.text("name") + "_URL";
  }

  private static String place(String url) {
    int at = url.indexOf('@');
    if (!url.startsWith("postgres") || at < 0) {
      return "";
    }
    int query = url.indexOf('?', at);
    return query < 0 ? url.substring(at + 1) : url.substring(at + 1, query);
  }
}
