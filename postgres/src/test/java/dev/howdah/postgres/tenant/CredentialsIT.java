package dev.howdah.postgres.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.tenant.TenantDatabase.OldSessions;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CredentialsIT {

  private static final Identifier ANALYST = new Identifier("analyst");

  private final TestHost test = TestHost.open();
  private TestDatabase database;

  @BeforeEach
  void provision() {
    database = test.database();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void theDefaultCredentialOwnsWhatItMakesThroughItsGroup() throws SQLException {
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE t (a int); CREATE SCHEMA s; CREATE TEMP TABLE x (a int)");
      assertThat(session.run("SELECT tableowner FROM pg_tables WHERE tablename = 't'"))
          .containsExactly(database.spec().database());
      assertThat(session.run("SELECT session_user, current_user"))
          .containsExactly(database.user() + "|" + database.spec().database());
    }
  }

  @Test
  void theDefaultCredentialSeesAndEndsSessionsOfOthers() throws SQLException {
    database.sql().createCredential(ANALYST, login("analyst1"), Preset.NONE, 5);
    try (TestSession session = database.connect();
        TestSession other = database.connect("analyst1", "Secret0analyst1")) {
      String pid = other.run("SELECT pg_backend_pid()").getFirst();
      assertThat(session.run("SELECT query FROM pg_stat_activity WHERE pid = " + pid))
          .containsExactly("SELECT pg_backend_pid()");
      assertThat(session.run("SELECT pg_terminate_backend(" + pid + ")")).containsExactly("t");
      assertThat(session.run("SHOW data_directory").getFirst()).endsWith("/data");
      assertThat(session.run("SELECT count(*) > 0 FROM pg_stat_statements")).containsExactly("t");
      session.run("SELECT _heroku.pg_stat_statements_reset()");
    }
  }

  /** Whoever has a leaked password must not be able to keep it by holding a lock. */
  @Test
  void anOpenChangeOfItsOwnRoleDoesNotPreventRotationNorRemoval() throws SQLException {
    for (OldSessions old : OldSessions.values()) {
      TestDatabase own = test.database();
      try (TestSession thief = own.connect()) {
        thief.run("SET ROLE NONE; BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'mine'");
        own.sql().rotate(new Identifier(own.user()), login("fresh"), old);
        assertThatThrownBy(() -> thief.run("COMMIT")).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(own::connect).isInstanceOf(SQLException.class);
    }
    database.sql().createCredential(ANALYST, login("analyst1"), Preset.NONE, 5);
    try (TestSession thief = database.connect("analyst1", "Secret0analyst1");
        TestSession second = database.connect()) {
      thief.run("SET ROLE NONE; BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'mine'");
      database.sql().destroyCredential(ANALYST);
      second.run("SET ROLE NONE; BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'mine'");
      database.sql().lock();
    }
    assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);
  }

  @Test
  void aCredentialIsNotMadeOfALoginNorALoginOfACredential() {
    assertThatThrownBy(() ->
            database
                .sql()
                .createCredential(new Identifier(database.user()), login("other1"), Preset.NONE, 5))
        .isInstanceOf(dev.howdah.postgres.PostgresException.class)
        .hasMessageContaining("has a user named");
    database.sql().createCredential(ANALYST, login("analyst1"), Preset.NONE, 5);
    assertThatThrownBy(() ->
            database.sql().createCredential(new Identifier("x"), login("analyst"), Preset.NONE, 5))
        .hasMessageContaining("has a role named");
  }

  @Test
  void provisioningMayBeRepeated() throws SQLException {
    database.sql().provision(login(database.user()), 7);
    try (TestSession session = database.connect(database.user(), "Secret0" + database.user())) {
      assertThat(session.run("SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user"))
          .containsExactly("7");
    }
  }

  @Test
  void refusesTheConnectionBeyondTheLimitInPostgresOwnWords() throws SQLException {
    database.sql().limitConnections(1);
    try (TestSession first = database.connect()) {
      assertThat(first.run("SELECT 1")).containsExactly("1");
      assertThatThrownBy(database::connect)
          .hasMessage("FATAL: too many connections for role \"" + database.user() + "\"");
    }
  }

  @Test
  void aNamedCredentialHasNoRightsUntilGranted() throws SQLException {
    database.sql().createCredential(ANALYST, login("analyst1"), Preset.NONE, 5);
    try (TestSession owner = database.connect();
        TestSession analyst = database.connect("analyst1", "Secret0analyst1")) {
      owner.run("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
      assertThatThrownBy(() -> analyst.run("SELECT * FROM public.t"))
          .hasMessageContaining("permission denied for schema public");
      assertThatThrownBy(() -> analyst.run("CREATE TEMP TABLE x (a int)"))
          .hasMessageContaining("permission denied to create temporary tables");
      owner.run("GRANT USAGE ON SCHEMA public TO analyst; GRANT SELECT ON t TO analyst");
      assertThat(analyst.run("SELECT * FROM public.t")).containsExactly("1");
    }
  }

  @Test
  void presetsCoverTablesOfTodayAndTomorrow() throws SQLException {
    try (TestSession owner = database.connect()) {
      owner.run("CREATE TABLE today (a serial); INSERT INTO today DEFAULT VALUES");
      database.sql().createCredential(ANALYST, login("analyst1"), Preset.READONLY, 5);
      database
          .sql()
          .createCredential(new Identifier("worker"), login("worker1"), Preset.READWRITE, 5);
      owner.run("CREATE SCHEMA later; CREATE TABLE later.tomorrow (a serial)");
      try (TestSession analyst = database.connect("analyst1", "Secret0analyst1");
          TestSession worker = database.connect("worker1", "Secret0worker1")) {
        worker.run("INSERT INTO public.today DEFAULT VALUES");
        worker.run("INSERT INTO later.tomorrow DEFAULT VALUES");
        assertThat(analyst.run("SELECT count(*) FROM public.today")).containsExactly("2");
        assertThat(analyst.run("SELECT count(*) FROM later.tomorrow")).containsExactly("1");
        assertThatThrownBy(() -> analyst.run("INSERT INTO public.today DEFAULT VALUES"))
            .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> worker.run("DROP TABLE public.today"))
            .hasMessageContaining("must be owner");
      }
    }
  }

  @Test
  void whatADestroyedCredentialOwnedPassesToTheDefault() throws SQLException {
    database.sql().createCredential(ANALYST, login("analyst1"), Preset.READWRITE, 5);
    try (TestSession owner = database.connect();
        TestSession analyst = database.connect("analyst1", "Secret0analyst1")) {
      owner.run("GRANT CREATE ON SCHEMA public TO analyst");
      analyst.run("CREATE TABLE public.notes (a int)");
      database.sql().destroyCredential(ANALYST);
      database.sql().destroyCredential(ANALYST);
      assertThatThrownBy(() -> analyst.run("SELECT 1")).isInstanceOf(SQLException.class);
      owner.run("DROP TABLE notes");
    }
    assertThat(database.sql().logins())
        .extracting(LoginActivity::name)
        .containsExactly(database.user());
  }

  @Test
  void aRotatedLoginIsShutOutAtOnceWhileItsSessionsMayFinish() throws SQLException {
    try (TestSession old = database.connect()) {
      old.run("CREATE TABLE t (a int)");
    }
    try (TestSession old = database.connect()) {
      database.sql().rotate(new Identifier(database.user()), login("fresh1"), OldSessions.FINISH);
      database.sql().rotate(new Identifier(database.user()), login("fresh1"), OldSessions.FINISH);
      assertThat(old.run("SELECT 1")).containsExactly("1");
      assertThatThrownBy(database::connect)
          .hasMessage("FATAL: role \"" + database.user() + "\" is not permitted to log in");
      try (TestSession fresh = database.connect("fresh1", "Secret0fresh1")) {
        fresh.run("INSERT INTO t VALUES (1); DROP TABLE t");
      }
      assertThat(database.sql().dropRetiredLogins()).isEmpty();
      assertThat(database.sql().logins())
          .extracting(LoginActivity::name, LoginActivity::state)
          .contains(
              org.assertj.core.groups.Tuple.tuple(database.user(), LoginActivity.State.RETIRED));
    }
    await()
        .untilAsserted(() -> {
          database.sql().dropRetiredLogins();
          assertThat(database.sql().logins())
              .extracting(LoginActivity::name)
              .containsExactly("fresh1");
        });
  }

  @Test
  void aForcedRotationEndsTheOldSessions() throws SQLException {
    try (TestSession old = database.connect()) {
      database
          .sql()
          .rotate(new Identifier(database.user()), login("fresh1"), OldSessions.TERMINATE);
      assertThatThrownBy(() -> old.run("SELECT 1"))
          .hasMessageContaining("terminating connection due to administrator command");
    }
  }

  @Test
  void aRotatedNamedCredentialKeepsItsRights() throws SQLException {
    try (TestSession owner = database.connect()) {
      owner.run("CREATE TABLE t (a int)");
      database.sql().createCredential(ANALYST, login("analyst1"), Preset.READONLY, 5);
      database.sql().rotate(new Identifier("analyst1"), login("analyst2"), OldSessions.TERMINATE);
      try (TestSession analyst = database.connect("analyst2", "Secret0analyst2")) {
        assertThat(analyst.run("SELECT count(*) FROM public.t")).containsExactly("0");
        assertThatThrownBy(() -> analyst.run("INSERT INTO public.t VALUES (1)"))
            .hasMessageContaining("permission denied");
      }
      assertThat(database.sql().dropRetiredLogins()).isEqualTo(List.of("analyst1"));
      assertThat(database.sql().logins())
          .extracting(LoginActivity::credential)
          .containsExactlyInAnyOrder("analyst", database.spec().database());
    }
  }

  @Test
  void reservedNamesAreNoCredentials() {
    for (String name : List.of("postgres", "howdah_monitor", "pg_monitor", "public", "none")) {
      assertThatThrownBy(() ->
              database.sql().createCredential(new Identifier(name), login("x1"), Preset.NONE, 5))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void endsEverySession() throws SQLException {
    try (TestSession a = database.connect();
        TestSession b = database.connect()) {
      assertThat(database.sql().terminateSessions()).isEqualTo(2);
      assertThatThrownBy(() -> a.run("SELECT 1")).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> b.run("SELECT 1")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void aResetDatabaseIsEmptyAndHasItsCredentials() throws SQLException {
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE t (a int); CREATE SCHEMA s; CREATE EXTENSION hstore");
      database.sql().reset(List.of("citext"));
    }
    database.sql().reset(List.of("citext", "dblink"));
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT extname FROM pg_extension ORDER BY 1"))
          .containsExactly("citext", "dblink", "pg_stat_statements", "plpgsql");
      assertThat(session.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
          .containsExactly("0");
      session.run("CREATE TABLE t (a citext); CREATE SCHEMA s; CREATE EXTENSION hstore");
      session.run("SELECT _heroku.pg_stat_statements_reset()");
    }
  }

  @Test
  void aResetMakesWhatItsExtensionsNeed() throws SQLException {
    database.sql().reset(List.of("earthdistance"));
    try (TestSession session = database.connect()) {
      assertThat(
              session.run(
                  "SELECT extname || ' ' || extnamespace::regnamespace FROM pg_extension"
                      + " WHERE extname IN ('cube', 'earthdistance') ORDER BY 1"))
          .containsExactly("cube public", "earthdistance public");
    }
  }

  @Test
  void anExtensionThatCannotBeCreatedLeavesAUsableDatabase() throws SQLException {
    // A script that meets a type of the name of its own fails.
    try (Session control = new Session(database.control().superuser("template1"))) {
      control.execute("CREATE TYPE public.citext AS (a int)");
    }
    try {
      assertThatThrownBy(() -> database.sql().reset(List.of("citext", "hstore")))
          .isInstanceOf(ExtensionFailedException.class)
          .hasMessageContaining("citext")
          .hasMessageNotContaining("hstore");
    } finally {
      try (Session control = new Session(database.control().superuser("template1"))) {
        control.execute("DROP TYPE public.citext");
      }
    }
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE t (a hstore)");
    }
  }

  @Test
  void anExtensionThatIsNotInstalledIsNoReasonToEmptyADatabase() throws SQLException {
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE kept (a int)");
    }
    assertThatThrownBy(() -> database.sql().reset(List.of("citext", "plv8")))
        .isInstanceOf(PostgresException.class)
        .hasMessageContaining("plv8 is not installed");
    try (TestSession session = database.connect()) {
      session.run("INSERT INTO kept VALUES (1)");
    }
  }

  @Test
  void repairGivesEverythingBackToTheDefault() throws SQLException {
    database.sql().createCredential(ANALYST, login("analyst1"), Preset.READWRITE, 5);
    try (TestSession owner = database.connect();
        TestSession analyst = database.connect("analyst1", "Secret0analyst1")) {
      owner.run("GRANT CREATE ON SCHEMA public TO analyst");
      analyst.run("CREATE TABLE public.notes (a int)");
      assertThatThrownBy(() -> owner.run("ALTER TABLE notes ADD b int"))
          .hasMessageContaining("must be owner");
      database.sql().repairDefault();
      owner.run("ALTER TABLE notes ADD b int");
    }
  }

  @Test
  void aLockedDatabaseLetsNobodyIn() throws SQLException {
    try (TestSession session = database.connect()) {
      database.sql().lock();
      assertThatThrownBy(() -> session.run("SELECT 1")).isInstanceOf(SQLException.class);
    }
    assertThatThrownBy(database::connect)
        .hasMessage("FATAL: role \"" + database.user() + "\" is not permitted to log in");
  }

  private static Login login(String name) {
    return Login.of(name, "Secret0" + name);
  }
}
