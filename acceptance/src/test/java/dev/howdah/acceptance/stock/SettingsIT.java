package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:settings*}. */
@ExtendWith(SharedServer.class)
class SettingsIT {

  /**
   * One setting as the user sees it and as PostgreSQL has it.
   *
   * @param command the part after pg:settings:
   * @param before what the new database has
   * @param after what is set
   * @param explained what the command says about the new value
   * @param guc the parameter of PostgreSQL, empty when it has none
   * @param value its value then
   */
  private record Setting(
      String command, String before, String after, String explained, String guc, String value) {
    String shownName() {
      return command.replace("auto-explain:", "auto-explain.");
    }
  }

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("log-lock-waits", "true", "false", "no log message", "log_lock_waits", "off"),
          new Setting("log-connections", "true", "false", "", "log_connections", "off"),
          new Setting(
              "log-min-duration-statement",
              "2000",
              "100",
              "at least 100 milliseconds",
              "log_min_duration_statement",
              "100ms"),
          new Setting(
              "log-min-error-statement", "error", "fatal", "", "log_min_error_statement", "fatal"),
          new Setting("log-statement", "ddl", "mod", "All statements", "log_statement", "mod"),
          new Setting("track-functions", "none", "pl", "", "track_functions", "pl"),
          new Setting("data-connector-details-logs", "false", "true", "", "", ""),
          new Setting(
              "auto-explain", "false", "true", "will be logged for future connections", "", ""),
          new Setting(
              "auto-explain:log-analyze", "false", "true", "", "auto_explain.log_analyze", "on"),
          new Setting(
              "auto-explain:log-buffers", "false", "true", "", "auto_explain.log_buffers", "on"),
          new Setting(
              "auto-explain:log-format",
              "text",
              "json",
              "json format",
              "auto_explain.log_format",
              "json"),
          new Setting(
              "auto-explain:log-min-duration",
              "-1",
              "500",
              "500",
              "auto_explain.log_min_duration",
              "500ms"),
          new Setting(
              "auto-explain:log-nested-statements",
              "false",
              "true",
              "",
              "auto_explain.log_nested_statements",
              "on"),
          new Setting(
              "auto-explain:log-triggers", "false", "true", "", "auto_explain.log_triggers", "on"),
          new Setting(
              "auto-explain:log-verbose", "false", "true", "", "auto_explain.log_verbose", "on"));

  @Test
  void everySettingIsShownAndTakesEffect(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-settings");
    String addon = app.addDatabase("standard-0", "DATABASE");

    Ran all = server.heroku("pg:settings", "-a", app.name()).succeeded();
    assertThat(all.out()).startsWith("=== " + addon + "\n");
    for (Setting setting : SETTINGS) {
      assertThat(all.out())
          .containsPattern("\n" + setting.shownName() + ": +" + setting.before() + "\n");
    }

    Ran one = server.heroku("pg:settings:log-statement", "-a", app.name()).succeeded();
    assertThat(one.out())
        .isEqualTo(
            "log-statement is set to ddl for %s.\n".formatted(addon)
                + "All data definition statements, such as CREATE, ALTER and DROP, will be logged"
                + " in your application's logs.\n");

    for (Setting setting : SETTINGS) {
      Ran set =
          server
              .heroku(
                  "pg:settings:" + setting.command(), "DATABASE", setting.after(), "-a", app.name())
              .succeeded();
      assertThat(set.out())
          .startsWith(
              "%s has been set to %s for %s.\n"
                  .formatted(setting.shownName(), setting.after(), addon))
          .contains(setting.explained());
    }
    for (Setting setting : SETTINGS) {
      if (!setting.guc().isEmpty()) {
        assertThat(app.sql("SHOW " + setting.guc())).containsExactly(setting.value());
      }
    }
    Ran changed = server.heroku("pg:settings", "-a", app.name()).succeeded();
    for (Setting setting : SETTINGS) {
      assertThat(changed.out())
          .containsPattern("\n" + setting.shownName() + ": +" + setting.after() + "\n");
    }
  }

  @Test
  void anEssentialDatabaseHasNoSettings(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-settings-essential", "essential-0");
    assertThat(server.heroku("pg:settings", "-a", app.name()).failed().flat())
        .contains("You can't perform this operation on Essential-tier databases.");
  }
}
