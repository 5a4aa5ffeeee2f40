package dev.howdah.postgres.cluster;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings an owner may change ({@code pg:settings}), by Heroku's names such as {@code
 * log-min-duration-statement}. Always complete and valid.
 *
 * @param values value by name, in the order they are listed to users
 */
public record UserSettings(Map<String, String> values) {

  /** What values a setting has. */
  private enum Kind {
    BOOLEAN,
    MILLISECONDS,
    WORD
  }

  /**
   * One setting.
   *
   * @param parameter PostgreSQL's name of it; empty where PostgreSQL has none
   */
  private record Setting(
      String name, String parameter, Kind kind, List<String> words, String initial) {

    static Setting bool(String name, String parameter, String initial) {
      return new Setting(name, parameter, Kind.BOOLEAN, List.of(), initial);
    }

    static Setting milliseconds(String name, String parameter, String initial) {
      return new Setting(name, parameter, Kind.MILLISECONDS, List.of(), initial);
    }

    static Setting word(String name, String parameter, String initial, String... words) {
      return new Setting(name, parameter, Kind.WORD, List.of(words), initial);
    }

    String check(String value) {
      boolean valid =
          switch (kind) {
            case BOOLEAN -> value.equals("true") || value.equals("false");
            case MILLISECONDS -> value.matches("-1|[0-9]{1,9}");
            case WORD -> words.contains(value);
          };
      if (!valid) {
        String expected =
            switch (kind) {
              case BOOLEAN -> "true or false";
              case MILLISECONDS -> "a number of milliseconds, or -1 for off";
              case WORD -> "one of " + String.join(", ", words);
            };
        throw new IllegalArgumentException("%s is %s, not \"%s\"".formatted(name, expected, value));
      }
      return value;
    }
  }

  private static final String AUTO_EXPLAIN = "auto-explain";

  private static final List<Setting> ALL =
      List.of(
          Setting.bool("log-lock-waits", "log_lock_waits", "true"),
          Setting.bool("log-connections", "log_connections", "true"),
          Setting.milliseconds("log-min-duration-statement", "log_min_duration_statement", "2000"),
          Setting.word(
              "log-min-error-statement",
              "log_min_error_statement",
              "error",
              "error",
              "log",
              "fatal",
              "panic"),
          Setting.word("log-statement", "log_statement", "ddl", "none", "ddl", "mod", "all"),
          Setting.word("track-functions", "track_functions", "none", "none", "pl", "all"),
          // Kept for those who ask; there is no data connector here that could log.
          Setting.bool("data-connector-details-logs", "", "false"),
          Setting.bool(AUTO_EXPLAIN, "", "false"),
          Setting.bool("auto-explain.log-analyze", "auto_explain.log_analyze", "false"),
          Setting.bool("auto-explain.log-buffers", "auto_explain.log_buffers", "false"),
          Setting.word(
              "auto-explain.log-format",
              "auto_explain.log_format",
              "text",
              "text",
              "json",
              "yaml",
              "xml"),
          Setting.milliseconds(
              "auto-explain.log-min-duration", "auto_explain.log_min_duration", "-1"),
          Setting.bool(
              "auto-explain.log-nested-statements", "auto_explain.log_nested_statements", "false"),
          Setting.bool("auto-explain.log-triggers", "auto_explain.log_triggers", "false"),
          Setting.bool("auto-explain.log-verbose", "auto_explain.log_verbose", "false"));

  /** Completes the map with defaults and checks every value. */
  public UserSettings {
    Map<String, String> complete = new LinkedHashMap<>();
    for (Setting setting : ALL) {
      String value = values.get(setting.name());
      complete.put(setting.name(), value == null ? setting.initial() : setting.check(value));
    }
    values
        .keySet()
        .forEach(name -> {
          if (!complete.containsKey(name)) {
            throw unknown(name);
          }
        });
    values = Collections.unmodifiableMap(complete);
  }

  /** What a new database has. */
  public static UserSettings defaults() {
    return new UserSettings(Map.of());
  }

  /** Defaults with the given ones changed; for reading back what was stored. */
  public static UserSettings of(Map<String, String> changed) {
    return new UserSettings(changed);
  }

  /**
   * The same with one setting changed.
   *
   * @throws IllegalArgumentException in one sentence for users, when there is no such setting or
   *     the value is not one of its values
   */
  public UserSettings with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new UserSettings(changed);
  }

  /** The value of one setting. */
  public String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw unknown(name);
    }
    return value;
  }

  /** The same in PostgreSQL's names and values. */
  Map<String, String> serverSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Setting setting : ALL) {
      if (!setting.parameter().isEmpty()) {
        settings.put(setting.parameter(), get(setting.name()));
      }
    }
    // Loaded by each new session, so that it comes and goes without a restart.
    if (get(AUTO_EXPLAIN).equals("true")) {
      settings.put("session_preload_libraries", "auto_explain");
    }
    return settings;
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("there is no setting named \"" + name + "\"");
  }
}
