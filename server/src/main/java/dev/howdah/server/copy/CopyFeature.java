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
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * The parts of this feature.
 *
 * @param copying what the provider of databases asks
 * @param procedures how copies are made
 * @param routes what clients ask
 * @param watch what looks after followers
 */
public record CopyFeature(
    Copying copying, List<Procedure> procedures, List<Route> routes, FollowerWatch watch) {

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
      Tokens tokens) {
    var orders = new CopyOrders(host, clock, addons, visibility, databases, protection, tokens);
    var procedures =
        new CopyProcedures(jdbi, clock, host, operations, addons, databases, protection);
    var copies = new Copies(jdbi, addons, visibility, operations, databases);
    return new CopyFeature(
        orders,
        procedures.all(),
        new CopyRoutes(copies).routes(),
        new FollowerWatch(jdbi, operations, databases));
  }
}
