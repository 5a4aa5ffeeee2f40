package dev.howdah.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.cli.environment.CommandException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParserTest {
  private static final Command INFO =
      Command.command("pg:info [DATABASE]", "show")
          .app()
          .options(Option.flag("extended", 'x', "all"))
          .runs(_ -> {});
  private static final Command ADD =
      Command.command("addons:create SERVICE[:PLAN]", "add")
          .app()
          .options(Option.value("as", "NAME", "name"))
          .passThrough()
          .runs(_ -> {});

  private static Parsed parse(Command command, String... words) {
    return Parser.parse(command, List.of(words));
  }

  @Test
  void readsEveryWayToWriteAnOption() {
    for (List<String> words :
        List.of(
            List.of("GOLD", "--app", "a"),
            List.of("--app=a", "GOLD"),
            List.of("-a", "a", "GOLD"),
            List.of("-aa", "GOLD"),
            List.of("-a=a", "GOLD"))) {
      Parsed parsed = Parser.parse(INFO, words);
      assertThat(parsed.value("app")).as("%s", words).contains("a");
      assertThat(parsed.arguments()).containsExactly("GOLD");
    }
  }

  @Test
  void readsSeveralLettersInOneWord() {
    Parsed parsed = parse(INFO, "-xa", "a");
    assertThat(parsed.has("extended")).isTrue();
    assertThat(parsed.value("app")).contains("a");
  }

  @Test
  void takesEverythingAfterTwoDashesAsArguments() {
    assertThat(parse(INFO, "--", "--app").arguments()).containsExactly("--app");
  }

  @Test
  void takesANegativeNumberAsAnArgument() {
    assertThat(parse(INFO, "-1").arguments()).containsExactly("-1");
  }

  @Test
  void handsUnknownOptionsThrough() {
    Parsed parsed =
        parse(ADD, "pg:standard-0", "--follow", "GOLD", "--by=3 days", "--fast", "-a", "a");
    assertThat(parsed.arguments()).containsExactly("pg:standard-0");
    assertThat(parsed.value("app")).contains("a");
    assertThat(parsed.passedThrough())
        .containsEntry("follow", "GOLD")
        .containsEntry("by", "3 days")
        .containsEntry("fast", "true");
  }

  @Test
  void handsEverythingThroughAfterTwoDashes() {
    Parsed parsed = parse(ADD, "pg", "--as", "BLUE", "--", "--as", "x", "--fast");
    assertThat(parsed.value("as")).contains("BLUE");
    assertThat(parsed.passedThrough()).containsEntry("as", "x").containsEntry("fast", "true");
  }

  @Test
  void namesTheUnknownOption() {
    assertThatThrownBy(() -> parse(INFO, "--extra"))
        .isInstanceOf(CommandException.class)
        .hasMessage("Unknown option: --extra\nSee `howdah help pg:info`.");
  }

  @Test
  void wantsAValueWhereOneBelongs() {
    assertThatThrownBy(() -> parse(INFO, "--app")).hasMessageStartingWith("Option --app needs");
    assertThatThrownBy(() -> parse(INFO, "-a")).hasMessageStartingWith("Option -a needs");
    assertThatThrownBy(() -> parse(INFO, "--extended=no"))
        .hasMessageStartingWith("Option --extended takes no value");
  }

  @Test
  void countsArguments() {
    assertThatThrownBy(() -> parse(INFO, "A", "B"))
        .hasMessage("Invalid argument: \"B\"\nUsage: howdah pg:info [DATABASE]");
    assertThatThrownBy(() -> parse(ADD))
        .hasMessage("Usage: howdah addons:create SERVICE[:PLAN]\nMust specify SERVICE[:PLAN].");
  }

  @Test
  void asksForNoArgumentsWhenHelpIsWanted() {
    assertThat(parse(ADD, "--help").has("help")).isTrue();
  }
}
