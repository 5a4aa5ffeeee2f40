package dev.howdah.postgres.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.tenant.Login;
import dev.howdah.postgres.tenant.Preset;
import dev.howdah.postgres.tenant.TenantDatabase.OldSessions;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What the module does with clusters works on the oldest version here as on the newest. */
@TestInstance(Lifecycle.PER_CLASS)
class OlderMajorIT {

  private TestHost test;

  @BeforeAll
  void open() {
    test = TestHost.open();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void aDatabaseOfAnOlderVersionIsLikeAnyOther() throws SQLException {
    int major = test.olderMajor();
    TestDatabase database = test.database(test.spec(major));
    try (TestSession session = database.connect()) {
      assertThat(session.run("SELECT current_setting('server_version_num')::int / 10000"))
          .containsExactly(Integer.toString(major));
      session.run("CREATE TABLE courses (id serial PRIMARY KEY, name text)");
      session.run("INSERT INTO courses (name) SELECT 'c' || n FROM generate_series(1, 10) n");
      // Otherwise nobody knows of the rows for half a second.
      session.run("VACUUM courses");
      session.run("CREATE EXTENSION hstore");
      session.run("SELECT public.pg_stat_statements_reset()");
      assertThat(session.run("SELECT count(*) > 0 FROM pg_stat_activity")).containsExactly("t");
    }
    assertThat(database.sql().countRows(10).rows()).isEqualTo(10);
    assertThat(database.sql().statistics().version()).startsWith(major + ".");
    database
        .sql()
        .createCredential(
            new Identifier("reader"), Login.of("reader1", "Secret0reader"), Preset.READONLY, 20);
    try (TestSession session = database.connect("reader1", "Secret0reader")) {
      assertThat(session.run("SELECT count(*) FROM courses")).containsExactly("10");
    }
    database.sql().restrict();
    assertThat(database.sql().restricted()).isTrue();
    database.sql().release(20);
    database
        .sql()
        .rotate(
            new Identifier(database.user()),
            Login.of("fresh", "Secret0fresh"),
            OldSessions.TERMINATE);
    database.sql().reset(List.of("citext"));
    try (TestSession session = database.connect("fresh", "Secret0fresh")) {
      session.run("CREATE TABLE public.again (name citext)");
    }
  }

  @Test
  void whatIsNotAskedForAVersionIsTheNewest() {
    assertThat(test.host().installations().newest().orElseThrow().major())
        .isGreaterThanOrEqualTo(test.olderMajor());
    test.host().control().ensureRunning();
    assertThat(test.root().resolve("control/data/PG_VERSION"))
        .content()
        .isEqualToIgnoringWhitespace(
            Integer.toString(test.host().installations().newest().orElseThrow().major()));
  }
}
