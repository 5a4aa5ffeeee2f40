package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.ConnectionParameters;
import dev.howdah.postgres.dump.Side;
import dev.howdah.postgres.tenant.Replacement;
import dev.howdah.server.database.DatabaseAccess.Reach;
import java.util.Optional;
import java.util.OptionalInt;

/** Databases of this server as sides of a transfer, with the rights of their owners. */
final class Sides {

  private Sides() {}

  /** A database itself. */
  static Side live(Reach reach) {
    return side(reach, reach.name());
  }

  /** What can take its place. */
  static Side replacement(Reach reach) {
    return side(reach, Replacement.nameFor(reach.name()));
  }

  /** Where a database is, without login. */
  static String place(Reach reach) {
    return "postgres://%s:%d/%s".formatted(reach.host(), reach.port(), reach.name());
  }

  private static Side side(Reach reach, String database) {
    return new Side(
        new ConnectionParameters(
            reach.host(),
            Optional.empty(),
            reach.port(),
            database,
            reach.user(),
            reach.password(),
            "require",
            // What is made belongs to the credential, not to its present login.
            Optional.of(reach.name())),
        reach.port(),
        OptionalInt.of(reach.major()));
  }
}
