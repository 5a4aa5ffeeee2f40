package dev.howdah.postgres.tenant;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;
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
  private final Identifier kept;
  private final Identifier undone;
  private final Roles roles;

  /** The replacement of a database in the cluster that the connections lead to. */
  public Replacement(Supplier<ControlConnections> connections, String database) {
    this.connections = connections;
    this.live = new Identifier(database);
    this.filled = new Identifier(nameFor(database));
    this.old = new Identifier(database + "_old");
    this.kept = new Identifier(database + "_before");
    this.undone = new Identifier(database + "_undone");
    this.roles = new Roles(live);
  }

  /** The name under which the replacement of a database is reached while it is filled. */
  public static String nameFor(String database) {
    return database + "_copy";
  }

  /** Makes it, empty. Only the default credential of the database gets in. */
  public void prepare() {
    prepare(List.of());
  }

  /**
   * Makes it, empty but for extensions, each {@code name} or {@code schema.name}. Only the default
   * credential of the database gets in.
   *
   * @throws PostgresException when an extension cannot be made
   */
  public void prepare(List<String> extensions) {
    elsewhere(
        "prepare a replacement for",
        session -> {
          session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", filled);
          session.execute("CREATE DATABASE %s OWNER %s", filled, live);
          session.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC", filled);
          // Nobody may enter before the extensions are made: their scripts run as superuser.
          session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", 0, filled);
          install(extensions);
          session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", -1, filled);
        });
  }

  private void install(List<String> extensions) throws SQLException {
    if (extensions.isEmpty()) {
      return;
    }
    try (Session inside = new Session(connections.get().superuser(filled.name()))) {
      for (String extension : extensions) {
        int dot = extension.indexOf('.');
        if (dot < 0) {
          inside.execute(
              "CREATE EXTENSION IF NOT EXISTS %s SCHEMA public CASCADE", new Identifier(extension));
        } else {
          Identifier schema = new Identifier(extension.substring(0, dot));
          inside.execute("CREATE SCHEMA IF NOT EXISTS %s AUTHORIZATION %s", schema, live);
          inside.execute(
              "CREATE EXTENSION IF NOT EXISTS %s SCHEMA %s CASCADE",
              new Identifier(extension.substring(dot + 1)), schema);
        }
      }
    }
  }

  /**
   * Keeps what the tenant's database contained before the last exchange, in the place of what was
   * kept before.
   */
  public void keep() {
    elsewhere(
        "keep what was replaced of",
        session -> {
          if (exists(session, old)) {
            session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", kept);
            session.execute("ALTER DATABASE %s RENAME TO %s", old, kept);
          }
        });
  }

  /**
   * Puts what is kept back into its place. What the tenant's database contains now is dropped.
   *
   * @return whether anything was kept
   */
  public boolean bringBack() {
    boolean[] any = {false};
    elsewhere(
        "bring back what was replaced of",
        session -> {
          if (exists(session, kept)) {
            session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", undone);
            exchange(session, live, undone, kept, live);
          }
          any[0] = exists(session, undone);
          open(session);
          session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", undone);
        });
    return any[0];
  }

  /** Drops what is kept. */
  public void dropKept() {
    elsewhere(
        "drop what is kept of",
        session -> session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", kept));
  }

  /**
   * Puts it in the place of the tenant's database, whose sessions are ended. What that contains is
   * kept out of reach until {@link #confirm} or {@link #takeBack}.
   */
  public void adopt() {
    elsewhere(
        "replace",
        session -> {
          if (exists(session, filled)) {
            exchange(session, live, old, filled, live);
          }
          open(session);
        });
  }

  /** Drops what the tenant's database contained before. */
  public void confirm() {
    elsewhere(
        "drop what was replaced of",
        session -> session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", old));
  }

  /** Takes it away, wherever it is; the tenant's database contains what it did before. */
  public void takeBack() {
    elsewhere(
        "drop the replacement of",
        session -> {
          if (exists(session, old)) {
            exchange(session, live, filled, old, live);
          }
          open(session);
          session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", filled);
        });
  }

  /** Gives two databases new names at once, whose sessions are ended before. */
  private void exchange(
      Session session, Identifier one, Identifier oneThen, Identifier other, Identifier otherThen)
      throws SQLException {
    for (int tries = 1; ; tries++) {
      // Nobody but us may come back between the end of the sessions and the new name.
      for (Identifier database : List.of(one, other)) {
        session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", 0, database);
        session.exists(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = ? AND pid <> pg_backend_pid()
            """,
            database.name());
      }
      session.begin();
      try {
        session.execute("ALTER DATABASE %s RENAME TO %s", one, oneThen);
        session.execute("ALTER DATABASE %s RENAME TO %s", other, otherThen);
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

  /** Lets the tenant's logins into the database that has its name. */
  private void open(Session session) throws SQLException {
    try (Session inside = new Session(connections.get().superuser(live.name()))) {
      roles.own(inside);
    }
    session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", -1, live);
  }

  private static boolean exists(Session session, Identifier database) throws SQLException {
    return session.exists("SELECT FROM pg_database WHERE datname = ?", database.name());
  }

  /** Something to do in a session. */
  @FunctionalInterface
  private interface Step {
    void run(Session session) throws SQLException;
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
