package dev.howdah.postgres.replication;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;

/** The roles that followers connect as. They own nothing, but a tenant may have granted to them. */
public final class FollowerRoles {

  private static final String ALL =
      "SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'howdah_follower_') ORDER BY 1";

  private FollowerRoles() {}

  /** Drops all of them: in a copy they are those of its origin. */
  public static void dropAll(ControlConnections connections) {
    try (Session session = new Session(connections.superuser("postgres"))) {
      drop(connections, session, all(session));
    } catch (SQLException e) {
      throw new PostgresException("could not drop followers' roles: " + e.getMessage(), e);
    }
  }

  static List<Identifier> all(Session session) throws SQLException {
    return session.names(ALL);
  }

  static void drop(ControlConnections connections, Session session, List<Identifier> roles)
      throws SQLException {
    if (roles.isEmpty()) {
      return;
    }
    for (Identifier database :
        session.names("SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1")) {
      try (Session inside = new Session(connections.superuser(database.name()))) {
        inside.execute("DROP OWNED BY " + Session.list(roles));
      }
    }
    session.execute("DROP ROLE IF EXISTS " + Session.list(roles));
  }
}
