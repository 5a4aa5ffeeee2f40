package dev.howdah.server.copy;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.database.Copying;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.Route;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.succession.Succession;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/**
 * The parts of this feature.
 *
 * @param copies what can be done with copies
 * @param copying what the provider of databases asks
 * @param procedures how copies are made
 * @param routes what clients ask
 * @param watch what looks after followers
 */
public record CopyFeature(
    Copies copies,
    Copying copying,
    List<Procedure> procedures,
    List<Route> routes,
    FollowerWatch watch) {

  /** Wires them. */
  public static CopyFeature of(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      Addons addons,
      Visibility visibility,
      DatabaseAccess databases,
      Protection protection,
      Succession succession,
      Tokens tokens) {
    var orders = new CopyOrders(host, clock, addons, visibility, databases, protection, tokens);
    var archival = new Archival(host.clusters());
    var procedures =
        new CopyProcedures(jdbi, clock, host, operations, addons, databases, protection, archival);
    var inPlace =
        new InPlaceProcedures(
            jdbi, clock, host, operations, databases, protection, succession, archival);
    var copies =
        new Copies(jdbi, clock, addons, visibility, operations, databases, succession, orders);
    return new CopyFeature(
        copies,
        orders,
        Stream.concat(procedures.all().stream(), inPlace.all().stream()).toList(),
        new CopyRoutes(copies).routes(),
        new FollowerWatch(jdbi, operations, databases));
  }
}
