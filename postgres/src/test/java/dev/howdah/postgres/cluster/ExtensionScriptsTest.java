package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionScriptsTest {

  /** pgextwlist replaces them with names as they are, and some of those are the tenant's choice. */
  @Test
  void everyNameThatIsPutInStandsInDoubleQuotes(@TempDir Path directory) throws IOException {
    ExtensionScripts.writeTo(directory);
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> scripts = all.filter(file -> file.toString().endsWith(".sql")).toList();
      assertThat(scripts).isNotEmpty();
      for (Path script : scripts) {
        assertThat(Files.readString(script).replaceAll("\"@[a-z_]+@\"", ""))
            .as(script.toString())
            .doesNotContain("@");
      }
    }
  }
}
