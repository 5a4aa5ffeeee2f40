package dev.howdah.server.authorization;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A token that stands for an account.
 *
 * @param token the token itself right after it was made, otherwise what a list may show of it
 * @param session whether it was made by logging in, rather than by hand
 */
public record Authorization(
    UUID id,
    UUID accountId,
    String email,
    UUID tokenId,
    String token,
    String description,
    List<String> scope,
    boolean session,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> expiresAt) {

  /** Seconds until it expires, if it does. */
  Optional<Long> expiresIn(InstantSource clock) {
    return expiresAt.map(at -> Math.max(0, Duration.between(clock.instant(), at).toSeconds()));
  }

  Authorization withToken(String plain) {
    return new Authorization(
        id,
        accountId,
        email,
        tokenId,
        plain,
        description,
        scope,
        session,
        createdAt,
        updatedAt,
        expiresAt);
  }
}
