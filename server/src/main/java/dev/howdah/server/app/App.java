package dev.howdah.server.app;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An app: a name, an owner, and what belongs to it.
 *
 * @param ownerEmail the owner's e-mail address
 * @param lastVersion the version of its newest release, 0 before the first
 * @param deleting whether it is being destroyed; then it is shown to nobody
 */
public record App(
    UUID id,
    String name,
    UUID ownerId,
    String ownerEmail,
    String region,
    String stack,
    boolean maintenance,
    int lastVersion,
    boolean deleting,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> releasedAt) {

  /** What an app name looks like, as the public schema has it. */
  public static final String NAME = "[a-z][a-z0-9-]{1,28}[a-z0-9]";
}
