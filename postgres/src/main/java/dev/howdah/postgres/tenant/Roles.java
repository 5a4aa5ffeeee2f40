package dev.howdah.postgres.tenant;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.template.Template;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The roles of one tenant. What a role is can be read from its memberships alone: every login is in
 * {@code howdah_tenant}, a replaced one in {@code howdah_retired}, a restricted one in {@code
 * howdah_restricted}; and the group a login belongs to is its credential.
 */
final class Roles {

  /** The name of the owner's credential; its group is called as the database. */
  private static final String DEFAULT = "default";

  private static final Identifier UNNAMED_DATABASE = new Identifier(Template.DATABASE);
  private static final Identifier UNNAMED_OWNER = new Identifier(Template.OWNER);

  /** PostgreSQL's code for "could not get the lock in time". */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private static final String LOGINS =
      """
      SELECT r.rolname FROM pg_roles r
      WHERE r.oid IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_tenant'::regrole) AND NOT r.rolsuper
        AND r.rolname NOT LIKE 'howdah\\_%' ORDER BY 1
      """;

  private static final String IS_MEMBER =
      """
      SELECT FROM pg_auth_members m
      JOIN pg_roles l ON l.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
      WHERE l.rolname = ? AND g.rolname = ?
      """;

  /** A role that admits no session and is nobody's login. */
  private static final String IS_GROUP =
      """
      SELECT FROM pg_roles r
      WHERE r.rolname = ? AND r.rolconnlimit = 0 AND NOT r.rolsuper
        AND r.oid NOT IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_tenant'::regrole)
      """;

  /** How often a change of a login is tried whose sessions stand in the way. */
  private static final int TRIES = 20;

  private static final int SHORTEST_LOCK_TIMEOUT = 250;
  private static final int LONGEST_LOCK_TIMEOUT = 3000;

  /** A lock not got in time, a deadlock, and "tuple concurrently updated". */
  private static final Set<String> IN_THE_WAY = Set.of(LOCK_NOT_AVAILABLE, "40P01", "XX000");

  /** A change of roles, in a transaction of its own; made again from the start if it fails. */
  @FunctionalInterface
  interface Change {
    void make(Session session) throws SQLException;
  }

  private final Identifier owner;

  Roles(Identifier database) {
    this.owner = database;
  }

  static void refuseReserved(Identifier credential, Identifier database) {
    String text = credential.name();
    if (text.startsWith("pg_")
        || text.startsWith("howdah_")
        || text.equals("postgres")
        || text.equals("public")
        || text.equals("none")
        || credential.equals(database)) {
      throw new IllegalArgumentException("\"" + text + "\" is not a name for a credential");
    }
  }

  boolean exists(Session session, Identifier role) throws SQLException {
    return session.exists("SELECT FROM pg_roles WHERE rolname = ?", role.name());
  }

  /** Gives database and group of the template their names. */
  void nameDatabase(Session session) throws SQLException {
    if (!session.exists("SELECT FROM pg_database WHERE datname = ?", owner.name())) {
      session.execute("ALTER DATABASE %s RENAME TO %s", UNNAMED_DATABASE, owner);
    }
    if (!exists(session, owner)) {
      session.execute("ALTER ROLE %s RENAME TO %s", UNNAMED_OWNER, owner);
    }
  }

  /**
   * The group role of a named credential. Like the default one it counts as a login, for it is who
   * its sessions are, and {@code pg_user} and the queries on it ({@code heroku pg:outliers}) know
   * only logins. Nobody logs in as it: it admits no session, and {@code pg_hba.conf} does not know
   * it.
   */
  void putGroup(Session session, Identifier credential) throws SQLException {
    if (!exists(session, credential)) {
      session.execute("CREATE ROLE %s LOGIN CONNECTION LIMIT 0", credential);
    } else if (!session.exists(IS_GROUP, credential.name())) {
      throw new PostgresException("the database has a user named " + credential + " already");
    }
  }

  /** Makes a login of a credential, or brings it in line. */
  void putLogin(Session session, Login login, Identifier credential, int connectionLimit)
      throws SQLException {
    boolean exists = exists(session, login.name());
    if (exists && !session.exists(IS_MEMBER, login.name().name(), Template.TENANT)) {
      throw new PostgresException("the database has a role named " + login.name() + " already");
    }
    String verb = exists ? "ALTER" : "CREATE";
    session.executeWithPassword(verb + " ROLE %s LOGIN", login.name(), login.verifier());
    session.executeWithNumber("ALTER ROLE %s CONNECTION LIMIT", connectionLimit, login.name());
    session.execute("GRANT howdah_tenant, %s TO %s", credential, login.name());
    workAs(session, login.name(), credential);
  }

