package dev.howdah.server.app;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Apps on the wire. */
record AppJson(
    boolean acm,
    @Nullable Instant archivedAt,
    @Nullable String buildpackProvidedDescription,
    Named buildStack,
    Instant createdAt,
    String gitUrl,
    UUID id,
    boolean internalRouting,
    boolean maintenance,
    String name,
    User owner,
    @Nullable Named organization,
    @Nullable Named team,
    Named region,
    @Nullable Instant releasedAt,
    @Nullable Integer repoSize,
    @Nullable Integer slugSize,
    @Nullable Named space,
    Named stack,
    Instant updatedAt,
    String webUrl,
    String createStatus,
    Named generation) {

  /** Something with an id and a name. */
  record Named(UUID id, String name) {
    /** With an id made from the name, for things that are not rows. */
    static Named of(String kind, String name) {
      return new Named(
          UUID.nameUUIDFromBytes((kind + "/" + name).getBytes(StandardCharsets.UTF_8)), name);
    }
  }

  /** An account as others see it. */
  record User(UUID id, String email) {}

  /** How an app is reached by browsers and by git. */
  record Addresses(String webDomain, String webSuffix, String gitBase) {
    String web(App app) {
      return "http://" + app.name() + "." + webDomain + webSuffix + "/";
    }

    String git(App app) {
      return gitBase + "/" + app.name() + ".git";
    }
  }

  static AppJson of(App app, Addresses addresses) {
    return new AppJson(
        false,
        null,
        null,
        Named.of("stack", app.stack()),
        app.createdAt(),
        addresses.git(app),
        app.id(),
        false,
        app.maintenance(),
        app.name(),
        new User(app.ownerId(), app.ownerEmail()),
        null,
        null,
        Named.of("region", app.region()),
        app.releasedAt().orElse(null),
        null,
        null,
        null,
        Named.of("stack", app.stack()),
        app.updatedAt(),
        addresses.web(app),
        "complete",
        // How clients read logs depends on it: the older of Heroku's two generations is ours.
        Named.of("generation", "cedar"));
  }
}
