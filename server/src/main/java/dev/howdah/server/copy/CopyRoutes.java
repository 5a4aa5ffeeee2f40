package dev.howdah.server.copy;

import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.text;

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
    return List.of(
        Route.of("PUT", "/client/v11/databases/{database}/unfollow", this::unfollow),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/rollback",
            object(optional("to", text(100)), optional("by", text(100))),
            call ->
                begun(
                    copies.rollBack(
                        call.caller(), call.path("database"), call.text("/to"), call.text("/by")))),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/recover",
            call -> begun(copies.recover(call.caller(), call.path("database")))),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/refresh",
            call -> begun(copies.refresh(call.caller(), call.path("database")))));
  }

  private static Reply begun(String message) {
    return new Reply.Json(202, Map.of("message", message), Map.of());
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