  /** Every object a login makes belongs to its credential, so that the login can be replaced. */
  private void workAs(Session session, Identifier login, Identifier credential)
      throws SQLException {
    session.execute("ALTER ROLE %s IN DATABASE %s SET role = %s", login, owner, credential);
  }

  /** All logins, also those that may not log in any more. */
  List<Identifier> logins(Session session) throws SQLException {
    return session.names(LOGINS);
  }

  List<Identifier> loginsOf(Session session, Identifier credential) throws SQLException {
    return session.names(
        """
        SELECT l.rolname FROM pg_auth_members m
        JOIN pg_roles l ON l.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
        WHERE g.rolname = ? AND l.oid IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_tenant'::regrole) ORDER BY 1
        """,
        credential.name());
  }

  /** The credential a login belongs to; one without, being restricted, is of the default one. */
  Identifier credentialOf(Session session, Identifier login) throws SQLException {
    List<Identifier> groups =
        session.names(
            """
              SELECT g.rolname FROM pg_auth_members m
              JOIN pg_roles l ON l.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
              WHERE l.rolname = ? AND g.oid NOT IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_tenant'::regrole)
                AND g.rolname NOT LIKE 'howdah\\_%' AND g.rolname NOT LIKE 'pg\\_%' ORDER BY 1
            """,
            login.name());
    return groups.isEmpty() ? owner : groups.getFirst();
  }

  /** The groups of all named credentials. */
  List<Identifier> namedCredentials(Session session) throws SQLException {
    return session.names(
        """
        SELECT rolname FROM pg_roles
        WHERE NOT rolsuper AND rolname <> ?
          AND rolname NOT LIKE 'howdah\\_%' AND rolname NOT LIKE 'pg\\_%'
          AND pg_roles.oid NOT IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_tenant'::regrole) ORDER BY 1
        """,
        owner.name());
  }

  /** Puts a new login beside an old one, and locks the old one. */
  void replace(Session session, Identifier old, Login replacement) throws SQLException {
    Identifier credential = credentialOf(session, old);
    boolean restricted = session.exists(IS_MEMBER, old.name(), Template.RESTRICTED);
    int limit =
        (int) session.number("SELECT rolconnlimit FROM pg_roles WHERE rolname = ?", old.name());
    putLogin(session, replacement, credential, limit);
    if (restricted) {
      Restriction.imposeOn(session, replacement.name(), owner);
    }
    if (!old.equals(replacement.name())) {
      session.execute("ALTER ROLE %s NOLOGIN", old);
      session.execute("GRANT howdah_retired TO %s", old);
    }
  }

  /** Makes these the only logins, by the names of their credentials. */
  void rekey(Session session, Map<String, Login> logins, int connectionLimit) throws SQLException {
    if (Restriction.isImposed(session)) {
      Restriction.lift(session, this, owner, connectionLimit);
    }
    Set<Identifier> kept = new HashSet<>();
    for (Map.Entry<String, Login> login : logins.entrySet()) {
      Identifier credential =
          login.getKey().equals(DEFAULT) ? owner : new Identifier(login.getKey());
      if (!credential.equals(owner) && !namedCredentials(session).contains(credential)) {
        throw new PostgresException("the database has no credential " + credential);
      }
      putLogin(session, login.getValue(), credential, connectionLimit);
      kept.add(login.getValue().name());
    }
    for (Identifier login : logins(session)) {
      if (!kept.contains(login)) {
        session.execute("REASSIGN OWNED BY %s TO %s", login, credentialOf(session, login));
        drop(session, login);
      }
    }
  }

  /** Drops a role of the tenant; what it owns passes to the default credential. */
  void drop(Session session, Identifier role) throws SQLException {
    session.execute("REASSIGN OWNED BY %s TO %s", role, owner);
    session.execute("DROP OWNED BY %s", role);
    session.execute("DROP ROLE %s", role);
  }

