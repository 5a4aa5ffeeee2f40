package dev.howdah.server.succession;

import dev.howdah.server.database.DatabaseRoutes;
import dev.howdah.server.operation.Operation;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.time.Duration;
import java.util.List;

/** How what was replaced comes back or goes; beyond Heroku's data API, in its style. */
public final class SuccessionRoutes {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String BACK =
      "The database is what it was before. What it was until now is kept: undo again to have it"
          + " back, or confirm.";
  private static final String CONFIRMED = "What was kept is deleted.";

  private final Succession succession;

  SuccessionRoutes(Succession succession) {
    this.succession = succession;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "POST",
            "/client/v11/databases/{database}/rollback/undo",
            call -> answer(succession.undo(call.caller(), reference(call), false), BACK)),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/rollback/confirm",
            call -> answer(succession.confirm(call.caller(), reference(call), false), CONFIRMED)),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/upgrade/undo",
            call -> answer(succession.undo(call.caller(), reference(call), true), BACK)),
        Route.of(
            "POST",
            "/client/v11/databases/{database}/upgrade/confirm",
            call -> answer(succession.confirm(call.caller(), reference(call), true), CONFIRMED)));
  }

  private static String reference(Call call) {
    return call.path("database");
  }

  private Reply answer(Operation begun, String done) {
    return DatabaseRoutes.answer(succession.await(begun, PATIENCE), done);
  }
}
