package dev.howdah.postgres.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphansTest {

  @Test
  void endsWhatWorksInTheDirectoryAndNothingElse(@TempDir Path directory) throws Exception {
    Path below = Files.createDirectories(directory.resolve("half-made/data"));
    Process orphan = sleepIn(below);
    Process neighbour = sleepIn(directory);
    try {
      Orphans.endIn(directory.resolve("half-made"));
      assertThat(orphan.waitFor()).isEqualTo(128 + 9);
      assertThat(neighbour.isAlive()).isTrue();
    } finally {
      orphan.destroyForcibly();
      neighbour.destroyForcibly();
    }
  }

  @Test
  void doesNothingWhereThereIsNothing(@TempDir Path directory) {
    Orphans.endIn(directory.resolve("absent"));
  }

  private static Process sleepIn(Path directory) throws IOException {
    return new ProcessBuilder("sleep", "60").directory(directory.toFile()).start();
  }
}
