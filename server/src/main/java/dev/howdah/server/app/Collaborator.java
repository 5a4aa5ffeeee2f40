package dev.howdah.server.app;

import java.time.Instant;
import java.util.UUID;

/** An account that works on an app it does not own. */
public record Collaborator(UUID id, UUID appId, UUID accountId, String email, Instant createdAt) {}
