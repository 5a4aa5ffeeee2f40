package dev.howdah.server.release;

import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;
import static dev.howdah.server.platform.Shape.text;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Releases and config vars. */
public final class ReleaseRoutes {
  private static final Shape CONFIG =
      new Shape.MapOf(
          matching(
              128,
              "[A-Za-z_][A-Za-z0-9_]*",
              "is not a valid config var name (letters, digits and _, not beginning with a digit)"),
          new Shape.Nullable(text(Releases.MAX_CONFIG_BYTES)),
          1000);

  private final Releases releases;

  /** Routes over {@code releases}. */
  public ReleaseRoutes(Releases releases) {
    this.releases = releases;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/apps/{app}/config-vars",
            call -> Reply.ok(releases.config(call.caller(), call.path("app")))),
        Route.of("PATCH", "/apps/{app}/config-vars", CONFIG, this::change),
        Route.of("GET", "/apps/{app}/releases", this::list),
        Route.of(
            "GET",
            "/apps/{app}/releases/{release}",
            call -> {
              Release found = releases.find(call.caller(), call.path("app"), call.path("release"));
              return Reply.ok(wire(found, newest(call)));
            }),
        Route.of(
            "GET",
            "/apps/{app}/releases/{release}/config-vars",
            call ->
                Reply.ok(releases.configOf(call.caller(), call.path("app"), call.path("release")))),
        Route.of(
            "POST",
            "/apps/{app}/releases",
            object(required("release", text(60)), optional("description", text(300))),
            call -> {
              Release made =
                  releases.rollBack(
                      call.caller(), call.path("app"), call.text("/release").orElseThrow());
              return Reply.created(wire(made, made.version()));
            }));
  }

  private Reply change(Call call) {
    Map<String, Optional<String>> changes = new TreeMap<>();
    call.body()
        .properties()
        .forEach(entry ->
            changes.put(
                entry.getKey(),
                entry.getValue().isNull()
                    ? Optional.empty()
                    : Optional.of(entry.getValue().stringValue())));
    return Reply.ok(releases.change(call.caller(), call.path("app"), changes));
  }

  private Reply list(Call call) {
    int newest = newest(call);
    return new Reply.Query<>(
        List.of(Reply.by("version", ReleaseJson::version), Reply.by("id", ReleaseJson::id)),
        window ->
            releases.list(call.caller(), call.path("app"), window).stream()
                .map(release -> wire(release, newest))
                .toList());
  }

  private int newest(Call call) {
    return releases.newest(call.caller(), call.path("app"));
  }

  private static ReleaseJson wire(Release release, int newest) {
    return new ReleaseJson(
        release.addonPlans(),
        List.of(),
        new Reference(release.appId(), release.appName()),
        release.createdAt(),
        release.description(),
        release.id(),
        release.createdAt(),
        null,
        "succeeded",
        new User(release.accountId(), release.accountEmail()),
        release.version(),
        release.version() == newest,
        null,
        true);
  }

  private record ReleaseJson(
      @JsonProperty("addon_plan_names") List<String> addonPlanNames,
      List<String> artifacts,
      Reference app,
      Instant createdAt,
      String description,
      UUID id,
      Instant updatedAt,
      @Nullable Reference slug,
      String status,
      User user,
      int version,
      boolean current,
      @Nullable String outputStreamUrl,
      boolean eligibleForRollback) {}

  private record Reference(UUID id, String name) {}

  private record User(UUID id, String email) {}
}
