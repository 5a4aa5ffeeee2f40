package dev.howdah.server.platform;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** Reads the {@code Authorization} header: bearer tokens, and basic credentials of both kinds. */
final class Credentials {
  private Credentials() {}

  /**
   * The token of a header: {@code Bearer T}, {@code Basic :T} or {@code Basic email:T} (contract
   * §2.2).
   */
  static Optional<String> token(String authorization) {
    if (authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      String token = authorization.substring(7).strip();
      return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }
    return basic(authorization).map(Map.Entry::getValue).filter(token -> !token.isEmpty());
  }

  /** User name and password of a basic header. */
  static Optional<Map.Entry<String, String>> basic(String authorization) {
    if (!authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
      return Optional.empty();
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(authorization.substring(6).strip()),
              StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(Map.entry(pair.substring(0, colon), pair.substring(colon + 1)));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }
}
