package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:info}, wait, psql, promote, reset, extensions, outliers and the like. */
@ExtendWith(SharedServer.class)
class DatabasesIT {

  @Test
  void aHobbyDatabaseIsDescribed(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-info-hobby");
    String addon = app.addDatabase("hobby-dev");
    app.sql("CREATE TABLE rows AS SELECT generate_series(1, 3)");
    assertThat(server.heroku("pg:wait", "-a", app.name()).succeeded().all()).isEmpty();
    assertThat(server.heroku("pg:info", "-a", app.name()).succeeded().out())
        .matches(
            """
            === DATABASE_URL, HEROKU_POSTGRESQL_[A-Z]+_URL

            Plan: +Hobby-dev
            Status: +Available
            Connections: +\\d+
            PG Version: +\\d+\\.\\d+
            Created: +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC
            Data Size: +\\d+\\.\\d MB
            Tables: +1
            Rows: +\\d+/10000 \\(In compliance\\)
            Fork/Follow: +Unsupported
            Rollback: +Unsupported
            Continuous Protection: Off
            Region: +us
            Add-on: +%s

            """
                .formatted(addon));
  }

  @Test
  void aStandardDatabaseIsDescribedAlsoByItsAttachment(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-info-standard");
    String addon = app.addDatabase("standard-0", "DATABASE");
    assertThat(server.heroku("pg:info", "DATABASE", "-a", app.name()).succeeded().out())
        .matches(
            """
            === DATABASE_URL

            Plan: +Standard 0
            Status: +Available
            Data Size: +\\d+\\.\\d MB / 64 GB \\(0\\.01%%\\)
            Tables: +0
            PG Version: +\\d+\\.\\d+
            Connections: +\\d+/120
            Credentials: +1
            Fork/Follow: +Available
            Rollback: +(Unavailable until the first base copy is taken|earliest from .* UTC)
            Continuous Protection: (Starting|On).*
            Created: +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC
            Region: +us
            Maintenance: +not required
            Add-on: +%s

            """
                .formatted(addon));
    TestApp empty = TestApp.create(server, "stock-info-none");
    assertThat(server.heroku("pg:info", "-a", empty.name()).succeeded().out())
        .isEqualTo("stock-info-none has no heroku-postgresql databases.\n");
    assertThat(server.heroku("pg:info", "NONSENSE", "-a", app.name()).failed().flat())
        .contains("Unknown database: NONSENSE. Valid options are: DATABASE");
  }

  @Test
  void psqlRunsStatementsFromTheCommandLineAndFromAFile(RunningServer server) throws Exception {
    TestApp app = TestApp.create(server, "stock-psql");
    String addon = app.addDatabase("hobby-dev", "DATABASE");
    Ran ran = server.heroku("pg:psql", "-a", app.name(), "-c", "SELECT 6 * 7 AS answer");
    assertThat(ran.succeeded().out())
        .isEqualTo(
            """
             answer\s
            --------
                 42
            (1 row)

            """);
    assertThat(ran.err()).isEqualTo("--> Connecting to " + addon + "\n");

    var file = server.workspace("psql").resolve("statements.sql");
    java.nio.file.Files.writeString(file, "CREATE TABLE t (i int);\nINSERT INTO t VALUES (1);\n");
    server.heroku("pg:psql", "-a", app.name(), "-f", file.toString()).succeeded();
    assertThat(app.sql("TABLE t")).containsExactly("1");

    Ran failed = server.heroku("pg:psql", "-a", app.name(), "-c", "SELECT * FROM missing").failed();
    assertThat(failed.err()).contains("ERROR:  relation \"missing\" does not exist");
    assertThat(failed.flat()).contains("Error: psql exited with code 1");
  }

