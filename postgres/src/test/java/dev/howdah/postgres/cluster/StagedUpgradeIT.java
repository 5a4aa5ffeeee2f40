package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.Preset;
import dev.howdah.postgres.tenant.Refurbishment;
import dev.howdah.postgres.upgrade.Layout;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A cluster of an older version becomes one of the newest, with everything that is in it. */
@TestInstance(Lifecycle.PER_CLASS)
class StagedUpgradeIT {

  private static final List<String> CONTENT =
      List.of(
          "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM courses t",
          "SELECT last_value, is_called FROM courses_id_seq",
          "SELECT extname FROM pg_extension ORDER BY 1",
          "SELECT relname, relacl, relowner::regrole FROM pg_class"
              + " WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'courses%' ORDER BY 1",
          "SELECT rolname, rolcanlogin, rolconnlimit FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
          "SELECT l.rolname, g.rolname FROM pg_auth_members m JOIN pg_roles l ON l.oid = m.member"
              + " JOIN pg_roles g ON g.oid = m.roleid WHERE g.rolname !~ '^pg_' ORDER BY 1, 2",
          "SELECT datname, datacl, datdba::regrole FROM pg_database WHERE datallowconn ORDER BY 1");

  private TestHost test;
  private Clusters clusters;

  @BeforeAll
  void open() {
    test = TestHost.open();
    clusters = test.host().clusters();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void everythingIsInTheNewerVersionToo() throws SQLException {
    TestDatabase database = filled();
    List<List<String>> before = content(database);
    Path home = clusters.directory(database.spec().id());
    upgrade(database, () -> {});
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT current_setting('server_version_num')::int / 10000"))
          .containsExactly(
              String.valueOf(test.host().installations().newest().orElseThrow().major()));
      session.run("INSERT INTO courses (name) VALUES ('new')");
      assertThat(session.run("SELECT max(id) FROM courses")).containsExactly("11");
      session.run("DELETE FROM courses WHERE id = 11");
      session.run("SELECT pg_catalog.setval('courses_id_seq', 10)");
      assertThat(session.run("SELECT count(*) >= 0 FROM statements")).containsExactly("t");
      session.run("SELECT public.pg_stat_statements_reset()");
      session.run("SELECT _heroku.pg_stat_statements_reset()");
      assertThatThrownBy(() -> session.run("CREATE EXTENSION adminpack"))
          .hasMessageContaining("is not offered on the plan");
    }
    assertThat(content(database)).isEqualTo(before);
    try (TestSession session = database.connect("reader1", "Secret0reader")) {
      assertThat(session.run("SELECT count(*) FROM courses")).containsExactly("10");
      assertThatThrownBy(() -> session.run("DELETE FROM courses"))
          .hasMessageContaining("permission denied");
    }
    assertThat(home.resolve("data.old")).doesNotExist();
    assertThat(home.resolve("upgrade")).doesNotExist();
    database.sql().reset(List.of("citext"));
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE public.again (name citext)");
      assertThatThrownBy(() -> session.run("CREATE EXTENSION adminpack"))
          .hasMessageContaining("is not offered on the plan");
    }
  }

  @Test
  void aRestrictionStaysAndCanBeLifted() throws SQLException {
    TestDatabase database = filled();
    database.sql().restrict();
    upgrade(database, () -> {});
    try (TestSession session = database.connect()) {
      assertThatThrownBy(() -> session.run("SELECT add_course()"))
          .hasMessageContaining("permission denied");
    }
    database.sql().release(20);
    try (TestSession session = database.connect()) {
      session.run("SELECT add_course()");
      assertThat(session.run("SELECT prosecdef FROM pg_proc WHERE proname = 'add_course'"))
          .containsExactly("t");
    }
  }

  @Test
  void whatWasInterruptedWhileItWasTakenGoesOn() throws SQLException {
    TestDatabase database = filled();
    Path home = clusters.directory(database.spec().id());
    upgrade(
        database,
        () -> {
          try {
            // As after a crash between the two moves.
            StagedUpgrade again = staged(database);
            again.run();
            Files.createDirectory(home.resolve("upgrade"));
            Files.move(home.resolve("data"), home.resolve("upgrade/data"));
            Files.createDirectory(home.resolve("data.old"));
            Files.writeString(
                home.resolve("upgraded"),
                test.host().installations().newest().orElseThrow().major() + "\n");
          } catch (java.io.IOException e) {
            throw new AssertionError(e);
          }
        });
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT count(*) FROM courses")).containsExactly("10");
    }
  }

  private TestDatabase filled() throws SQLException {
    TestDatabase database = test.database(test.spec(test.olderMajor()));
    try (TestSession session = database.connect()) {
      session.run(
          """
          CREATE TABLE courses (id serial PRIMARY KEY, name text);
          INSERT INTO courses (name) SELECT 'c' || n FROM generate_series(1, 10) n;
          CREATE EXTENSION hstore;
          CREATE TABLE pairs (h hstore);
          INSERT INTO pairs VALUES ('a=>1');
          CREATE VIEW statements AS SELECT query FROM pg_stat_statements;
          CREATE FUNCTION add_course() RETURNS void LANGUAGE sql SECURITY DEFINER
            AS 'INSERT INTO public.courses (name) VALUES (''x'')';
          """);
    }
    database
        .sql()
        .createCredential(
            new Identifier("reader"), Login.of("reader1", "Secret0reader"), Preset.READONLY, 20);
    return database;
  }

  private List<List<String>> content(TestDatabase database) throws SQLException {
    List<List<String>> content = new java.util.ArrayList<>();
    try (TestSession session =
        new TestSession(database.control().superuser(database.spec().database()))) {
      session.run("SET search_path = public, pg_catalog");
      for (String query : CONTENT) {
        content.add(session.run(query));
      }
    }
    return content;
  }

  private StagedUpgrade staged(TestDatabase database) {
    ClusterDirectory directory = new ClusterDirectory(clusters.directory(database.spec().id()));
    return new StagedUpgrade(
        directory,
        test.host().installations().require(test.olderMajor()),
        test.host().installations().newest().orElseThrow(),
        ServerAccounts.detect().preparer());
  }

  private void upgrade(TestDatabase database, Runnable meanwhile) {
    ClusterSpec spec = database.spec();
    Installation from = test.host().installations().require(spec.major());
    new Refurbishment(database.control(), new Identifier(spec.database())).before();
    StagedUpgrade upgrade = staged(database);
    upgrade.prepare(
        Layout.of(from, clusters.directory(spec.id()).resolve("data"), database.control()));
    clusters.stop(spec.id(), StopMode.FAST);
    meanwhile.run();
    upgrade.run();
    upgrade.run();
    clusters.configure(spec);
    clusters.start(spec.id());
    new Refurbishment(database.control(), new Identifier(spec.database()))
        .after(test.host().installations().newest().orElseThrow().major());
    new Refurbishment(database.control(), new Identifier(spec.database()))
        .after(test.host().installations().newest().orElseThrow().major());
  }
}
