package dev.howdah.postgres.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.sql.Identifier;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is left to a tenant who is over the plan. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestrictionIT {

  private final TestHost test = TestHost.open();
  private TestDatabase database;

  @BeforeAll
  void provision() {
    database = test.database();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @BeforeEach
  void restrict() throws SQLException {
    database.sql().release(20);
    try (TestSession session = database.connect()) {
      session.run(
          """
          DROP TABLE IF EXISTS courses;
          CREATE TABLE courses (id serial PRIMARY KEY, name text);
          INSERT INTO courses (name) SELECT 'c' || i FROM generate_series(1, 10) i;
          GRANT INSERT ON courses TO PUBLIC;
          """);
      session.run("GRANT ALL ON courses TO " + database.user());
      session.run("GRANT ALL ON SCHEMA public TO " + database.user());
    }
    database.sql().restrict();
    database.sql().restrict();
  }

  @Test
  void cannotInsert() throws SQLException {
    try (TestSession session = database.connect()) {
      assertThatThrownBy(() -> session.run("INSERT INTO courses (name) VALUES ('x')"))
          .hasMessage("ERROR: permission denied for table courses");
    }
  }

  @Test
  void cannotMakeOrChangeTables() throws SQLException {
    try (TestSession session = database.connect()) {
      refused(session, "CREATE TABLE more (a int)");
      refused(session, "CREATE TEMP TABLE more (a int)");
      refused(session, "CREATE SCHEMA more");
      refused(session, "ALTER TABLE courses ADD more text");
      refused(session, "SELECT lo_create(0)");
    }
  }

  @Test
  void cannotGrantItselfTheRightBack() throws SQLException {
    try (TestSession session = database.connect()) {
      // PostgreSQL answers a grant without any grant option with a warning or an error.
      try {
        session.run("GRANT INSERT ON courses TO " + database.user());
      } catch (SQLException refused) {
        assertThat(refused.getSQLState()).isEqualTo("42501");
      }
      refused(session, "GRANT " + database.spec().database() + " TO " + database.user());
      refused(session, "INSERT INTO courses (name) VALUES ('x')");
    }
  }

  @Test
  void cannotTakeItsOldRole() throws SQLException {
    try (TestSession session = database.connect()) {
      refused(session, "SET ROLE " + database.spec().database());
      assertThat(session.run("SELECT current_user")).containsExactly(database.user());
    }
  }

  @Test
  void canReadAndUpdate() throws SQLException {
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT count(*) FROM courses")).containsExactly("10");
      assertThatCode(() -> session.run("UPDATE courses SET name = 'y' WHERE id = 1"))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void canAlwaysDelete() throws SQLException {
    try (TestSession session = database.connect()) {
      session.run("DELETE FROM courses WHERE id <= 5");
      assertThat(session.run("SELECT count(*) FROM courses")).containsExactly("5");
    }
  }

  @Test
  void canTruncate() throws SQLException {
    try (TestSession session = database.connect()) {
      session.run("TRUNCATE courses");
      assertThat(session.run("SELECT count(*) FROM courses")).containsExactly("0");
    }
  }

  @Test
  void hasOneConnection() throws SQLException {
    try (TestSession first = database.connect()) {
      assertThat(first.run("SELECT 1")).containsExactly("1");
      assertThatThrownBy(database::connect).hasMessageContaining("too many connections for role");
    }
    database.sql().limitConnections(20);
    try (TestSession first = database.connect()) {
      assertThat(first.run("SELECT 1")).containsExactly("1");
      assertThatThrownBy(database::connect).hasMessageContaining("too many connections for role");
    }
  }

  @Test
  void sessionsFromBeforeAreEnded() throws SQLException {
    database.sql().release(20);
    try (TestSession before = database.connect()) {
      database.sql().restrict();
      assertThatThrownBy(() -> before.run("INSERT INTO courses (name) VALUES ('x')"))
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void aRotationDoesNotEndIt() throws SQLException {
    TestDatabase own = test.database();
    own.sql().restrict();
    own.sql()
        .rotate(
            new Identifier(own.user()),
            Login.of("fresh", "Secret0fresh"),
            TenantDatabase.OldSessions.TERMINATE);
    try (TestSession session = own.connect("fresh", "Secret0fresh")) {
      refused(session, "CREATE TABLE more (a int)");
    }
    own.sql().repairDefault();
    try (TestSession session = own.connect("fresh", "Secret0fresh")) {
      refused(session, "CREATE TABLE more (a int)");
    }
    own.sql().release(20);
    try (TestSession session = own.connect("fresh", "Secret0fresh")) {
      session.run("CREATE TABLE more (a int)");
    }
  }

  @Test
  void rightsGivenToOurRolesBeforehandAreTakenBack() throws SQLException {
    database.sql().release(20);
    String roles = "howdah_tenant, howdah_restricted, howdah_retired";
    try (TestSession session = database.connect()) {
      session.run("GRANT ALL ON courses TO " + roles);
      session.run("GRANT ALL ON SCHEMA public TO " + roles);
      session.run("GRANT ALL ON DATABASE " + database.spec().database() + " TO " + roles);
      session.run("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO " + roles);
      session.run("SET ROLE NONE; CREATE SCHEMA own; CREATE TABLE own.gift (a int)");
      session.run("ALTER TABLE own.gift OWNER TO howdah_tenant");
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("42501");
    }
    database.sql().restrict();
    try (TestSession session = database.connect()) {
      refused(session, "INSERT INTO courses (name) VALUES ('x')");
      refused(session, "CREATE TABLE more (a int)");
      refused(session, "CREATE TEMP TABLE more (a int)");
      refused(session, "CREATE SCHEMA more");
    }
  }

  @Test
  void anotherLoginsRightsCannotBeTakenAlong() throws SQLException {
    TestDatabase own = test.database();
    own.sql()
        .createCredential(
            new Identifier("writer"), Login.of("writer1", "Secret0w"), Preset.READWRITE, 5);
    try (TestSession session = own.connect()) {
      session.run("CREATE TABLE t (a int); GRANT INSERT ON t TO writer");
    }
    try (TestSession session = own.connect("writer1", "Secret0w")) {
      session.run("SET ROLE NONE; GRANT writer1 TO " + own.user());
    } catch (SQLException from16) {
      assertThat(from16.getSQLState()).isEqualTo("42501");
    }
    own.sql().restrict();
    try (TestSession session = own.connect()) {
      refused(session, "INSERT INTO t VALUES (1)");
      refused(session, "SET ROLE writer1");
    }
  }

  @Test
  void aLockOnItsOwnCatalogueRowsDoesNotPreventIt() throws SQLException {
    TestDatabase own = test.database();
    try (TestSession holder = own.connect()) {
      holder.run("CREATE TABLE t (a int)");
      holder.run("BEGIN; GRANT SELECT ON t TO PUBLIC; SET ROLE NONE");
      holder.run("ALTER ROLE CURRENT_USER PASSWORD 'mine'");
      own.sql().restrict();
    }
    assertThat(own.sql().restricted()).isTrue();
  }

  @Test
  void functionsWithTheOwnersRightsDoWithoutThemMeanwhile() throws SQLException {
    TestDatabase own = test.database();
    try (TestSession session = own.connect()) {
      session.run(
          """
          CREATE TABLE t (a int);
          CREATE FUNCTION "Add"(int) RETURNS void LANGUAGE sql SECURITY DEFINER
            AS 'INSERT INTO t VALUES ($1)';
          CREATE PROCEDURE more() LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO t VALUES (1)';
          SELECT "Add"(1);
          """);
    }
    own.sql().restrict();
    own.sql().restrict();
    try (TestSession session = own.connect()) {
      refused(session, "SELECT \"Add\"(1)");
      refused(session, "CALL more()");
    }
    own.sql().release(20);
    try (TestSession session = own.connect()) {
      assertThat(session.run("SELECT count(*) FROM pg_proc WHERE prosecdef AND proowner <> 10"))
          .containsExactly("2");
      session.run("SELECT \"Add\"(1); CALL more()");
    }
  }

  @Test
  void whoEndsTheMonitorsSessionsIsMeasuredAllTheSame() throws Exception {
    TestDatabase own = test.database();
    String name = own.spec().database();
    try (TestSession session = own.connect();
        TestSession watcher = own.connect()) {
      session.run("CREATE TABLE t AS SELECT generate_series(1, 100) a");
      session.run("CREATE MATERIALIZED VIEW v AS SELECT * FROM t");
      // Sessions report what they did once a second.
      session.run("SELECT pg_sleep(1.1)");
      session.run("ALTER DATABASE %s SET idle_session_timeout = '1ms'".formatted(name));
      org.awaitility.Awaitility.await()
          .untilAsserted(
              () -> assertThat(own.sql().countRows(200)).isEqualTo(new RowCount(200, true)));
      session.run("ALTER DATABASE %s CONNECTION LIMIT 0".formatted(name));
      assertThat(own.sql().countRows(200)).isEqualTo(new RowCount(200, false));
      assertThat(own.sql().statistics().bytes()).isPositive();
      session.run("ALTER DATABASE %s CONNECTION LIMIT -1".formatted(name));
      Thread killing =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (!Thread.currentThread().isInterrupted()) {
                    watcher.run(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE usename = 'howdah_monitor'");
                  }
                } catch (SQLException closed) {
                  // The test is over.
                }
              });
      for (int i = 0; i < 10; i++) {
        assertThat(own.sql().countRows(200).rows()).isEqualTo(200);
      }
      killing.interrupt();
      killing.join();
    }
  }

  @Test
  void releaseRestoresEverything() throws SQLException {
    assertThat(database.sql().restricted()).isTrue();
    database.sql().release(20);
    database.sql().release(20);
    assertThat(database.sql().restricted()).isFalse();
    try (TestSession first = database.connect();
        TestSession second = database.connect()) {
      first.run("INSERT INTO courses (name) VALUES ('x'); ALTER TABLE courses ADD more text");
      second.run("CREATE TABLE other (a int); DROP TABLE other; CREATE TEMP TABLE z (a int)");
      assertThat(second.run("SELECT current_user")).containsExactly(database.spec().database());
    }
  }

  private static void refused(TestSession session, String sql) {
    assertThatThrownBy(() -> session.run(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }
}
