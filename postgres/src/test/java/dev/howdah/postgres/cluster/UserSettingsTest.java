package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserSettingsTest {

  @Test
  void beginsWithHerokusDefaults() {
    assertThat(UserSettings.defaults().values())
        .containsEntry("log-lock-waits", "true")
        .containsEntry("log-min-duration-statement", "2000")
        .containsEntry("log-statement", "ddl")
        .containsEntry("log-connections", "true")
        .containsEntry("track-functions", "none")
        .hasSize(15);
  }

  @Test
  void isReadBackFromWhatWasStored() {
    UserSettings changed = UserSettings.defaults().with("log-statement", "all");
    assertThat(UserSettings.of(changed.values())).isEqualTo(changed);
    assertThat(UserSettings.of(Map.of("log-statement", "all"))).isEqualTo(changed);
  }

  @Test
  void loadsAutoExplainOnlyWhenAskedFor() {
    assertThat(UserSettings.defaults().serverSettings())
        .doesNotContainKey("session_preload_libraries")
        .containsEntry("log_min_duration_statement", "2000");
    assertThat(UserSettings.defaults().with("auto-explain", "true").serverSettings())
        .containsEntry("session_preload_libraries", "auto_explain");
  }

  @ParameterizedTest
  @CsvSource({
    "log-statement, most, 'log-statement is one of none, ddl, mod, all, not \"most\"'",
    "log-lock-waits, on, 'log-lock-waits is true or false, not \"on\"'",
    "log-min-duration-statement, 2s, 'log-min-duration-statement is a number of milliseconds, or -1 for off, not \"2s\"'",
    "shared-buffers, 1, 'there is no setting named \"shared-buffers\"'"
  })
  void refusesInOneSentence(String name, String value, String sentence) {
    assertThatThrownBy(() -> UserSettings.defaults().with(name, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }
}
