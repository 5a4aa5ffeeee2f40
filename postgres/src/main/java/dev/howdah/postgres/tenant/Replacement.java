package dev.howdah.postgres.tenant;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A second, empty database beside a tenant's own, which can be filled as its owner and then takes
 * its place at once. Until then the tenant's database is as it was. Every method may be repeated,
 * also after a crash at any instruction. Needs a running server that is no follower.
 */
public final class Replacement {
  private static final String MAINTENANCE_DATABASE = "postgres";

  /** PostgreSQL's code for a database with sessions in it. */
  private static final Set<String> IN_USE = Set.of("55006", "55P03");

  private static final int TRIES = 10;

  private final Supplier<ControlConnections> connections;
  private final Identifier live;
  private final Identifier filled;
  private final Identifier old;
  private final Roles roles;

  /** The replacement of a database in the cluster that the connections lead to. */
  public Replacement(Supplier<ControlConnections> connections, String database) {
    this.connections = connections;
    this.live = new Identifier(database);
    this.filled = new Identifier(nameFor(database));
    this.old = new Identifier(database + "_old");
    this.roles = new Roles(live);
  }

  /** The name under which the replacement of a database is reached while it is filled. */
  public static String nameFor(String database) {
    return database + "_copy";
  }

  /** Makes it, empty. Only the default credential of the database gets in. */
  public void prepare() {
    elsewhere(
        "prepare a replacement for",
        session -> {
          finishAdoption(session);
          session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", filled);
          session.execute("CREATE DATABASE %s OWNER %s", filled, live);
          session.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC", filled);
        });
  }

  /**
   * Puts it in the place of the tenant's database, whose sessions are ended and whose content is
   * dropped. Does nothing when that has happened.
   */
  public void adopt() {
    elsewhere(
        "replace",
        session -> {
          if (exists(session, filled)) {
            exchange(session);
          }
          finishAdoption(session);
        });
  }

  /** Takes it away, unless it has taken the place already; then that is completed. */
  public void discard() {
    elsewhere(
        "drop the replacement of",
        session -> {
          session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", filled);
          finishAdoption(session);
          session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", -1, live);
        });
  }

  private void exchange(Session session) throws SQLException {
    for (int tries = 1; ; tries++) {
      // Nobody but us may come back between the end of the sessions and the new name.
      session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", 0, live);
      session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", 0, filled);
      session.exists(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname IN (?, ?) AND pid <> pg_backend_pid()
          """,
          live.name(),
          filled.name());
      session.begin();
      try {
        session.execute("ALTER DATABASE %s RENAME TO %s", live, old);
        session.execute("ALTER DATABASE %s RENAME TO %s", filled, live);
        session.commit();
        return;
      } catch (SQLException e) {
        session.rollback();
        if (tries == TRIES || !IN_USE.contains(String.valueOf(e.getSQLState()))) {
          throw e;
        }
      }
    }
  }

  /** What follows the exchange of names, if there was one. */
  private void finishAdoption(Session session) throws SQLException {
    if (!exists(session, old)) {
      return;
    }
    if (exists(session, live)) {
      inside(roles::own);
      session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", -1, live);
    }
    session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", old);
  }

  private static boolean exists(Session session, Identifier database) throws SQLException {
    return session.exists("SELECT FROM pg_database WHERE datname = ?", database.name());
  }

  /** Something to do in a session. */
  @FunctionalInterface
  private interface Step {
    void run(Session session) throws SQLException;
  }

  private void inside(Step step) throws SQLException {
    try (Session session = new Session(connections.get().superuser(live.name()))) {
      step.run(session);
    }
  }

  private void elsewhere(String what, Step step) {
    try (Session session = new Session(connections.get().superuser(MAINTENANCE_DATABASE))) {
      step.run(session);
    } catch (SQLException e) {
      throw new PostgresException(
          "could not %s database %s: %s".formatted(what, live.name(), e.getMessage()), e);
    }
  }
}
