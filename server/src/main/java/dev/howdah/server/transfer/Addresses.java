package dev.howdah.server.transfer;

import dev.howdah.server.secret.Vault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Addresses under which whoever has them may read one backup for an hour (B4.14). They are sealed,
 * so nobody can make one up, and nothing is kept of them.
 */
final class Addresses {
  private static final Duration LIFE = Duration.ofHours(1);

  /** What they are sealed for: nothing else that is sealed opens as one. */
  private static final UUID PURPOSE =
      UUID.nameUUIDFromBytes("address of a backup".getBytes(StandardCharsets.US_ASCII));

  private final Vault vault;
  private final InstantSource clock;

  Addresses(Vault vault, InstantSource clock) {
    this.vault = vault;
    this.clock = clock;
  }

  /**
   * An address.
   *
   * @param token the secret part of it
   * @param expiresAt when it ends
   */
  record Address(String token, Instant expiresAt) {
    /** Says nothing of the token. */
    @Override
    public String toString() {
      return "Address[until " + expiresAt + "]";
    }
  }

  Address of(Transfer backup) {
    Instant expiresAt = clock.instant().plus(LIFE);
    byte[] sealed = vault.seal(PURPOSE, backup.id() + " " + expiresAt.getEpochSecond());
    return new Address(Base64.getUrlEncoder().withoutPadding().encodeToString(sealed), expiresAt);
  }

  /** The backup that an address leads to; empty when it is none of ours or too old. */
  Optional<UUID> open(String token) {
    try {
      String[] parts = vault.open(PURPOSE, Base64.getUrlDecoder().decode(token)).split(" ", 2);
      return Instant.ofEpochSecond(Long.parseLong(parts[1])).isAfter(clock.instant())
          ? Optional.of(UUID.fromString(parts[0]))
          : Optional.empty();
    } catch (IllegalArgumentException | IllegalStateException notOurs) {
      return Optional.empty();
    }
  }
}
