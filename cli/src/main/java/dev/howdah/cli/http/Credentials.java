package dev.howdah.cli.http;

import dev.howdah.cli.environment.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** Who we are to the server. */
public final class Credentials {
  private Credentials() {}

  /**
   * The token to use: of the environment, of {@code .netrc}, or of the first account of this
   * machine's own server, when that may be read.
   */
  public static Optional<String> token(Environment environment, URI server) throws IOException {
    Optional<String> given =
        environment.variable("HOWDAH_API_KEY").or(() -> environment.variable("HEROKU_API_KEY"));
    if (given.isPresent()) {
      return given;
    }
    Optional<Netrc.Login> kept = new Netrc(environment.home()).find(Address.machine(server));
    if (kept.isPresent() && !kept.get().password().isEmpty()) {
      return Optional.of(kept.get().password());
    }
    Path file = environment.data().resolve("secrets").resolve("admin-token");
    if (Address.isLocal(server) && Files.isReadable(file)) {
      return Optional.of(Files.readString(file).strip()).filter(token -> !token.isEmpty());
    }
    return Optional.empty();
  }

  /** The header value for a token. */
  public static String bearer(String token) {
    return "Bearer " + token;
  }

  /** The header value for an e-mail address and a password. */
  public static String basic(String email, String password) {
    byte[] pair = (email + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }
}
