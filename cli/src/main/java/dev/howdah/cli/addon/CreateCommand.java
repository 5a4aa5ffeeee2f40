package dev.howdah.cli.addon;

import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Api;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.json.Json;
import dev.howdah.cli.output.Prices;
import dev.howdah.cli.pg.Database;
import dev.howdah.cli.pg.Databases;
import dev.howdah.cli.release.Releases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code addons:add}, which for databases has much to say. */
final class CreateCommand {
  static final String POSTGRES = "heroku-postgresql";
  private static final List<String> COPIES = List.of("fork", "follow", "rollback");

  /** What a database can be made with (B6.4, B6.9, B6.19, B6.20). */
  static final List<Option> DATABASE_OPTIONS =
      List.of(
          Option.value("fork", "DATABASE", "a database that begins as a copy of another"),
          Option.flag("fast", "fork the newest snapshot, up to 30 hours old"),
          Option.value("follow", "DATABASE", "a read-only copy that is kept up to date"),
          Option.value("rollback", "DATABASE", "a copy of another as it was at an earlier moment"),
          Option.value("to", "TIME", "that moment: '2014-10-05 15:02 US/Pacific'"),
          Option.value("by", "INTERVAL", "how long ago it was: '2 days 5 hours 10 minutes'"),
          Option.value("version", "N", "major version of PostgreSQL"));

  private static final Map<String, String> HEADERS =
      Map.of("Accept-Expansion", "plan", "X-Heroku-Legacy-Provider-Messages", "true");

  private CreateCommand() {}

  static void run(Invocation in) throws IOException {
    String app = in.app();
    var config = new LinkedHashMap<>(in.passedThrough());
    for (Option option : DATABASE_OPTIONS) {
      in.value(option.name()).ifPresent(value -> config.put(option.name(), value));
    }
    String service = in.argument(0);
    if (isPostgres(service)) {
      service = resolveSource(in, service, config);
    }
    String adding = service;
    var made = new ArrayList<Json>();
    in.output()
        .action(
            "Adding " + adding + " on " + app,
            () -> {
              made.add(add(in, app, adding, config));
              return AddonCommands.status(
                  Releases.newest(in.api(), app), Prices.ofAddon(made.get(0)));
            });
    Json addOn = made.get(0);
    String name = attachmentName(in, app, addOn);
    if (!name.isEmpty() && isPostgres(adding)) {
      in.output().line("Attached as " + name + "_URL");
    }
    for (String line : messages(addOn, isPostgres(adding), config)) {
      in.output().line(line);
    }
    in.output().line("Use `heroku addons:docs " + serviceOf(adding) + "` to view documentation.");
    if (in.has("wait") && addOn.text("state").equals("provisioning")) {
      AddonCommands.waitUntilThere(in, addOn, 2);
    }
  }

  private static String serviceOf(String word) {
    int colon = word.indexOf(':');
    return colon < 0 ? word : word.substring(0, colon);
  }

  private static boolean isPostgres(String word) {
    return serviceOf(word).equals(POSTGRES);
  }

  /**
   * Turns the source of a fork, follower or rollback into the exact name of its config var, so that
   * every way of naming a database works here, too. Without a plan the source's is taken.
   */
  private static String resolveSource(Invocation in, String service, Map<String, String> config)
      throws IOException {
    String chosen = service;
    for (String copy : COPIES) {
      String source = config.get(copy);
      if (source == null || source.contains("://")) {
        continue;
      }
      if (source.equals("true")) {
        throw new CommandException("--" + copy + " needs a database.");
      }
      Database database = Databases.resolve(in, Optional.of(source));
      if (database.isHobby()) {
        String word = copy.substring(0, 1).toUpperCase(Locale.ROOT) + copy.substring(1);
        throw new CommandException(word + " is only available on production databases.");
      }
      int colons = source.indexOf("::");
      String prefix = colons < 0 ? "" : source.substring(0, colons + 2);
      config.put(copy, prefix + database.configVar());
      if (!chosen.contains(":")) {
        chosen = database.plan();
      }
    }
    return chosen;
  }

  private static Json add(Invocation in, String app, String service, Map<String, String> config)
      throws IOException {
    String path = AddonCommands.path(app);
    Optional<String> confirmed = in.value(Option.CONFIRM.name());
    try {
      return in.api().post(path, HEADERS, body(in, service, config, confirmed));
    } catch (ApiException e) {
      if (!e.id().equals("confirmation_required") || confirmed.isPresent()) {
        throw e;
      }
      in.output().line();
      in.confirm(app, e.text());
      return in.api().post(path, HEADERS, body(in, service, config, Optional.of(app)));
    }
  }

  private static Json body(
      Invocation in, String service, Map<String, String> config, Optional<String> confirmed) {
    var attachment = new LinkedHashMap<String, @Nullable Object>();
    in.value("as").ifPresent(as -> attachment.put("name", as));
    var options = new LinkedHashMap<String, @Nullable Object>();
    // A switch is a boolean on the wire, a value a string, whatever it looks like.
    config.forEach((key, value) -> options.put(key, value.equals("true") ? true : value));
    var body = new LinkedHashMap<String, @Nullable Object>();
    body.put("plan", Json.object("name", service));
    body.put("attachment", Json.object(attachment));
    body.put("config", Json.object(options));
    in.value("name").ifPresent(name -> body.put("name", name));
    confirmed.ifPresent(name -> body.put("confirm", name));
    return Json.object(body);
  }

  /** The name given, else the colour; {@code DATABASE} is only its second name. */
  private static String attachmentName(Invocation in, String app, Json addOn) throws IOException {
    if (in.value("as").isPresent()) {
      return in.value("as").get();
    }
    List<Json> attachments = in.api().list("/apps/" + Api.part(app) + "/addon-attachments");
    return AddonCommands.bestName(attachments, addOn.text("id"), app);
  }

  /** What is said after the add-on's name; for a new database the words of the book. */
  static List<String> messages(Json addOn, boolean postgres, Map<String, String> config) {
    boolean copy = COPIES.stream().anyMatch(config::containsKey);
    String message = addOn.text("provision_message").strip();
    if (!postgres) {
      return message.isEmpty() ? List.of() : message.lines().toList();
    }
    var lines = new ArrayList<String>();
    if (copy) {
      lines.addAll(message.isEmpty() ? copyMessage(config) : message.lines().toList());
    } else if (addOn.text("state").equals("provisioning")) {
      return List.of(
          "The database should be available in 3-5 minutes",
          "Use `heroku pg:wait` to track status");
    } else {
      return List.of(
          "Database has been created and is available",
          " ! This database is empty. If upgrading, you can transfer",
          " ! data from another database with pgbackups:restore.");
    }
    if (lines.stream().noneMatch(line -> line.contains("pg:wait"))) {
      lines.add("Use `heroku pg:wait` to track status.");
    }
    return lines;
  }

  private static List<String> copyMessage(Map<String, String> config) {
    if (config.containsKey("follow")) {
      return List.of("Follower will become available for read-only queries when up-to-date");
    }
    return List.of(
        "Database will become available after it completes "
            + (config.containsKey("fork") ? "forking" : "rolling back"));
  }
}
