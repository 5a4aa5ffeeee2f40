package dev.howdah.server.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Wire;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The stacks an app can run on. There is one. */
public final class StackRoutes {
  private static final Instant INTRODUCED = Instant.parse("2026-11-23T00:00:00Z");
  private static final StackJson STACK =
      new StackJson(
          INTRODUCED, true, Wire.idOf("stack", Apps.STACK), Apps.STACK, "public", INTRODUCED);

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/stacks",
            call ->
                Reply.page(
                    List.of(STACK),
                    Reply.by("id", StackJson::id),
                    Reply.by("name", StackJson::name))),
        Route.of("GET", "/stacks/{stack}", call -> Reply.ok(find(call.path("stack")))));
  }

  private static StackJson find(String reference) {
    if (reference.equals(STACK.name()) || reference.equals(STACK.id().toString())) {
      return STACK;
    }
    throw ApiError.notFound("stack", "Couldn't find that stack.");
  }

  private record StackJson(
      Instant createdAt,
      @JsonProperty("default") boolean isDefault,
      UUID id,
      String name,
      String state,
      Instant updatedAt) {}
}
