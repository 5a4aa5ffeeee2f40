package dev.howdah.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Output output =
      new Output(
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          false);

  private String printed() {
    output.flush();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void endsAnActionWithDoneAndItsStatus() throws IOException {
    output.action("Adding", () -> "v4 (free)");
    output.action("Opening", () -> "");
    assertThat(printed()).isEqualTo("Adding... done, v4 (free)\nOpening... done\n");
  }

  @Test
  void saysThatAnActionFailedBeforeTheError() {
    assertThatThrownBy(() ->
            output.action(
                "Adding",
                () -> {
                  throw new IOException("no");
                }))
        .hasMessage("no");
    assertThat(printed()).isEqualTo("Adding... failed\n");
  }

  @Test
  void alignsValuesAndStacksSeveralOfThemSorted() {
    var block = new LinkedHashMap<String, List<String>>();
    block.put("Plan", List.of("Standard 0"));
    block.put("Followers", List.of("RED", "BLACK"));
    block.put("Nothing", List.of());
    output.hash(block);
    assertThat(printed())
        .isEqualTo(
            """
            Plan:      Standard 0
            Followers: BLACK
                       RED
            """);
  }

  @Test
  void drawsTables() {
    output.table(
        List.of("name", "count", "note"),
        List.of(List.of("a", "7", ""), List.of("bb", "123", "x")));
    assertThat(printed())
        .isEqualTo(
            """
            name  count  note
            ----  -----  ----
            a         7
            bb      123  x
            """);
  }

  @Test
  void putsABangBeforeEveryLineOfAnError() {
    output.error("One.\nTwo.\n");
    output.flush();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(" !    One.\n !    Two.\n");
    assertThat(printed()).isEmpty();
  }
}
