package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.cli.command.Completion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts are run by a real bash, as on a key press. */
class CompletionTest {
  @TempDir Path directory;

  @Test
  void completesCommandsAfterTheColonToo() throws Exception {
    assertThat(complete("howdah pg:in")).containsExactly("index-size", "index-usage", "info");
    assertThat(complete("howdah addons:a")).containsExactly("add", "attach");
    assertThat(complete("howdah up")).contains("up");
  }

  @Test
  void completesOptionsOfTheCommand() throws Exception {
    assertThat(complete("howdah pg:info --ex")).containsExactly("--extended");
    assertThat(complete("howdah addons:remove --con")).containsExactly("--confirm");
  }

  @Test
  void completesTheNamesOfApps() throws Exception {
    Path howdah = directory.resolve("howdah");
    Files.writeString(
        howdah,
        """
        #!/bin/sh
        printf '[\\n  {\\n    "name": "atoll",\\n    "id": "1"\\n  },\\n'
        printf '  {\\n    "name": "reef"\\n  }\\n]\\n'
        """);
    howdah.toFile().setExecutable(true);
    assertThat(complete("howdah pg:info --app at")).containsExactly("atoll");
  }

  @Test
  void givesZshTheSameTable() {
    assertThat(Completion.script("zsh", Catalog.commands()))
        .startsWith("#compdef howdah")
        .contains("pg:info")
        .contains("--extended");
  }

  private List<String> complete(String line) throws IOException, InterruptedException {
    Path script = directory.resolve("completion.bash");
    String driver =
        """

        COMP_LINE='%s'; COMP_POINT=${#COMP_LINE}
        # The words as readline cuts them: a colon is a word of its own.
        read -r -a COMP_WORDS <<<"${COMP_LINE//:/ : }"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _howdah
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(line);
    Files.writeString(script, Completion.script("bash", Catalog.commands()) + driver);
    var builder = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true);
    builder.environment().merge("PATH", directory.toString(), (path, own) -> own + ":" + path);
    Process bash = builder.start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output.lines().toList();
  }
}
