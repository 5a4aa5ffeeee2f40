package dev.howdah.server.feature;

import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The features there are, and who turned them on. */
public final class Features {
  /** Accounts have none yet; {@code labs} looks there first all the same. */
  private static final List<Feature> CATALOGUE =
      List.of(
          new Feature(
              Feature.Scope.APP,
              "preboot",
              "Preboot",
              "No effect in this release, which runs no dynos. The setting is kept for later ones.",
              "general",
              Instant.parse("2026-11-23T00:00:00Z")),
          new Feature(
              Feature.Scope.APP,
              "log-runtime-metrics",
              "Log Runtime Metrics",
              "No effect in this release, which runs no dynos. The setting is kept for later ones.",
              "beta",
              Instant.parse("2026-11-23T00:00:00Z")));

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final FeatureStore store = new FeatureStore();

  /** Settings kept in the control database. */
  public Features(Jdbi jdbi, InstantSource clock, Apps apps) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
  }

  /** The features of the caller's account. */
  public List<Feature.Setting> ofAccount(Caller caller) {
    return jdbi.withHandle(handle -> settings(handle, Feature.Scope.ACCOUNT, caller.accountId()));
  }

  /** The features of an app. */
  public List<Feature.Setting> ofApp(Caller caller, String app) {
    return jdbi.withHandle(
        handle -> settings(handle, Feature.Scope.APP, apps.find(handle, caller, app).id()));
  }

  /** One feature of the caller's account, by name or id. */
  public Feature.Setting ofAccount(Caller caller, String feature) {
    return pick(ofAccount(caller), feature);
  }

  /** One feature of an app, by name or id. */
  public Feature.Setting ofApp(Caller caller, String app, String feature) {
    return pick(ofApp(caller, app), feature);
  }

  /** Turns a feature of the caller's account on or off. */
  public Feature.Setting setForAccount(Caller caller, String feature, boolean enabled) {
    Feature chosen = ofAccount(caller, feature).feature();
    return jdbi.inTransaction(handle -> set(handle, caller.accountId(), chosen, enabled));
  }

  /** Turns a feature of an app on or off. */
  public Feature.Setting setForApp(Caller caller, String app, String feature, boolean enabled) {
    Feature chosen = ofApp(caller, app, feature).feature();
    return jdbi.inTransaction(
        handle -> set(handle, apps.find(handle, caller, app).id(), chosen, enabled));
  }

  private List<Feature.Setting> settings(Handle handle, Feature.Scope scope, UUID subject) {
    return CATALOGUE.stream()
        .filter(feature -> feature.scope() == scope)
        .map(feature -> setting(handle, subject, feature))
        .toList();
  }

  private Feature.Setting setting(Handle handle, UUID subject, Feature feature) {
    return store
        .find(handle, subject, feature)
        .orElseGet(() -> new Feature.Setting(feature, false, feature.introducedAt()));
  }

  private Feature.Setting set(Handle handle, UUID subject, Feature feature, boolean enabled) {
    store.set(handle, subject, feature, enabled, clock.instant());
    return setting(handle, subject, feature);
  }

  private static Feature.Setting pick(List<Feature.Setting> settings, String reference) {
    return settings.stream()
        .filter(setting ->
            setting.feature().name().equals(reference)
                || FeatureJson.id(setting.feature()).toString().equals(reference))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("feature", "Couldn't find that feature."));
  }
}
