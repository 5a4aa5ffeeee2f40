package dev.howdah.postgres.tenant;

import dev.howdah.postgres.sql.Identifier;
import java.util.List;

/**
 * The SQL side of one tenant's database. The database belongs to a group role of the same name that
 * cannot log in; the default credential is a login that works as that group, so that a rotation
 * never has to move a table. Every method may be repeated. Needs a running server.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures, bodies to come
public final class TenantDatabase {

  private final java.util.function.Supplier<dev.howdah.postgres.sql.ControlConnections> connections;
  private final String name;

  /** The database of a name in the cluster that the connections lead to. */
  public TenantDatabase(
      java.util.function.Supplier<dev.howdah.postgres.sql.ControlConnections> connections,
      String name) {
    this.connections = connections;
    this.name = name;
  }

  /** Names database and group, and makes the default credential. */
  public void provision(Login defaultLogin, int connectionLimit) {
    throw new UnsupportedOperationException();
  }

  /** Makes a named credential. */
  public void createCredential(Login login, Preset preset) {
    throw new UnsupportedOperationException();
  }

  /** Removes a named credential at once; what it owns passes to the default credential. */
  public void destroyCredential(Identifier login) {
    throw new UnsupportedOperationException();
  }

  /**
   * Replaces a login, default or named, by a new one with the same rights and objects. The old one
   * may not log in from now on.
   */
  public void rotate(Identifier old, Login replacement, OldSessions oldSessions) {
    throw new UnsupportedOperationException();
  }

  /** Drops replaced logins that have no session left; returns the names of those dropped. */
  public List<String> dropRetiredLogins() {
    throw new UnsupportedOperationException();
  }

  /** Every login of this database. */
  public List<LoginActivity> logins() {
    throw new UnsupportedOperationException();
  }

  /** Ends every session of the tenant; returns how many there were. */
  public int terminateSessions() {
    throw new UnsupportedOperationException();
  }

  /** Makes the database anew, empty, with its credentials and the given extensions. */
  public void reset(List<String> extensions) {
    throw new UnsupportedOperationException();
  }

  /** Gives every object of the database back to the default credential. */
  public void repairDefault() {
    throw new UnsupportedOperationException();
  }

  /** Changes the number of connections each login may have. */
  public void limitConnections(int connectionLimit) {
    throw new UnsupportedOperationException();
  }

  /** Shuts every login out for good, as the first step of removing the database. */
  public void lock() {
    throw new UnsupportedOperationException();
  }

  /**
   * Puts the database under restriction because it is over its plan: one connection; rows can be
   * read, changed and deleted, and nothing added.
   */
  public void restrict() {
    throw new UnsupportedOperationException();
  }

  /** Ends the restriction. */
  public void release(int connectionLimit) {
    throw new UnsupportedOperationException();
  }

  /** Whether the database is under restriction now. */
  public boolean restricted() {
    throw new UnsupportedOperationException();
  }

  /** Counts rows against a limit: exactly when near to it, otherwise by PostgreSQL's estimate. */
  public RowCount countRows(long limit) {
    throw new UnsupportedOperationException();
  }

  /** The numbers of this database now. */
  public DatabaseStatistics statistics() {
    throw new UnsupportedOperationException();
  }

  /** What becomes of the sessions of a login that is replaced. */
  public enum OldSessions {
    /** They may go on until they end by themselves. */
    FINISH,
    /** They are ended. */
    TERMINATE
  }
}
