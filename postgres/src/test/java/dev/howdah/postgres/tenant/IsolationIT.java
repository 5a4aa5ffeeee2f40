package dev.howdah.postgres.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.sql.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Attempts of a tenant to reach the host, another tenant, or the superuser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationIT {

  private final TestHost test = TestHost.open();
  private final TestDatabase mine = test.database();
  private final TestDatabase other = test.database();
  private TestSession tenant;

  @BeforeEach
  void connect() throws SQLException {
    tenant = mine.connect();
  }

  @AfterEach
  void disconnect() throws SQLException {
    tenant.close();
  }

  @AfterAll
  void close() {
    test.close();
  }

  // The host.

  @Test
  void cannotRunAProgram() {
    refused("COPY (SELECT 1) TO PROGRAM 'cat'");
    refused("CREATE TABLE p (l text); COPY p FROM PROGRAM 'id'");
  }

  @Test
  void cannotReadAFile() {
    refused("SELECT pg_read_file('/etc/passwd')");
    refused("SELECT pg_read_binary_file('PG_VERSION')");
    refused("SELECT pg_ls_dir('/')");
    refused("SELECT pg_stat_file('/etc/passwd')");
    refused("CREATE TABLE f (l text); COPY f FROM '/etc/passwd'");
  }

  @Test
  void cannotWriteAFile() {
    refused("COPY (SELECT 1) TO '/tmp/howdah-was-here'");
    refused("SELECT lo_export(1, '/tmp/howdah-was-here')");
  }

  @Test
  void cannotImportAFileAsLargeObject() {
    refused("SELECT lo_import('/etc/passwd')");
  }

  @Test
  void cannotReadAFileThroughAForeignTable() {
    refused("CREATE EXTENSION file_fdw");
  }

  @Test
  void cannotLoadALibrary() {
    refused("LOAD '/tmp/evil.so'");
    refused("CREATE FUNCTION evil() RETURNS int AS '/tmp/evil.so' LANGUAGE c");
    refused("SET session_preload_libraries = 'evil'");
    refused("ALTER DATABASE " + mine.spec().database() + " SET session_preload_libraries = 'evil'");
  }

  @Test
  void cannotMakeAnUntrustedLanguage() {
    refusedWith("CREATE EXTENSION plperlu", "plperlu");
    refusedWith("CREATE EXTENSION plpython3u", "plpython3u");
    refused("CREATE LANGUAGE evil HANDLER plpgsql_call_handler");
  }

  @Test
  void cannotMakeATablespace() {
    refused("CREATE TABLESPACE t LOCATION '/tmp'");
  }

  // The server's settings and limits.

  @Test
  void cannotAlterTheSystem() {
    refused("ALTER SYSTEM SET shared_buffers = '1GB'");
    refused("ALTER SYSTEM SET hba_file = '/tmp/x'");
    refused("SELECT pg_reload_conf()");
  }

  @Test
  void cannotRaiseTheLimitOfTemporaryFiles() {
    refused("SET temp_file_limit = -1");
    refused("ALTER ROLE " + mine.user() + " SET temp_file_limit = -1");
  }

  @Test
  void cannotTurnItsLogOff() {
    refused("SET log_statement = 'none'");
    refused("SET log_min_duration_statement = -1");
  }

  @Test
  void raisingTheDatabasesConnectionLimitDoesNotRaiseTheRoles() throws SQLException {
    mine.sql().limitConnections(1);
    try {
      tenant.run("ALTER DATABASE " + mine.spec().database() + " CONNECTION LIMIT 500");
      refused("ALTER ROLE " + mine.user() + " CONNECTION LIMIT 500");
      assertThatThrownBy(mine::connect)
          .hasMessageContaining("too many connections for role \"" + mine.user() + "\"");
    } finally {
      mine.sql().limitConnections(20);
    }
  }

  // The superuser.

  @Test
  void cannotMakeARole() {
    refused("CREATE ROLE friend");
    refused("CREATE USER friend SUPERUSER");
  }

  @Test
  void cannotMakeADatabase() {
    refused("CREATE DATABASE second");
  }

  @Test
  void cannotBecomeAnotherRole() {
    refused("SET SESSION AUTHORIZATION postgres");
    refused("SET ROLE postgres");
    refused("SET ROLE howdah_monitor");
    refused("RESET ROLE; SET ROLE postgres");
    refused("ALTER ROLE postgres PASSWORD 'x'");
  }

  @Test
  void cannotTakeThePowersOfPredefinedRoles() {
    for (String role :
        List.of(
            "pg_execute_server_program",
            "pg_read_server_files",
            "pg_write_server_files",
            "howdah_monitor",
            "postgres")) {
      refused("GRANT " + role + " TO " + mine.user());
    }
  }

  @Test
  void cannotPlantAnEventTrigger() {
    refused(
        "CREATE FUNCTION boo() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
            + " CREATE EVENT TRIGGER boo ON ddl_command_start EXECUTE FUNCTION boo()");
  }

  @Test
  void isNoSuperuserInAnyGuise() throws SQLException {
    assertThat(
            tenant.run(
                """
                SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
                FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
                  AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
                """))
        .isEmpty();
  }

  @Test
  void cannotBecomeSuperuserThroughDblink() throws SQLException {
    tenant.run("CREATE EXTENSION IF NOT EXISTS dblink");
    String local =
        "host=%s port=%d dbname=postgres user=postgres"
            .formatted(socketDirectory(), mine.spec().port());
    refusedWith("SELECT dblink_connect('" + local + "')", "password is required");
    refusedWith("SELECT dblink_connect('" + local + " password=x')", "could not establish");
    refused("SELECT dblink_connect_u('" + local + "')");
    refused("GRANT EXECUTE ON FUNCTION dblink_connect_u(text) TO PUBLIC");
    refused(
        "CREATE OR REPLACE FUNCTION dblink_connect_u(text) RETURNS text LANGUAGE sql AS 'SELECT 1'");
  }

  @Test
  void cannotBecomeSuperuserThroughAForeignServer() throws SQLException {
    tenant.run("CREATE EXTENSION IF NOT EXISTS postgres_fdw");
    tenant.run(
        """
        DROP SERVER IF EXISTS self CASCADE;
        CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw
          OPTIONS (host '%s', port '%d', dbname 'postgres');
        CREATE USER MAPPING FOR CURRENT_USER SERVER self OPTIONS (user 'postgres');
        CREATE FOREIGN TABLE secrets (rolname name, rolpassword text) SERVER self
          OPTIONS (schema_name 'pg_catalog', table_name 'pg_authid');
        """
            .formatted(socketDirectory(), mine.spec().port()));
    refusedWith("SELECT * FROM secrets", "password is required");
    refused(
        "ALTER USER MAPPING FOR CURRENT_USER SERVER self OPTIONS (ADD password_required 'false')");
    tenant.run("ALTER USER MAPPING FOR CURRENT_USER SERVER self OPTIONS (ADD password 'x')");
    refusedWith("SELECT * FROM secrets", "could not connect");
  }

  @Test
  void itsServersOwnUserIsNotAdmittedAsSuperuser() {
    Assumptions.assumeTrue(CurrentUser.isRoot(), "only root gives servers users of their own");
    ServerAccount account = account();
    assertThat(account.isCurrent()).isFalse();
    assertThatThrownBy(() ->
            dev.howdah.postgres.os.Command.of(
                    "psql",
                    "-X",
                    "-h",
                    socketDirectory(),
                    "-p",
                    mine.spec().port(),
                    "-U",
                    "postgres",
                    "-c",
                    "SELECT 1")
                .as(account)
                .run())
        .hasMessageContaining("Peer authentication failed");
  }

  @Test
  void doesNotReadPasswords() {
    refused("SELECT rolpassword FROM pg_authid");
    refused("SELECT * FROM pg_shadow");
  }

  @Test
  void cannotTakeOverAnExtensionsFunctions() throws SQLException {
    tenant.run("CREATE EXTENSION IF NOT EXISTS pgcrypto");
    assertThat(
            tenant.run(
                """
                SELECT p.proname FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid
                  AND d.deptype = 'e' WHERE p.prosecdef
                """))
        .isEmpty();
    refused("ALTER FUNCTION digest(text, text) SECURITY DEFINER");
    refused("ALTER EXTENSION pgcrypto ADD FUNCTION now()");
    refused("ALTER EXTENSION pgcrypto SET SCHEMA pg_catalog");
  }

  @Test
  void aFunctionPlantedForTheResetOfStatisticsRunsAsItsCaller() throws SQLException {
    TestDatabase own = test.database();
    try (TestSession session = own.connect()) {
      session.run("DROP EXTENSION pg_stat_statements");
      session.run(
          """
          CREATE TABLE who (name text);
          CREATE EXTENSION pg_stat_statements;
          """);
      assertThatCode(() -> session.run("SELECT _heroku.pg_stat_statements_reset()"))
          .doesNotThrowAnyException();
      assertThat(
              session.run(
                  "SELECT DISTINCT prosecdef FROM pg_proc WHERE pronamespace = '_heroku'::regnamespace"))
          .containsExactly("f");
      refused("CREATE FUNCTION _heroku.x() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    }
  }

  /** The scripts around the creation of an extension run as superuser. */
  @Test
  void aSchemaNamedLikeAStatementIsOnlyAName() throws SQLException {
    TestDatabase own = test.database();
    String schema = "\"x TO public;alter role %s superuser;--\"".formatted(own.user());
    try (TestSession session = own.connect()) {
      session.run("CREATE SCHEMA " + schema + "; DROP EXTENSION pg_stat_statements");
      session.run("CREATE EXTENSION pg_stat_statements SCHEMA " + schema);
      assertThat(session.run("SELECT rolsuper FROM pg_roles WHERE rolname = session_user"))
          .containsExactly("f");
      session.run("SELECT " + schema + ".pg_stat_statements_reset()");
    }
  }

  /** PostGIS's scripts, of its creation and of its update, call what they find by its name. */
  @Test
  void nothingPlantedRunsInTheScriptsOfPostgis() throws Exception {
    Assumptions.assumeTrue(test.host().installations().newest().orElseThrow().offers("postgis"));
    String trap =
        """
        CREATE FUNCTION eq(oid, regclass) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = eq)
        """;
    TestDatabase own = test.database();
    try (TestSession session = own.connect();
        TestSession accomplice = own.connect()) {
      session.run("CREATE TABLE spatial_ref_sys (x int)");
      assertThatThrownBy(() -> session.run("CREATE EXTENSION postgis VERSION 'unpackaged'"))
          .hasMessageContaining("made of objects that are there already");
      assertThatThrownBy(() -> session.run("CREATE EXTENSION postgis"))
          .hasMessageContaining("named like");
      session.run("DROP TABLE spatial_ref_sys");
      assertThatThrownBy(() ->
              session.run(
                  "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; CREATE EXTENSION postgis"))
          .hasMessageContaining("READ COMMITTED only");
      session.run("ROLLBACK");
      // Made before, and seen only after its transaction ends, while the guard waits for that.
      accomplice.run("BEGIN; " + trap);
      Thread committing =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  Thread.sleep(1000);
                  accomplice.run("COMMIT");
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      assertThatThrownBy(() -> session.run("CREATE EXTENSION postgis"))
          .hasMessageContaining("named like");
      committing.join();
      session.run("DROP FUNCTION eq(oid, regclass) CASCADE; CREATE EXTENSION postgis");
      session.run(trap);
      assertThatThrownBy(() -> session.run("ALTER EXTENSION postgis UPDATE"))
          .hasMessageContaining("named like");
      session.run("DROP FUNCTION eq(oid, regclass) CASCADE");
      session.run("ALTER EXTENSION postgis UPDATE");
      // What would arrive while a script runs has to wait.
      session.run("BEGIN; DROP EXTENSION postgis; CREATE EXTENSION postgis");
      accomplice.run("SET lock_timeout = '100ms'");
      assertThatThrownBy(() -> accomplice.run(trap)).hasMessageContaining("lock timeout");
      session.run("COMMIT");
    }
  }

  // Howdah's own connections.

  @Test
  void plantedSettingsDoNotReachControlConnections() throws SQLException {
    TestDatabase own = test.database();
    String database = own.spec().database();
    try (TestSession session = own.connect()) {
      session.run(
          """
          CREATE SCHEMA trap;
          CREATE FUNCTION trap.boo(name, text) RETURNS boolean LANGUAGE plpgsql
            AS 'BEGIN RAISE EXCEPTION ''the trap ran as %%'', current_user; END';
          CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = text, FUNCTION = trap.boo);
          CREATE FUNCTION trap.count(text) RETURNS bigint LANGUAGE plpgsql
            AS 'BEGIN RAISE EXCEPTION ''the trap ran as %%'', current_user; END';
          CREATE TABLE trap.pg_class (oid oid);
          ALTER DATABASE %1$s SET search_path = trap, pg_catalog;
          ALTER DATABASE %1$s SET role = '%1$s';
          ALTER DATABASE %1$s SET default_transaction_read_only = on;
          ALTER DATABASE %1$s SET statement_timeout = '1ms';
          ALTER DATABASE %1$s SET lock_timeout = '1ms';
          ALTER DATABASE %1$s SET standard_conforming_strings = off;
          ALTER DATABASE %1$s SET transform_null_equals = on;
          ALTER DATABASE %1$s SET datestyle = 'German';
          ALTER DATABASE %1$s SET idle_in_transaction_session_timeout = '1ms';
          """
              .formatted(database));
    }
    try (Session control = new Session(own.control().superuser(database))) {
      assertThat(
              control.rows(
                  "SELECT current_setting('search_path'), current_user::text,"
                      + " current_setting('transaction_read_only')",
                  row -> List.of(row.getString(1), row.getString(2), row.getString(3))))
          .containsExactly(List.of("pg_catalog", "postgres", "off"));
    }
    assertThat(own.sql().statistics().tables()).isEqualTo(1);
    assertThat(own.sql().countRows(1)).isNotNull();
    own.sql()
        .createCredential(
            new dev.howdah.postgres.sql.Identifier("reader"),
            Login.of("reader1", "Secret0reader"),
            Preset.READONLY,
            5);
    own.sql().restrict();
    own.sql().release(20);
    own.sql().repairDefault();
  }

  @Test
  void anOwnerWhoShutsTheMonitorOutIsCountedAllTheSame() throws SQLException {
    tenant.run("REVOKE CONNECT ON DATABASE " + mine.spec().database() + " FROM howdah_monitor");
    assertThat(mine.sql().statistics().bytes()).isPositive();
  }

  @Test
  void noPasswordOrVerifierIsInLogOrStatistics() throws Exception {
    try (Session control = new Session(mine.control().superuser(mine.spec().database()))) {
      assertThat(
              control.exists(
                  "SELECT FROM public.pg_stat_statements WHERE query LIKE '%SCRAM-SHA%'"
                      + " AND query NOT LIKE '%pg_stat_statements%'"))
          .isFalse();
    }
    String log = Files.readString(mine.host().clusters().logFile(mine.spec().id()));
    assertThat(log).doesNotContain("SCRAM-SHA-256$").doesNotContain(mine.password());
  }

  // The doors.

  @Test
  void entersOnlyWithEncryption() {
    assertThatThrownBy(
            () -> mine.open(mine.spec().database(), mine.user(), mine.password(), "disable"))
        .hasMessageContaining("no pg_hba.conf entry for host")
        .hasMessageContaining("no encryption");
  }

  @Test
  void entersOnlyItsOwnDatabase() {
    for (String database : List.of("postgres", "template1", other.spec().database())) {
      assertThatThrownBy(() -> mine.open(database, mine.user(), mine.password(), "require"))
          .hasMessageContaining("no pg_hba.conf entry");
    }
  }

  /** Its credential is a role with a password the tenant may set, and would survive a rotation. */
  @Test
  void doesNotEnterAsItsCredential() throws SQLException {
    String credential = mine.spec().database();
    tenant.run("ALTER ROLE " + credential + " PASSWORD 'my own way in'");
    assertThatThrownBy(() -> mine.open(credential, credential, "my own way in", "require"))
        .hasMessageContaining("no pg_hba.conf entry");
  }

  /** {@code heroku pg:outliers} asks {@code pg_user} who it is. */
  @Test
  void findsItselfAmongTheUsers() throws SQLException {
    assertThat(tenant.run("SELECT usename FROM pg_user WHERE usename = current_user"))
        .containsExactly(mine.spec().database());
  }

  @Test
  void doesNotEnterAnotherTenantsServer() {
    assertThatThrownBy(() -> other.connect(mine.user(), mine.password()))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void theSuperuserDoesNotEnterOverTcp() {
    for (String role : List.of("postgres", "howdah_monitor")) {
      for (String database : List.of("postgres", mine.spec().database())) {
        assertThatThrownBy(() -> mine.open(database, role, "x", "require"))
            .hasMessageContaining("no pg_hba.conf entry");
      }
    }
  }

  @Test
  void doesNotReplicate() {
    Properties properties = new Properties();
    properties.put("user", mine.user());
    properties.put("password", mine.password());
    properties.put("sslmode", "require");
    properties.put("replication", "true");
    properties.put("assumeMinServerVersion", "9.4");
    properties.put("preferQueryMode", "simple");
    assertThatThrownBy(() ->
            java.sql.DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:"
                        + mine.spec().port()
                        + "/"
                        + mine.spec().database(),
                    properties)
                .close())
        .hasMessageContaining("no pg_hba.conf entry for replication connection");
    refused("SELECT pg_create_physical_replication_slot('s')");
  }

  @Test
  void hasNoPasswordWeakerThanScram() throws SQLException {
    try (Session control = new Session(mine.control().superuser("postgres"))) {
      assertThat(
              control.exists("SELECT FROM pg_authid WHERE rolpassword NOT LIKE 'SCRAM-SHA-256$%'"))
          .isFalse();
    }
    // What a tenant sets for itself is hashed the same way, and "md5…" would not be accepted.
    tenant.run("RESET ROLE");
    tenant.run("SET password_encryption = 'md5'");
    tenant.run("ALTER ROLE CURRENT_USER PASSWORD 'weak'");
    try {
      assertThatThrownBy(() -> mine.connect(mine.user(), "weak")).isInstanceOf(SQLException.class);
    } finally {
      mine.sql().provision(Login.of(mine.user(), mine.password()), 20);
    }
  }

  @Test
  void itsServerRunsAsAUserWhoReachesNoOtherServer() throws IOException {
    Assumptions.assumeTrue(CurrentUser.isRoot(), "only root gives servers users of their own");
    ServerAccount account = account();
    Path theirs = other.host().clusters().directory(other.spec().id());
    Path conf = mine.host().clusters().directory(mine.spec().id()).resolve("conf");
    for (Path secret :
        List.of(
            theirs.resolve("data/PG_VERSION"),
            theirs.resolve("conf/server.key"),
            theirs.resolve("run"),
            theirs.resolve("log/postgresql.log"),
            test.root().resolve("secrets/ca-key.pem"))) {
      assertThat(Files.exists(secret)).isTrue();
      assertThatThrownBy(() -> dev.howdah.postgres.os.Command.of("ls", secret).as(account).run())
          .hasMessageContaining("Permission denied");
    }
    assertThatThrownBy(() ->
            dev.howdah.postgres.os.Command.of("touch", conf.resolve("pg_hba.conf"))
                .as(account)
                .run())
        .hasMessageContaining("Permission denied");
    ClusterState.Running running =
        (ClusterState.Running) mine.host().clusters().state(mine.spec().id());
    assertThat(Files.getAttribute(Path.of("/proc/" + running.pid()), "unix:uid"))
        .isEqualTo(account.uid());
  }

  private ServerAccount account() {
    int id = dev.howdah.postgres.os.ServerAccounts.DEFAULT_UID_BASE + mine.spec().port();
    return new ServerAccount(id, id);
  }

  private String socketDirectory() {
    return mine.host().clusters().directory(mine.spec().id()).resolve("run").toString();
  }

  /** Expects PostgreSQL's "insufficient privilege", however a version words it. */
  private void refused(String sql) {
    assertThatThrownBy(() -> tenant.run(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("42501"));
  }

  private void refusedWith(String sql, String words) {
    assertThatThrownBy(() -> tenant.run(sql))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(words);
  }
}
