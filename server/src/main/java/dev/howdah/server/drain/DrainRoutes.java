package dev.howdah.server.drain;

import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Log drains (contract §8). */
public final class DrainRoutes {
  private static final int LONGEST = 1024;

  private final Drains drains;

  /** Routes over {@code drains}. */
  public DrainRoutes(Drains drains) {
    this.drains = drains;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/apps/{app}/log-drains",
            call ->
                Reply.page(
                    drains.list(call.caller(), call.path("app")).stream()
                        .map(DrainRoutes::wire)
                        .toList(),
                    Reply.by("id", DrainJson::id))),
        Route.of(
            "POST",
            "/apps/{app}/log-drains",
            object(required("url", name(LONGEST))),
            call ->
                Reply.created(
                    wire(
                        drains.add(
                            call.caller(), call.path("app"), call.text("/url").orElseThrow())))),
        Route.of(
            "GET",
            "/apps/{app}/log-drains/{drain}",
            call ->
                Reply.ok(wire(drains.find(call.caller(), call.path("app"), call.path("drain"))))),
        Route.of(
            "DELETE",
            "/apps/{app}/log-drains/{drain}",
            call ->
                Reply.ok(
                    wire(drains.remove(call.caller(), call.path("app"), call.path("drain"))))));
  }

  private static DrainJson wire(Drain drain) {
    return new DrainJson(
        null,
        new AppJson(drain.appId(), drain.appName()),
        drain.createdAt(),
        drain.id(),
        drain.token(),
        drain.updatedAt(),
        drain.url());
  }

  private record DrainJson(
      @Nullable Object addon,
      AppJson app,
      Instant createdAt,
      UUID id,
      String token,
      Instant updatedAt,
      String url) {}

  private record AppJson(UUID id, String name) {}
}
