package dev.howdah.server.feature;

import dev.howdah.server.platform.Wire;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/** A feature on the wire. */
record FeatureJson(
    Instant createdAt,
    String description,
    String displayName,
    String docUrl,
    boolean enabled,
    String feedbackEmail,
    UUID id,
    String name,
    String state,
    Instant updatedAt) {

  static FeatureJson of(Feature.Setting setting) {
    Feature feature = setting.feature();
    return new FeatureJson(
        feature.introducedAt(),
        feature.description(),
        feature.displayName(),
        "",
        setting.enabled(),
        "",
        id(feature),
        feature.name(),
        feature.state(),
        setting.updatedAt());
  }

  static UUID id(Feature feature) {
    return Wire.idOf(feature.scope().name().toLowerCase(Locale.ROOT) + "-feature", feature.name());
  }
}
