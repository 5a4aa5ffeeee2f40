package dev.howdah.postgres.tenant;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The SQL side of one tenant's database. The database belongs to a group role of the same name that
 * cannot log in; the default credential is a login that works as that group, so that a rotation
 * never has to move a table. A named credential is such a group too, with the rights it was
 * granted. Every method may be repeated. Needs a running server. Safe for use by many threads.
 */
public final class TenantDatabase {

  /** PostgreSQL's code for "permission denied". */
  private static final String PERMISSION_DENIED = "42501";

  private static final int MONITOR_TRIES = 3;

  /** No further try is made as the monitoring role after this. */
  private static final Duration MONITOR_PATIENCE = Duration.ofSeconds(5);

  private static final String MAINTENANCE_DATABASE = "postgres";

  private final Supplier<ControlConnections> connections;
  private final Identifier name;
  private final Roles roles;

  /** The database of a name in the cluster that the connections lead to. */
  public TenantDatabase(Supplier<ControlConnections> connections, String name) {
    this.connections = connections;
    this.name = new Identifier(name);
    this.roles = new Roles(this.name);
  }

  /** Names database and group, and makes the default credential. */
  public void provision(Login defaultLogin, int connectionLimit) {
    elsewhere(
        "provision",
        session -> {
          session.begin();
          roles.nameDatabase(session);
          roles.putLogin(session, defaultLogin, name, connectionLimit);
          session.commit();
        });
  }

  /**
   * Makes a named credential with one login.
   *
   * @param credential its name: the role that the owner grants rights to
   * @param login the user name and verifier of its first login
   */
  public void createCredential(
      Identifier credential, Login login, Preset preset, int connectionLimit) {
    Roles.refuseReserved(credential, name);
    inside(
        "create a credential of",
        session -> {
          session.begin();
          roles.putGroup(session, credential);
          roles.putLogin(session, login, credential, connectionLimit);
          Presets.grant(session, preset, name, credential);
          session.commit();
        });
  }

  /** Removes a named credential at once; what it owns passes to the default credential. */
  public void destroyCredential(Identifier credential) {
    Roles.refuseReserved(credential, name);
    inside(
        "destroy a credential of",
        session -> {
          List<Identifier> logins = roles.loginsOf(session, credential);
          roles.shutOut(session, logins);
          roles.insist(
              session,
              logins,
              true,
              own -> {
                for (Identifier login : logins) {
                  roles.drop(own, login);
                }
                if (roles.exists(own, credential)) {
                  roles.drop(own, credential);
                }
              });
        });
  }

  /**
   * Replaces a login, of the default or a named credential, by a new one of the same credential.
   * The old one may not log in from now on. Its sessions are also ended when they try to prevent
   * this.
   */
  public void rotate(Identifier old, Login replacement, OldSessions oldSessions) {
    inside(
        "rotate a login of",
        session -> {
          // Whoever holds the leaked credential may also hold a lock on it.
          roles.insist(
              session,
              List.of(old),
              oldSessions == OldSessions.TERMINATE,
              own -> {
                if (roles.exists(own, old)) {
                  roles.replace(own, old, replacement);
                } else if (!roles.exists(own, replacement.name())) {
                  throw new PostgresException("there is no login " + old + " to replace");
                }
              });
          if (oldSessions == OldSessions.TERMINATE) {
            roles.terminate(session, List.of(old));
          }
        });
  }

  /** Drops replaced logins that have no session left; returns the names of those dropped. */
  public List<String> dropRetiredLogins() {
    return insideFor("drop replaced logins of", roles::dropRetired);
  }

  /** Every login of this database. */
  public List<LoginActivity> logins() {
    return monitored("list the logins of", roles::activity);
  }

  /**
   * After a copy: gives the database the given logins and no others. Groups of named credentials
   * stay with their rights, also those that get no login; the origin's logins are dropped, and what
   * they own passes to their credential. A restriction that came with the copy is lifted: whether
   * the copy is over <em>its</em> plan is measured anew. Idempotent.
   *
   * @param logins by the name of the credential; {@code default} is the owner's
   * @param connectionLimit connections that each of them may have
   * @throws PostgresException when there is no credential of a name; see {@link #credentials}
   */
  public void rekey(Map<String, Login> logins, int connectionLimit) {
    inside(
        "give new logins to",
        session -> {
          List<Identifier> old = roles.logins(session);
          roles.insist(session, old, true, own -> roles.rekey(own, logins, connectionLimit));
        });
  }

