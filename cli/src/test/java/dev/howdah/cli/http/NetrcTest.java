package dev.howdah.cli.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetrcTest {
  private static final String OTHERS =
      """
      # mine
      machine example.com login me password secret
      machine localhost:5080
        login old@example.com
        password old-token
      default login anonymous password x
      """;

  @TempDir Path home;
  private Path file;
  private Netrc netrc;

  @BeforeEach
  void begin() {
    file = home.resolve(".netrc");
    netrc = new Netrc(home);
  }

  @Test
  void findsALoginOnOneLineOrOnSeveral() throws IOException {
    Files.writeString(file, OTHERS);
    assertThat(netrc.find("example.com")).contains(new Netrc.Login("me", "secret"));
    assertThat(netrc.find("localhost:5080"))
        .contains(new Netrc.Login("old@example.com", "old-token"));
    assertThat(netrc.find("localhost")).isEmpty();
  }

  @Test
  void changesOneEntryAndLeavesTheOthersAlone() throws IOException {
    Files.writeString(file, OTHERS);
    netrc.put("localhost:5080", new Netrc.Login("new@example.com", "new-token"));
    assertThat(netrc.find("localhost:5080"))
        .contains(new Netrc.Login("new@example.com", "new-token"));
    assertThat(Files.readString(file))
        .startsWith("# mine\nmachine example.com login me password secret\n")
        .contains("default login anonymous password x\n")
        .doesNotContain("old-token");
  }

  @Test
  void makesAFileForItsOwnerOnly() throws IOException {
    netrc.put("localhost:5080", new Netrc.Login("a@b", "t"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void forgetsALogin() throws IOException {
    Files.writeString(file, OTHERS);
    netrc.remove("localhost:5080");
    assertThat(netrc.find("localhost:5080")).isEmpty();
    assertThat(netrc.find("example.com")).isPresent();
  }
}
