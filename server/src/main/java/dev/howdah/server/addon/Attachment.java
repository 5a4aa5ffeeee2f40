package dev.howdah.server.addon;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An add-on in an app, under a name that its config vars begin with.
 *
 * @param namespace which part of the add-on, such as {@code credential:analyst}; empty for the
 *     default
 */
public record Attachment(
    UUID id,
    Addon addon,
    UUID appId,
    String appName,
    String name,
    Optional<String> namespace,
    Instant createdAt,
    Instant updatedAt) {

  /** What an attachment name looks like. */
  public static final String NAME = "[A-Za-z][A-Za-z0-9_]*";
}