  /** Drops replaced logins without sessions. */
  List<String> dropRetired(Session session) throws SQLException {
    List<Identifier> idle =
        session.names(
            """
              SELECT r.rolname FROM pg_roles r
              WHERE r.oid IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_retired'::regrole) AND NOT r.rolsuper
                AND r.rolname NOT LIKE 'howdah\\_%'
                AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.usesysid = r.oid) ORDER BY 1
            """);
    List<String> dropped = new ArrayList<>();
    for (Identifier login : idle) {
      try {
        session.begin();
        Identifier credential = credentialOf(session, login);
        session.execute("REASSIGN OWNED BY %s TO %s", login, credential);
        drop(session, login);
        session.commit();
        dropped.add(login.name());
      } catch (SQLException e) {
        if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
          throw e;
        }
        // An object of it is in use; the next round will find it free.
        session.rollback();
      }
    }
    return dropped;
  }

  List<LoginActivity> activity(Session session) throws SQLException {
    List<LoginActivity> all = new ArrayList<>();
    for (Identifier login : logins(session)) {
      String credential = credentialOf(session, login).name();
      all.addAll(
          session.rows(
              """
                  SELECT r.rolcanlogin, r.oid IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_retired'::regrole),
                    (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid)
                  FROM pg_roles r WHERE r.rolname = ?
              """,
              row ->
                  new LoginActivity(
                      login.name(),
                      credential,
                      state(row.getBoolean(1), row.getBoolean(2)),
                      row.getInt(3)),
              login.name()));
    }
    return all;
  }

  private static LoginActivity.State state(boolean canLogin, boolean retired) {
    if (retired) {
      return LoginActivity.State.RETIRED;
    }
    return canLogin ? LoginActivity.State.ACTIVE : LoginActivity.State.LOCKED;
  }

  /**
   * Makes a change that sessions of these logins try to prevent, say by holding a lock on their own
   * role: ends the sessions and tries, again and again. The first try may do without.
   */
  void insist(Session session, List<Identifier> logins, boolean atFirst, Change change)
      throws SQLException {
    for (int tries = 1; ; tries++) {
      if (atFirst || tries > 1) {
        terminate(session, logins);
      }
      session.begin();
      try {
        session.executeWithNumber(
            "SET LOCAL lock_timeout =",
            Math.min(SHORTEST_LOCK_TIMEOUT * tries, LONGEST_LOCK_TIMEOUT));
        change.make(session);
        session.commit();
        return;
      } catch (SQLException e) {
        if (tries == TRIES || !IN_THE_WAY.contains(String.valueOf(e.getSQLState()))) {
          throw e;
        }
        session.rollback();
      }
    }
  }

  /** Lets logins begin no session any more. */
  void shutOut(Session session, List<Identifier> logins) throws SQLException {
    insist(
        session,
        logins,
        true,
        own -> {
          for (Identifier login : logins) {
            own.execute("ALTER ROLE %s NOLOGIN", login);
          }
        });
    terminate(session, logins);
  }

  /** Ends the sessions of logins; returns how many. */
  int terminate(Session session, List<Identifier> logins) throws SQLException {
    int ended = 0;
    for (Identifier login : logins) {
      ended +=
          (int)
              session.number(
                  """
                  SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))
                  FROM pg_stat_activity WHERE usename = ?
                  """,
                  login.name());
    }
    return ended;
  }

  void limitConnections(Session session, int limit) throws SQLException {
    for (Identifier login :
        session.names(
            """
              SELECT r.rolname FROM pg_roles r
              WHERE r.oid IN (SELECT member FROM pg_auth_members
                WHERE roleid = 'howdah_tenant'::regrole) AND NOT r.rolsuper
                AND r.rolname NOT LIKE 'howdah\\_%'
                AND NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                  WHERE g.rolname = 'howdah_restricted')
            """)) {
      session.executeWithNumber("ALTER ROLE %s CONNECTION LIMIT", limit, login);
    }
  }

  /** Makes the group the owner of the database, and lets the logins in and work as they should. */
  void own(Session session) throws SQLException {
    session.execute("ALTER DATABASE %s OWNER TO %s", owner, owner);
    session.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC", owner);
    session.execute("GRANT CONNECT ON DATABASE %s TO howdah_tenant, howdah_monitor", owner);
    boolean restricted = Restriction.isImposed(session);
    for (Identifier login : logins(session)) {
      Identifier credential = credentialOf(session, login);
      if (!(restricted && credential.equals(owner))) {
        session.execute("GRANT %s TO %s", credential, login);
        workAs(session, login, credential);
      }
    }
  }

  /** Everything any role of the tenant owns becomes the default credential's. */
  void reassignEverything(Session session) throws SQLException {
    List<Identifier> all = new ArrayList<>(logins(session));
    all.addAll(namedCredentials(session));
    for (Identifier role : all) {
      session.execute("REASSIGN OWNED BY %s TO %s", role, owner);
    }
  }
}
