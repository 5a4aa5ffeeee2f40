package dev.howdah.server.feature;

import java.time.Instant;

/**
 * A switch of an account or an app.
 *
 * @param scope what it can be turned on for
 * @param name under which it is turned on
 * @param displayName what a person reads
 * @param description what it does in this release
 * @param state {@code general} is listed by {@code features}, anything else by {@code labs}
 * @param introducedAt when it came to the catalogue
 */
public record Feature(
    Scope scope,
    String name,
    String displayName,
    String description,
    String state,
    Instant introducedAt) {

  /** What a feature can be turned on for. */
  public enum Scope {
    /** An account. */
    ACCOUNT,
    /** An app. */
    APP
  }

  /** Whether a feature is on for somebody, and since when that is so. */
  public record Setting(Feature feature, boolean enabled, Instant updatedAt) {}
}
