package dev.howdah.server.key;

import java.time.Instant;
import java.util.UUID;

/** An SSH key of an account. */
public record Key(
    UUID id,
    UUID accountId,
    String email,
    String publicKey,
    String fingerprint,
    String comment,
    Instant createdAt,
    Instant updatedAt) {}
