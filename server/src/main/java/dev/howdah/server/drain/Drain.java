package dev.howdah.server.drain;

import java.time.Instant;
import java.util.UUID;

/**
 * Where the lines of an app are sent to.
 *
 * @param url may hold a password
 * @param token by which the receiver tells drains apart
 */
record Drain(
    UUID id,
    UUID appId,
    String appName,
    String url,
    String token,
    Instant createdAt,
    Instant updatedAt) {
  /** Says nothing of a password. */
  @Override
  public String toString() {
    return token;
  }
}
