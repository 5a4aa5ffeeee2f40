package dev.howdah.server.succession;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.Notes;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.Route;
import dev.howdah.server.protection.Protection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * The parts of this feature.
 *
 * @param succession what other features build on
 * @param procedures how successors are opened, undone and confirmed
 * @param routes what clients ask
 * @param notes what {@code pg:info} says
 * @param watch what ends the keeping
 */
public record SuccessionFeature(
    Succession succession,
    List<Procedure> procedures,
    List<Route> routes,
    Notes notes,
    SuccessionWatch watch) {

  /**
   * Wires them.
   *
   * @param keptFor how long what was replaced is kept
   */
  public static SuccessionFeature of(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      Addons addons,
      Visibility visibility,
      DatabaseAccess databases,
      Protection protection,
      Duration keptFor) {
    var succession =
        new Succession(
            jdbi, clock, host, operations, addons, visibility, databases, protection, keptFor);
    return new SuccessionFeature(
        succession,
        new SuccessionProcedures(jdbi, clock, host, databases, protection, succession).all(),
        new SuccessionRoutes(succession).routes(),
        (handle, database) ->
            succession.kept(handle, database.id()).stream()
                .map(kept -> new Notes.Note("Kept", succession.text(kept)))
                .toList(),
        new SuccessionWatch(jdbi, clock, operations, succession));
  }
}
