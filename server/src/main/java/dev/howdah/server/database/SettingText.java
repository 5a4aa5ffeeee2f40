package dev.howdah.server.database;

import dev.howdah.postgres.cluster.UserSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings as the stock CLI reads and explains them (contract §7, T12). */
final class SettingText {
  private static final Map<String, String> DESCRIPTIONS =
      Map.ofEntries(
          Map.entry("log_lock_waits", "Logs sessions that wait longer than a second for a lock."),
          Map.entry("log_connections", "Logs every attempt to connect."),
          Map.entry(
              "log_min_duration_statement",
              "Logs statements that take at least this many milliseconds; 0 logs all, -1 none."),
          Map.entry(
              "log_min_error_statement", "Logs statements that end in this error or a worse."),
          Map.entry("log_statement", "Logs statements of this kind."),
          Map.entry("track_functions", "Counts calls of functions of this kind."),
          Map.entry("data_connector_details_logs", "Logs details of data connectors."),
          Map.entry("auto_explain", "Logs execution plans of slow statements in new sessions."),
          Map.entry(
              "auto_explain.log_analyze", "Shows what really happened beside what was planned."),
          Map.entry("auto_explain.log_buffers", "Shows the use of buffers."),
          Map.entry("auto_explain.log_format", "The format of logged plans."),
          Map.entry(
              "auto_explain.log_min_duration",
              "Logs plans of statements that take at least this many milliseconds; -1 none."),
          Map.entry("auto_explain.log_nested_statements", "Also statements within functions."),
          Map.entry("auto_explain.log_triggers", "Shows the time spent in triggers."),
          Map.entry("auto_explain.log_verbose", "Shows more of each plan."));

  private static final Map<String, Map<String, String>> CHOICES =
      Map.of(
          "log_statement",
          Map.of(
              "none",
              "No statements will be logged in your application's logs.",
              "ddl",
              "All data definition statements, such as CREATE, ALTER and DROP, will be logged in"
                  + " your application's logs.",
              "mod",
              "All statements that change data or definitions will be logged in your"
                  + " application's logs.",
              "all",
              "All statements will be logged in your application's logs."),
          "log_min_error_statement",
          Map.of(
              "error", "All statements that end in an error or worse will be logged.",
              "log", "All statements that cause a log message or worse will be logged.",
              "fatal", "All statements that end the session or worse will be logged.",
              "panic", "Only statements that stop the server will be logged."),
          "track_functions",
          Map.of(
              "none", "No functions will be tracked.",
              "pl", "Only procedural language functions will be tracked.",
              "all", "All functions, including SQL and C language functions, will be tracked."));

  private SettingText() {}

  record Item(Object value, Map<String, String> values, String desc, Object defaultValue) {
    Map<String, Object> wire() {
      var wire = new LinkedHashMap<String, Object>();
      wire.put("value", value);
      wire.put("values", values);
      wire.put("desc", desc);
      wire.put("default", defaultValue);
      return wire;
    }
  }

  /** All settings by the names of the wire, in their order. */
  static Map<String, Object> wire(UserSettings settings) {
    var wire = new LinkedHashMap<String, Object>();
    settings
        .values()
        .forEach((name, value) -> {
          String key = key(name);
          wire.put(
              key,
              new Item(
                      typed(value),
                      CHOICES.getOrDefault(key, Map.of()),
                      DESCRIPTIONS.getOrDefault(key, ""),
                      typed(UserSettings.defaults().get(name)))
                  .wire());
        });
    return wire;
  }

  /** {@code log-statement} from {@code log_statement}. */
  static String name(String key) {
    return key.replace('_', '-');
  }

  private static String key(String name) {
    return name.replace('-', '_');
  }

  private static Object typed(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    return value.matches("-?[0-9]{1,10}") ? (Object) Long.valueOf(value) : value;
  }
}
