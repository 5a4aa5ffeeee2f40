package dev.howdah.postgres.tenant;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.template.Template;
import java.sql.SQLException;
import java.util.List;

/**
 * What pg_upgrade does not carry over, or only newer versions have, of what Howdah puts into every
 * cluster. Every method may be repeated.
 *
 * @param connections to the cluster that is upgraded
 * @param name of the tenant's database in it
 */
public record Refurbishment(ControlConnections connections, Identifier name) {

  /** Functions have other numbers afterwards; their names stay. */
  private static final String NAMES = "_heroku.howdah_disarmed_names";

  private static final String TABLE_EXISTS = "SELECT WHERE to_regclass(?) IS NOT NULL";

  /** In the old cluster, before it is shut down. */
  public void before() {
    inside(
        name.name(),
        session -> {
          if (session.exists(TABLE_EXISTS, "_heroku.howdah_disarmed")) {
            session.begin();
            session.execute("DROP TABLE IF EXISTS " + NAMES);
            session.execute(
                "CREATE TABLE "
                    + NAMES
                    + " AS SELECT function::regprocedure::text AS function"
                    + " FROM _heroku.howdah_disarmed");
            session.execute("REVOKE ALL ON " + NAMES + " FROM PUBLIC, howdah_monitor");
            session.commit();
          }
        });
  }

  /** In the new cluster, before anybody else gets in. */
  public void after(int major) {
    if (major >= 14) {
      inside("postgres", session -> session.execute("GRANT pg_read_all_data TO howdah_monitor"));
    }
    for (String database : List.of("template1", name.name())) {
      inside(database, Refurbishment::explainRefusals);
    }
    inside(name.name(), Refurbishment::renumber);
  }

  /** PostgreSQL 13 and its successors dump no members of the extension that hides these. */
  private static void explainRefusals(Session session) throws SQLException {
    if (session.exists("SELECT FROM pg_event_trigger WHERE evtname = 'howdah_explain_refusal'")) {
      return;
    }
    session.begin();
    for (String statement : Template.explainedRefusal()) {
      session.execute(statement);
    }
    session.commit();
  }

  private static void renumber(Session session) throws SQLException {
    if (!session.exists(TABLE_EXISTS, NAMES)) {
      return;
    }
    session.begin();
    session.execute("DELETE FROM _heroku.howdah_disarmed");
    session.execute(
        "INSERT INTO _heroku.howdah_disarmed SELECT function::regprocedure FROM " + NAMES);
    session.execute("DROP TABLE " + NAMES);
    session.commit();
  }

  /** What is done in a session. */
  @FunctionalInterface
  private interface Step {
    void run(Session session) throws SQLException;
  }

  private void inside(String database, Step step) {
    try (Session session = new Session(connections.superuser(database))) {
      step.run(session);
    } catch (SQLException e) {
      throw new PostgresException(
          "could not bring %s in line with its version: %s".formatted(database, e.getMessage()), e);
    }
  }
}
