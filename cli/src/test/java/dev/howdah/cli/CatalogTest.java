package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Option;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {

  @Test
  void findsEveryCommandByEveryOfItsNames() {
    for (Command command : Catalog.commands()) {
      var names = new ArrayList<>(command.aliases());
      names.add(command.name());
      for (String name : names) {
        assertThat(Catalog.find(name).map(Command::name))
            .as("howdah %s", name)
            .contains(command.name());
      }
    }
  }

  @Test
  void givesNoNameToTwoCommands() {
    var seen = new HashSet<String>();
    for (Command command : Catalog.commands()) {
      assertThat(seen.add(command.name())).as(command.name()).isTrue();
      command.aliases().forEach(alias -> assertThat(seen.add(alias)).as(alias).isTrue());
    }
  }

  @Test
  void givesNoLetterToTwoOptionsOfACommand() {
    for (Command command : Catalog.commands()) {
      var seen = new HashSet<String>();
      for (Option option : command.options()) {
        assertThat(seen.add("--" + option.name())).as("%s %s", command.name(), option).isTrue();
        if (option.letter() != 0) {
          assertThat(seen.add("-" + option.letter())).as("%s %s", command.name(), option).isTrue();
        }
      }
    }
  }

  /** C9 of the behaviour specification: the spellings of 2015. */
  @ParameterizedTest
  @CsvSource({
    "addons:add, addons:create",
    "addons:remove, addons:destroy",
    "create, apps:create",
    "open, apps:open",
    "config:add, config:set",
    "config:remove, config:unset",
    "sharing:add, access:add",
    "rollback, releases:rollback",
    "pg, pg:info",
    "pgbackups:transfer, pg:copy",
    "scale, ps:scale",
    "login, auth:login"
  })
  void keepsTheSpellingsOf2015(String old, String now) {
    assertThat(Catalog.find(old).map(Command::name)).contains(now);
  }

  @Test
  void explainsEveryCommand() {
    for (Command command : Catalog.commands()) {
      assertThat(command.summary()).as(command.name()).isNotBlank();
      assertThat(command.options()).as(command.name()).contains(Option.HELP);
    }
    assertThat(List.of("pg:bloat", "pg:calls", "pg:outliers", "pg:locks"))
        .allSatisfy(name -> assertThat(Catalog.find(name)).isPresent());
  }
}
