package dev.howdah.server.upgrade;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.copy.Copies;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.Notes;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.operation.Procedure;
import dev.howdah.server.platform.Route;
import dev.howdah.server.secret.Tokens;
import dev.howdah.server.succession.Succession;
import dev.howdah.server.version.Versions;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The parts of this feature.
 *
 * @param procedures how databases are upgraded
 * @param routes what clients ask
 * @param notes what {@code pg:info} says
 * @param awake of some databases those that are not shut down on purpose
 * @param watch what keeps prepared copies following
 */
public record UpgradeFeature(
    List<Procedure> procedures,
    List<Route> routes,
    Notes notes,
    UnaryOperator<Set<UUID>> awake,
    UpgradeWatch watch) {

  /** Wires them. */
  public static UpgradeFeature of(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      Operations operations,
      Visibility visibility,
      DatabaseAccess databases,
      Versions versions,
      Copies copies,
      Succession succession,
      Tokens tokens) {
    var store = new UpgradeStore();
    var procedures =
        new UpgradeProcedures(jdbi, clock, host, operations, databases, succession, store);
    var upgrades =
        new Upgrades(
            jdbi,
            clock,
            operations,
            visibility,
            databases,
            versions,
            copies,
            succession,
            store,
            tokens);
    return new UpgradeFeature(
        procedures.all(),
        new UpgradeRoutes(upgrades).routes(),
        (handle, database) -> notes(store, handle, database),
        procedures::awake,
        new UpgradeWatch(jdbi, host, operations, store));
  }

  private static List<Notes.Note> notes(UpgradeStore store, Handle handle, Database database) {
    return store.find(handle, database.id()).stream()
        .flatMap(upgrade ->
            switch (upgrade.state()) {
              case PREPARING -> note("upgrade to PostgreSQL %d is being prepared", upgrade);
              case PREPARED ->
                  note("upgrade to PostgreSQL %d is prepared, see pg:upgrade:run", upgrade);
              case TESTING -> note("upgrade to PostgreSQL %d is being tested", upgrade);
              case RUNNING -> note("upgrading to PostgreSQL %d", upgrade);
              case TESTED, DONE, FAILED, CANCELLED -> java.util.stream.Stream.<Notes.Note>empty();
            })
        .toList();
  }

  private static java.util.stream.Stream<Notes.Note> note(String text, Upgrade upgrade) {
    return java.util.stream.Stream.of(
        new Notes.Note("Maintenance", text.formatted(upgrade.major())));
  }
}