  @Test
  void anotherDatabaseIsPromotedAndTheFirstKeepsAName(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-promote");
    String first = app.addDatabase("hobby-dev", "DATABASE");
    String second = app.addDatabase("hobby-dev", "SECOND");
    app.sql("CREATE TABLE in_the_first ()");

    Ran promoted = server.heroku("pg:promote", "SECOND", "-a", app.name()).succeeded();
    assertThat(promoted.err())
        .matches(
            "Ensuring an alternate alias for existing DATABASE_URL... HEROKU_POSTGRESQL_[A-Z]+_URL\n"
                + "Promoting %s to DATABASE_URL on stock-promote... done\n".formatted(second));
    assertThat(app.configVar("DATABASE_URL")).isEqualTo(app.configVar("SECOND_URL"));
    String alias = promoted.err().replaceFirst("(?s).*(HEROKU_POSTGRESQL_[A-Z]+)_URL.*", "$1");
    assertThat(app.attachments())
        .containsExactlyInAnyOrder(
            "DATABASE of " + second, "SECOND of " + second, alias + " of " + first);
    assertThat(app.sql(alias + "_URL", "SELECT to_regclass('in_the_first')"))
        .containsExactly("in_the_first");

    assertThat(server.heroku("pg:promote", "SECOND", "-a", app.name()).failed().flat())
        .contains(second + " is already promoted on stock-promote");
  }

  @Test
  void aDatabaseIsResetWithExtensions(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-reset");
    String addon = app.addDatabase("standard-0", "DATABASE");
    app.sql("CREATE TABLE gone ()");
    String url = app.configVar("DATABASE_URL").orElseThrow();

    assertThat(server.heroku("pg:reset", "-a", app.name(), "--confirm", "other").failed().flat())
        .contains("Confirmation other did not match stock-reset. Aborted.");
    assertThat(
            server
                .heroku(
                    "pg:reset", "-a", app.name(), "--confirm", app.name(), "-e", "hstore, Citext")
                .succeeded()
                .err())
        .isEqualTo("Resetting %s... done\n".formatted(addon));
    assertThat(app.configVar("DATABASE_URL")).contains(url);
    assertThat(app.sql("SELECT to_regclass('gone')")).containsExactly("null");
    assertThat(app.sql("SELECT extname FROM pg_extension ORDER BY 1")).contains("citext", "hstore");
    assertThat(server.heroku("pg:extensions", "-a", app.name()).succeeded().out())
        .containsPattern("name +\\| +default_version \\| installed_version \\| +comment")
        .containsPattern("hstore +\\| [\\d.]+ +\\| [\\d.]+ +\\| data type for storing sets")
        .containsPattern("pgcrypto +\\| [\\d.]+ +\\| +\\| cryptographic functions");
  }

  @Test
  void statementsAreRankedByTheTimeTheyTook(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-outliers", "standard-0");
    app.sql("SELECT pg_sleep(0.05) AS slow");
    assertThat(server.heroku("pg:outliers", "-a", app.name()).succeeded().out())
        .containsPattern(
            "total_exec_time +\\| prop_exec_time \\| ncalls \\| +sync_io_time +\\| +query")
        .containsPattern("00:00:00\\.\\d+ +\\| [\\d.]+% +\\| 1 +\\| .*pg_sleep");
    assertThat(server.heroku("pg:calls", "-a", app.name()).succeeded().out()).contains("pg_sleep");
    server.heroku("pg:outliers", "--reset", "-a", app.name()).succeeded();
    assertThat(server.heroku("pg:outliers", "-n", "5", "-a", app.name()).succeeded().out())
        .doesNotContain("pg_sleep");
  }

  @Test
  void anEssentialDatabaseHasExtensionsAndOutliersToo(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-essential", "essential-0");
    app.sql("SELECT pg_sleep(0.05) AS slow");
    assertThat(server.heroku("pg:extensions", "-a", app.name()).succeeded().out())
        .containsPattern("hstore +\\| [\\d.]+ ");
    assertThat(server.heroku("pg:outliers", "-a", app.name()).succeeded().out())
        .contains("pg_sleep");
    server.heroku("pg:outliers", "--reset", "-a", app.name()).succeeded();
  }
}
