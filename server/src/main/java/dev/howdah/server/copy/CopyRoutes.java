package dev.howdah.server.copy;

import dev.howdah.server.operation.Operation;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.util.List;
import java.util.Map;

/** Copies in the data API (contract §11.1). */
public final class CopyRoutes {
  private final Copies copies;

  CopyRoutes(Copies copies) {
    this.copies = copies;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(Route.of("PUT", "/client/v11/databases/{database}/unfollow", this::unfollow));
  }

  private Reply unfollow(Call call) {
    return answer(
        copies.unfollow(call.caller(), call.path("database")),
        "The database can be written to, and follows no other.");
  }

  private static Reply answer(Operation operation, String done) {
    return switch (operation.state()) {
      case SUCCEEDED -> Reply.ok(Map.of("message", done));
      case RUNNING ->
          new Reply.Json(
              202,
              Map.of("message", "This takes longer and goes on. Wait for it with pg:wait."),
              Map.of());
      case UNDOING, FAILED ->
          throw ApiError.unavailable(
              "This did not work, and nothing was changed: "
                  + operation.error().orElse("cancelled"));
    };
  }
}