  /** The names of the named credentials that the cluster has; the default one is not among them. */
  public Set<String> credentials() {
    return monitored(
        "list the credentials of",
        session ->
            roles.namedCredentials(session).stream()
                .map(Identifier::name)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  /** Gives the planner statistics of every table, as a new major version has none. */
  public void analyze() {
    // Like autovacuum, it runs what a tenant has defined as its owner.
    inside("analyze", session -> session.execute("ANALYZE"));
  }

  /** Forgets what was counted of its tables and indexes so far. */
  public void resetStatistics() {
    inside(
        "reset the statistics of", session -> session.execute("SELECT pg_catalog.pg_stat_reset()"));
  }

  /** Ends every session of the tenant; returns how many there were. */
  public int terminateSessions() {
    return elsewhereFor(
        "end the sessions of", session -> roles.terminate(session, roles.logins(session)));
  }

  /**
   * Makes the database anew, empty, with its credentials and the given extensions, and what these
   * need.
   *
   * @throws ExtensionFailedException when extensions could not be created. The database is usable
   *     then, without them.
   * @throws PostgresException before anything is dropped, when one is not installed
   */
  public void reset(List<String> extensions) {
    List<Identifier> wanted = extensions.stream().map(Identifier::new).toList();
    elsewhere(
        "empty",
        session -> {
          for (Identifier extension : wanted) {
            if (!session.exists(
                "SELECT FROM pg_available_extensions WHERE name = ?", extension.name())) {
              throw new PostgresException(
                  "the extension %s is not installed on this host; nothing was changed"
                      .formatted(extension.name()));
            }
          }
          session.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
          // Nobody but us may enter before its extensions are made: their scripts run as superuser
          // and must meet nothing that a tenant has put in their way.
          session.execute("CREATE DATABASE %s OWNER postgres CONNECTION LIMIT 0", name);
          session.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC", name);
        });
    List<String> failures = createExtensions(wanted);
    // In a session of its own: whatever happened to the other one, this makes the database usable.
    inside(
        "give its rights back to the owner of",
        session -> {
          roles.own(session);
          session.executeWithNumber("ALTER DATABASE %s CONNECTION LIMIT", -1, name);
        });
    if (!failures.isEmpty()) {
      throw new ExtensionFailedException(failures);
    }
  }

  /** Returns a sentence for each extension that could not be created. */
  private List<String> createExtensions(List<Identifier> extensions) {
    List<String> failures = new ArrayList<>();
    for (Identifier extension : extensions) {
      try {
        inside(
            "create the extension " + extension.name() + " of",
            session -> {
              // Where an extension goes that does not insist on a schema of its own.
              session.execute("SET search_path = public");
              session.execute("CREATE EXTENSION IF NOT EXISTS %s CASCADE", extension);
            });
      } catch (PostgresException failed) {
        failures.add(failed.getMessage());
      }
    }
    return failures;
  }

  /**
   * Gives every object of the database, and the database itself, back to the default credential,
   * and the default credential's logins their rights.
   */
  public void repairDefault() {
    inside(
        "repair the default credential of",
        session -> {
          session.begin();
          roles.reassignEverything(session);
          roles.own(session);
          session.commit();
        });
  }

  /** Changes the number of connections each login may have. */
  public void limitConnections(int connectionLimit) {
    elsewhere(
        "limit the connections of", session -> roles.limitConnections(session, connectionLimit));
  }

  /** Shuts every login out for good, as the first step of removing the database. */
  public void lock() {
    elsewhere(
        "lock",
        session -> {
          roles.shutOut(session, roles.logins(session));
        });
  }

  /**
   * Puts the database under restriction because it is over its plan: the default credential keeps
   * one connection, with which rows can be read, changed and deleted, and nothing added; named
   * credentials are shut out. Privileges that the owner had given to everybody ({@code PUBLIC}) to
   * add rows are taken back and do not return by themselves. Functions that the owner wrote to run
   * with the owner's rights run with their caller's meanwhile; a rule ({@code CREATE RULE}) that
   * the owner wrote beforehand to add rows at an update still can.
   */
  public void restrict() {
    inside(
        "restrict",
        session -> {
          List<Identifier> logins = roles.logins(session);
          roles.insist(session, logins, true, own -> Restriction.shutOut(own, roles));
          roles.insist(session, logins, true, own -> Restriction.impose(own, roles, name));
          roles.terminate(session, roles.logins(session));
        });
  }

  /** Ends the restriction. */
  public void release(int connectionLimit) {
    inside(
        "release",
        session -> {
          roles.insist(
              session,
              roles.logins(session),
              true,
              own -> Restriction.lift(own, roles, name, connectionLimit));
          // A session keeps the role it began with.
          roles.terminate(session, roles.logins(session));
        });
  }

  /** Whether the database is under restriction now. */
  public boolean restricted() {
    return monitored("look at the restriction of", Restriction::isImposed);
  }

  /** Counts rows against a limit: exactly when near to it, otherwise by PostgreSQL's estimate. */
  public RowCount countRows(long limit) {
    return monitored(
        "count the rows of",
        session -> RowCounter.count(session, limit),
        session -> new RowCount(RowCounter.estimate(session), false));
  }

  /** The numbers of this database now. */
  public DatabaseStatistics statistics() {
    return monitored("read the statistics of", StatisticsQuery::run);
  }

  /** Bytes of temporary files that its sessions have now. */
  public long temporaryBytes() {
    return monitored(
        "read the temporary files of",
        session ->
            session
                .rows(
                    "SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_tmpdir()",
                    row -> row.getLong(1))
                .getFirst());
  }

  /** What becomes of the sessions of a login that is replaced. */
  public enum OldSessions {
    /** They may go on until they end by themselves. */
    FINISH,
    /** They are ended. */
    TERMINATE
  }

  /** Something to do in a session. */
  @FunctionalInterface
  private interface Step {
    void run(Session session) throws SQLException;
  }

  /** Something to find out in a session. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(Session session) throws SQLException;
  }

  /** As superuser, in the tenant's database. */
  private void inside(String what, Step step) {
    run(what, name.name(), done(step));
  }

  private <T> T insideFor(String what, Question<T> question) {
    return run(what, name.name(), question);
  }

  /** As superuser, where no tenant has ever been. */
  private void elsewhere(String what, Step step) {
    run(what, MAINTENANCE_DATABASE, done(step));
  }

  private <T> T elsewhereFor(String what, Question<T> question) {
    return run(what, MAINTENANCE_DATABASE, question);
  }

  private static Question<Boolean> done(Step step) {
    return session -> {
      step.run(session);
      return true;
    };
  }

  private <T> T run(String what, String database, Question<T> question) {
    try (Session session = new Session(connections.get().superuser(database))) {
      return question.ask(session);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** As the role that only reads, in the tenant's database. */
  private <T> T monitored(String what, Question<T> question) {
    return monitored(what, question, question);
  }

  /**
   * The same; and since the owner of a database can shut that role out and end its sessions, in the
   * end as superuser, whose sessions it cannot.
   *
   * @param catalogues what is asked then: it must read PostgreSQL's own catalogues only, and run
   *     nothing of the tenant's
   */
  private <T> T monitored(String what, Question<T> question, Question<T> catalogues) {
    Instant patience = Instant.now().plus(MONITOR_PATIENCE);
    for (int tries = 0; tries < MONITOR_TRIES && Instant.now().isBefore(patience); tries++) {
      try {
        return monitoredOnce(question);
      } catch (SQLException e) {
        if (PERMISSION_DENIED.equals(e.getSQLState())) {
          elsewhere(
              what,
              session -> session.execute("GRANT CONNECT ON DATABASE %s TO howdah_monitor", name));
        }
      }
    }
    return insideFor(what, catalogues);
  }

  private <T> T monitoredOnce(Question<T> question) throws SQLException {
    try (Session session = new Session(connections.get().monitor(name.name()))) {
      return question.ask(session);
    }
  }

  private PostgresException failed(String what, SQLException e) {
    return new PostgresException(
        "could not %s database %s: %s".formatted(what, name.name(), e.getMessage()), e);
  }
}
