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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a database logs and measures. */
public final class SettingCommands implements Feature {

  /** What a setting can be set to. */
  private enum Kind {
    SWITCH,
    NUMBER,
    WORD
  }

  /**
   * A setting.
   *
   * @param name what comes after {@code pg:settings:}
   * @param key what the server calls it
   */
  private record Setting(String name, String key, Kind kind, String summary) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(
              "log-connections", "log_connections", Kind.SWITCH, "log every new connection"),
          new Setting(
              "log-lock-waits", "log_lock_waits", Kind.SWITCH, "log who waits long for a lock"),
          new Setting(
              "log-min-duration-statement",
              "log_min_duration_statement",
              Kind.NUMBER,
              "log statements that take this many milliseconds; -1: none, 0: all"),
          new Setting(
              "log-min-error-statement",
              "log_min_error_statement",
              Kind.WORD,
              "log statements that end this badly: error, log, fatal, panic"),
          new Setting(
              "log-statement",
              "log_statement",
              Kind.WORD,
              "log statements of this kind: none, ddl, mod, all"),
          new Setting(
              "track-functions",
              "track_functions",
              Kind.WORD,
              "measure calls of functions: none, pl, all"),
          new Setting(
              "data-connector-details-logs",
              "data_connector_details_logs",
              Kind.SWITCH,
              "log details of data connectors"),
          new Setting(
              "auto-explain", "auto_explain", Kind.SWITCH, "log the plans of slow statements"),
          new Setting(
              "auto-explain:log-analyze",
              "auto_explain.log_analyze",
              Kind.SWITCH,
              "plans with what really happened"),
          new Setting(
              "auto-explain:log-buffers",
              "auto_explain.log_buffers",
              Kind.SWITCH,
              "plans with buffer usage"),
          new Setting(
              "auto-explain:log-format",
              "auto_explain.log_format",
              Kind.WORD,
              "format of plans: text, json, yaml, xml"),
          new Setting(
              "auto-explain:log-min-duration",
              "auto_explain.log_min_duration",
              Kind.NUMBER,
              "plans of statements that take this many milliseconds"),
          new Setting(
              "auto-explain:log-nested-statements",
              "auto_explain.log_nested_statements",
              Kind.SWITCH,
              "plans of statements inside functions"),
          new Setting(
              "auto-explain:log-triggers",
              "auto_explain.log_triggers",
              Kind.SWITCH,
              "plans with triggers"),
          new Setting(
              "auto-explain:log-verbose",
              "auto_explain.log_verbose",
              Kind.SWITCH,
              "plans with everything"));

  @Override
  public List<Command> commands() {
    var commands = new ArrayList<Command>();
    commands.add(
        command("pg:settings [DATABASE]", "show the settings of a database")
            .app()
            .options(Option.JSON)
            .runs(SettingCommands::list));
    for (Setting setting : SETTINGS) {
      commands.add(
          command("pg:settings:" + setting.name() + " [VALUE] [DATABASE]", setting.summary())
              .details("Without VALUE the setting is shown.")
              .app()
              .options(Option.JSON)
              .runs(in -> showOrSet(in, setting)));
    }
    return commands;
  }

  private static String path(Database database) {
    return "/postgres/v0/databases/" + Api.part(database.addonId()) + "/config";
  }

  private static void list(Invocation in) throws IOException {
    Database database = Databases.resolve(in, in.optional(0));
    Json settings = in.api().get(path(database));
    if (in.json()) {
      in.output().json(settings);
      return;
    }
    var block = new LinkedHashMap<String, String>();
    for (Setting setting : SETTINGS) {
      Json known = settings.at(setting.key());
      if (!known.isNull()) {
        block.put(setting.name(), known.text("value"));
      }
    }
    in.output().header(database.displayName());
    in.output().pairs(block);
  }

  private static void showOrSet(Invocation in, Setting setting) throws IOException {
    Optional<String> value = in.optional(0);
    Optional<String> name = in.optional(1);
    if (value.isPresent() && name.isEmpty() && !isValue(setting.kind(), value.get())) {
      // One word that is no value: the database whose setting is asked for.
      name = value;
      value = Optional.empty();
    }
    Database database = Databases.resolve(in, name);
    Json answer =
        value.isEmpty()
            ? in.api().get(path(database))
            : in.api()
                .patch(path(database), Json.object(setting.key(), typed(setting, value.get())));
    Json known = answer.at(setting.key());
    if (in.json()) {
      in.output().json(known);
      return;
    }
    if (known.isNull()) {
      throw new CommandException(
          database.displayName() + " has no setting " + setting.name() + ".");
    }
    String now = known.text("value");
    in.output()
        .line(
            setting.name()
                + (value.isEmpty() ? " is set to " : " has been set to ")
                + now
                + " for "
                + database.addonName()
                + ".");
    String meaning = known.at("values").text(now);
    if (meaning.isEmpty()) {
      meaning = known.text("desc");
    }
    if (!meaning.isEmpty()) {
      in.output().line(meaning);
    }
  }

  private static boolean isValue(Kind kind, String word) {
    return switch (kind) {
      case SWITCH -> asSwitch(word).isPresent();
      case NUMBER -> word.matches("-?[0-9]+");
      case WORD ->
          word.equals(word.toLowerCase(Locale.ROOT))
              && !word.contains("::")
              && !word.startsWith("postgresql-");
    };
  }

  private static Object typed(Setting setting, String word) {
    return switch (setting.kind()) {
      case SWITCH ->
          asSwitch(word)
              .orElseThrow(
                  () -> new CommandException("Invalid value. Valid options are: on, off."));
      case NUMBER -> {
        if (!word.matches("-?[0-9]{1,9}")) {
          throw new CommandException("Invalid value. It must be a number of milliseconds.");
        }
        yield Long.valueOf(word);
      }
      case WORD -> word;
    };
  }

  private static Optional<Boolean> asSwitch(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "true", "on", "yes", "y", "t", "1", "enable" -> Optional.of(true);
      case "false", "off", "no", "n", "f", "0", "disable" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
