package dev.howdah.acceptance.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The import of B4.17 and the export of B4.18, with a database that has something of everything: it
 * arrives in Howdah as it was, and leaves it so. {@code -Dhowdah.roundtrip.megabytes=1024} makes it
 * that large.
 */
@ExtendWith(SharedServer.class)
class WalkThroughIT {
  private static final int MEGABYTES = Integer.getInteger("howdah.roundtrip.megabytes", 0);
  private static final Duration PATIENCE = Duration.ofMinutes(2 + MEGABYTES / 50);

  private static String text(String resource) {
    try (var in = Objects.requireNonNull(WalkThroughIT.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A kilobyte a row, which compresses about as text does. */
  private static String filler(int rows) {
    return "CREATE TABLE filler AS SELECT n, (SELECT string_agg(md5((n % 5000)::text || k), ' ')"
        + " FROM generate_series(1, 28) k) AS t FROM generate_series(1, "
        + rows
        + ") n";
  }

  private static Command psql(Command psql, String input) {
    return psql.reading(input).within(PATIENCE);
  }

  private static Command local(RunningServer server, LocalPostgres local, String database) {
    return server
        .command("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", database)
        .with(local.environment());
  }

  private static String fingerprint(Command psql) {
    return psql(psql, text("fingerprint.sql")).run().succeeded().out();
  }

  private static Command remote(RunningServer server, TestApp app) {
    return server.command(
        "psql",
        "-XqAt",
        "-v",
        "ON_ERROR_STOP=1",
        "-f",
        "-",
        app.configVar("DATABASE_URL").orElseThrow() + "?sslmode=require");
  }

  @Test
  void aDatabaseArrivesAndLeavesAsItWas(RunningServer server) throws IOException {
    TestApp app = TestApp.withDatabase(server, "walk-through", "standard-0");
    Path directory = server.workspace("walk-through");
    Path dump = directory.resolve("mydb.dump");
    try (LocalPostgres local = LocalPostgres.start()) {
      local.sql("postgres", "CREATE DATABASE mydb TEMPLATE template0 ENCODING 'UTF8'");
      psql(local(server, local, "mydb"), text("library.sql")).run().succeeded();
      if (MEGABYTES > 0) {
        psql(local(server, local, "mydb"), filler(MEGABYTES * 1000)).run().succeeded();
      }
      String before = fingerprint(local(server, local, "mydb"));
      assertThat(before.lines()).hasSizeGreaterThan(80).anyMatch(line -> line.contains("幸せ"));

      // B4.17, with the file at hand instead of at an address.
      server
          .command("pg_dump", "-Fc", "--no-acl", "--no-owner", "-f", dump.toString(), "mydb")
          .with(local.environment())
          .within(PATIENCE)
          .run()
          .succeeded();
      assertThat(
              server
                  .command(
                      "howdah",
                      "pg:backups:restore",
                      "./mydb.dump",
                      "DATABASE",
                      "-a",
                      app.name(),
                      "--confirm",
                      app.name())
                  .in(directory)
                  .within(PATIENCE)
                  .run()
                  .succeeded()
                  .flat())
          .contains("Uploading mydb.dump... done", "Restoring ./mydb.dump");
      assertThat(fingerprint(remote(server, app))).isEqualTo(before);

      // What others may do stays with a backup of the same database.
      server.heroku("pg:credentials:create", "-n", "reader", "-a", app.name()).succeeded();
      app.sql("GRANT SELECT ON author TO reader");
      server
          .command("heroku", "pg:backups:capture", "-a", app.name())
          .within(PATIENCE)
          .run()
          .succeeded();
      app.sql("REVOKE ALL ON author FROM reader");
      app.sql("DELETE FROM book");
      server
          .command("heroku", "pg:backups:restore", "-a", app.name(), "--confirm", app.name())
          .within(PATIENCE)
          .run()
          .succeeded();
      assertThat(app.sql("SELECT has_table_privilege('reader', 'author', 'SELECT')"))
          .containsExactly("t");
      assertThat(fingerprint(remote(server, app))).isEqualTo(before);

      // B4.18, to the letter.
      server
          .command(
              "bash",
              "-c",
              "curl -sS -o latest.dump `heroku pg:backups:url -a walk-through`"
                  + " && createdb -T template0 -E UTF8 back"
                  + " && pg_restore --no-acl --no-owner -d back latest.dump")
          .with(local.environment())
          .in(directory)
          .within(PATIENCE)
          .run()
          .succeeded();
      assertThat(fingerprint(local(server, local, "back"))).isEqualTo(before);
    }
  }
}
