package dev.howdah.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  private static final List<String> NAMES =
      List.of("apps", "pg:info", "pg:wait", "config:get", "config:set", "maintenance");

  @Test
  void proposesWhatIsNear() {
    assertThat(Suggestion.nearest("pg:inof", NAMES)).containsExactly("pg:info");
    assertThat(Suggestion.nearest("app", NAMES)).containsExactly("apps");
    assertThat(Suggestion.nearest("config:gett", NAMES)).containsExactly("config:get");
  }

  @Test
  void proposesNothingWhenNothingIsNear() {
    assertThat(Suggestion.nearest("frobnicate", NAMES)).isEmpty();
  }

  @Test
  void writesTheErrorInTheWordsOf2015() {
    assertThat(Suggestion.unknownCommand("pg:inof", NAMES))
        .isEqualTo(
            """
            `pg:inof` is not a howdah command.
            Perhaps you meant `pg:info`.
            See `howdah help` for a list of available commands.\
            """);
    assertThat(Suggestion.unknownCommand("config:et", NAMES))
        .contains("Perhaps you meant `config:get` or `config:set`.");
  }
}
