package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes the right to add anything from a tenant who is over the plan. Revoking privileges from an
 * owner does not hold, since an owner can grant them again; so the logins stop being the owner, and
 * get what is left to them through a role of its own.
 */
final class Restriction {

  private static final String OURS = "howdah_tenant, howdah_retired, howdah_restricted";

  /** What a login got from us or, before version 16, another login could give it. */
  private static final String MEMBERSHIPS =
      """
      SELECT DISTINCT g.rolname FROM pg_auth_members m
      JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles l ON l.oid = m.member
      WHERE l.rolname = ?
        AND g.rolname NOT IN ('howdah_tenant', 'howdah_retired', 'howdah_restricted') ORDER BY 1
      """;

  /** In our own schema, where no tenant may make anything. */
  private static final String DISARMED = "_heroku.howdah_disarmed";

  private Restriction() {}

  /**
   * Functions that the owner wrote to run with the owner's rights run with their caller's while the
   * restriction lasts.
   */
  private static void disarm(Session session) throws SQLException {
    session.execute("CREATE SCHEMA IF NOT EXISTS _heroku");
    session.execute("CREATE TABLE IF NOT EXISTS " + DISARMED + " (function oid PRIMARY KEY)");
    session.execute("REVOKE ALL ON " + DISARMED + " FROM PUBLIC, howdah_monitor");
    session.execute(
        """
        DO $howdah$ DECLARE f oid; BEGIN
          FOR f IN SELECT oid FROM pg_proc WHERE prosecdef AND proowner <> 10 LOOP
            INSERT INTO _heroku.howdah_disarmed VALUES (f) ON CONFLICT DO NOTHING;
            EXECUTE format('ALTER ROUTINE %s SECURITY INVOKER', f::regprocedure);
          END LOOP;
        END $howdah$
        """);
  }

  private static void rearm(Session session) throws SQLException {
    if (!session.exists("SELECT WHERE to_regclass(?) IS NOT NULL", DISARMED)) {
      return;
    }
    session.execute(
        """
        DO $howdah$ DECLARE f oid; BEGIN
          FOR f IN SELECT p.oid FROM pg_proc p JOIN _heroku.howdah_disarmed d ON d.function = p.oid
            WHERE p.proowner <> 10
          LOOP
            EXECUTE format('ALTER ROUTINE %s SECURITY DEFINER', f::regprocedure);
          END LOOP;
        END $howdah$
        """);
    session.execute("DROP TABLE " + DISARMED);
  }

  static boolean isImposed(Session session) throws SQLException {
    return session.exists(
        """
        SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
        WHERE g.rolname = 'howdah_restricted'
        """);
  }

  /** No login may begin a session; the first step, so that none can hold up the others. */
  static void shutOut(Session session, Roles roles) throws SQLException {
    for (Identifier login : roles.logins(session)) {
      session.executeWithNumber("ALTER ROLE %s CONNECTION LIMIT", 0, login);
    }
  }

  static void impose(Session session, Roles roles, Identifier owner) throws SQLException {
    // The owner may have granted to these roles of ours, or given objects to them.
    session.execute("REASSIGN OWNED BY " + OURS + " TO %s", owner);
    session.execute("DROP OWNED BY " + OURS);
    Set<Identifier> named = new HashSet<>();
    for (Identifier credential : roles.namedCredentials(session)) {
      named.addAll(roles.loginsOf(session, credential));
    }
    for (Identifier login : roles.logins(session)) {
      if (named.contains(login)) {
        session.executeWithNumber("ALTER ROLE %s CONNECTION LIMIT", 0, login);
      } else {
        // What it made outside its role, and rights it once granted to itself.
        session.execute("REASSIGN OWNED BY %s TO %s", login, owner);
        session.execute("DROP OWNED BY %s", login);
        imposeOn(session, login, owner);
      }
    }
    disarm(session);
    session.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC", owner);
    session.execute("GRANT CONNECT ON DATABASE %s TO howdah_tenant", owner);
    for (Identifier schema : Schemas.of(session)) {
      session.execute("REVOKE CREATE ON SCHEMA %s FROM PUBLIC", schema);
      session.execute("REVOKE INSERT ON ALL TABLES IN SCHEMA %s FROM PUBLIC", schema);
      session.execute("GRANT USAGE ON SCHEMA %s TO howdah_restricted", schema);
      session.execute(
          "GRANT SELECT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA %s"
              + " TO howdah_restricted",
          schema);
      session.execute("GRANT SELECT ON ALL SEQUENCES IN SCHEMA %s TO howdah_restricted", schema);
    }
  }

  static void imposeOn(Session session, Identifier login, Identifier owner) throws SQLException {
    for (Identifier role : session.names(MEMBERSHIPS, login.name())) {
      session.execute("REVOKE %s FROM %s CASCADE", role, login);
    }
    session.executeWithNumber("ALTER ROLE %s CONNECTION LIMIT", 1, login);
    // Otherwise every new session begins with a role it may not take.
    session.execute("ALTER ROLE %s IN DATABASE %s RESET role", login, owner);
    session.execute("GRANT howdah_restricted TO %s", login);
  }

  static void lift(Session session, Roles roles, Identifier owner, int connectionLimit)
      throws SQLException {
    List<Identifier> logins =
        session.names(
            """
            SELECT l.rolname FROM pg_auth_members m
            JOIN pg_roles l ON l.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
            WHERE g.rolname = 'howdah_restricted' ORDER BY 1
            """);
    for (Identifier login : logins) {
      session.execute("REVOKE howdah_restricted FROM %s", login);
    }
    rearm(session);
    roles.own(session);
    roles.limitConnections(session, connectionLimit);
    session.execute("DROP OWNED BY howdah_restricted");
  }
}
