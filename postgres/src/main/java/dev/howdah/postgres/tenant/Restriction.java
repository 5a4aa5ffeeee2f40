package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.util.List;

/**
 * Takes the right to add anything from a tenant who is over the plan. Revoking privileges from an
 * owner does not hold, since an owner can grant them again; so the logins stop being the owner, and
 * get what is left to them through a role of its own.
 */
final class Restriction {

  private Restriction() {}

  static boolean isImposed(Session session) throws SQLException {
    return session.exists(
        """
        SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
        WHERE g.rolname = 'howdah_restricted'
        """);
  }

  static void impose(Session session, Roles roles, Identifier owner) throws SQLException {
    for (Identifier login : roles.loginsOf(session, owner)) {
      // What it made outside its role, and rights it once granted to itself.
      session.execute("REASSIGN OWNED BY %s TO %s", login, owner);
      session.execute("DROP OWNED BY %s", login);
      imposeOn(session, login, owner);
    }
    for (Identifier credential : roles.namedCredentials(session)) {
      for (Identifier login : roles.loginsOf(session, credential)) {
        session.executeWithNumber("ALTER ROLE %s CONNECTION LIMIT", 0, login);
      }
    }
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
    session.execute("REVOKE %s FROM %s", owner, login);
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
    roles.own(session);
    roles.limitConnections(session, connectionLimit);
    session.execute("DROP OWNED BY howdah_restricted");
  }
}
