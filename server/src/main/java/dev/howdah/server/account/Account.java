package dev.howdah.server.account;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A person, or a machine, that may use this installation.
 *
 * @param operator whether the account may manage other accounts
 */
public record Account(
    UUID id,
    String email,
    Optional<String> name,
    boolean operator,
    Instant createdAt,
    Instant updatedAt) {}
