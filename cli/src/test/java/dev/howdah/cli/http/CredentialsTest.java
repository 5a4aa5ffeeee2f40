package dev.howdah.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.cli.environment.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
  private static final URI LOCAL = URI.create("http://localhost:5080");

  @TempDir Path home;

  private Environment environment(Map<String, String> variables) {
    return new Environment(
        variables,
        home,
        home,
        home.resolve("data"),
        InputStream.nullInputStream(),
        false,
        Clock.systemUTC());
  }

  @Test
  void prefersTheEnvironmentThenNetrcThenTheServersOwnToken() throws IOException {
    assertThat(Credentials.token(environment(Map.of()), LOCAL)).isEmpty();

    Files.createDirectories(home.resolve("data/secrets"));
    Files.writeString(home.resolve("data/secrets/admin-token"), "own\n");
    assertThat(Credentials.token(environment(Map.of()), LOCAL)).contains("own");

    new Netrc(home).put("localhost:5080", new Netrc.Login("a@b", "kept"));
    assertThat(Credentials.token(environment(Map.of()), LOCAL)).contains("kept");

    assertThat(Credentials.token(environment(Map.of("HEROKU_API_KEY", "heroku")), LOCAL))
        .contains("heroku");
    assertThat(
            Credentials.token(
                environment(Map.of("HEROKU_API_KEY", "heroku", "HOWDAH_API_KEY", "howdah")), LOCAL))
        .contains("howdah");
  }

  @Test
  void tellsNoOtherMachineThisMachinesToken() throws IOException {
    Files.createDirectories(home.resolve("data/secrets"));
    Files.writeString(home.resolve("data/secrets/admin-token"), "own\n");
    assertThat(Credentials.token(environment(Map.of()), URI.create("https://example.com")))
        .isEmpty();
  }

  @Test
  void takesTheAddressFromTheEnvironment() {
    assertThat(Address.of(environment(Map.of()))).isEqualTo(LOCAL);
    assertThat(Address.of(environment(Map.of("HEROKU_HOST", "http://localhost:5180"))))
        .isEqualTo(URI.create("http://localhost:5180"));
    assertThat(Address.of(environment(Map.of("HEROKU_HOST", "heroku.com")))).isEqualTo(LOCAL);
    assertThat(Address.of(environment(Map.of("HOWDAH_HOST", "howdah.example"))))
        .isEqualTo(URI.create("https://howdah.example"));
    assertThatThrownBy(() -> Address.of(environment(Map.of("HOWDAH_HOST", "http://"))))
        .hasMessageContaining("HOWDAH_HOST is no address");
  }
}
