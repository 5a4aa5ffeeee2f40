package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:backups} and what is below it, by the stock command and ours. */
@ExtendWith(SharedServer.class)
class BackupsIT {

  /** What a sample schema of the public has, and a dump must not lose. */
  private static final String[] CONTENT = {
    "CREATE EXTENSION hstore",
    "CREATE TABLE lessons AS SELECT n, 'Lektion äöü € ' || n AS name, hstore('n', n::text) AS tags"
        + " FROM generate_series(1, 1000) n",
    "ALTER TABLE lessons ADD PRIMARY KEY (n)",
    "CREATE VIEW names AS SELECT name FROM lessons",
    "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM lessons",
    "CREATE SEQUENCE numbers START 4711",
    "SELECT nextval('numbers')",
    "CREATE FUNCTION upper_name() RETURNS trigger LANGUAGE plpgsql AS"
        + " 'BEGIN NEW.name = upper(NEW.name); RETURN NEW; END'",
    "CREATE TRIGGER upper_name BEFORE INSERT ON lessons FOR EACH ROW EXECUTE FUNCTION upper_name()",
    "CREATE TABLE days (d date) PARTITION BY RANGE (d)",
    "CREATE TABLE autumn PARTITION OF days FOR VALUES FROM ('2026-09-01') TO ('2026-12-01')",
    "INSERT INTO days VALUES ('2026-11-29')",
    "SELECT lo_from_bytea(4711, 'a large object')"
  };

  private static final String SUM =
      "SELECT md5(string_agg(l::text, ',' ORDER BY n)), (SELECT count(*) FROM days),"
          + " (SELECT last_value FROM numbers), (SELECT count FROM counted),"
          + " convert_from(lo_get(4711), 'utf8') FROM lessons l";

  private static TestApp filled(RunningServer server, String name) {
    TestApp app = TestApp.withDatabase(server, name, "hobby-dev");
    for (String statement : CONTENT) {
      app.sql(statement);
    }
    return app;
  }

  @Test
  void aBackupIsTakenShownAndRestored(RunningServer server) {
    TestApp app = filled(server, "stock-backups");
    String before = app.sql(SUM).getFirst();
    assertThat(server.heroku("pg:backups", "-a", app.name()).succeeded().out())
        .contains("No backups. Capture one with heroku pg:backups:capture");
    assertThat(server.heroku("pg:backups:capture", "-a", app.name()).succeeded().flat())
        .contains("Backing up DATABASE to b001... done");
    assertThat(server.heroku("pg:backups", "-a", app.name()).succeeded().out())
        .containsPattern("b001 .*Completed .* DATABASE");
    assertThat(server.heroku("pg:backups:info", "b001", "-a", app.name()).succeeded().out())
        .contains("=== Backup b001", "Type:             Manual", "The backup is complete.");

    app.sql("DELETE FROM lessons");
    assertThat(
            server
                .heroku(
                    "pg:backups:restore",
                    "b001",
                    "DATABASE",
                    "-a",
                    app.name(),
                    "--confirm",
                    app.name())
                .succeeded()
                .flat())
        .contains("Restoring... done");
    assertThat(app.sql(SUM)).containsExactly(before);
    assertThat(app.sql("INSERT INTO lessons VALUES (0, 'trigger') RETURNING name"))
        .containsExactly("TRIGGER");
    server.howdah("pg:backups:undo", "-a", app.name(), "--confirm", app.name()).succeeded();
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("0");

    TestApp other = TestApp.withDatabase(server, "stock-backups-other", "hobby-dev");
    server
        .heroku(
            "pg:backups:restore",
            app.name() + "::b001",
            "DATABASE",
            "-a",
            other.name(),
            "--confirm",
            other.name())
        .succeeded();
    assertThat(other.sql(SUM)).containsExactly(before);

    server
        .heroku("pg:backups:delete", "b001", "-a", app.name(), "--confirm", app.name())
        .succeeded();
    assertThat(server.heroku("pg:backups:info", "b001", "-a", app.name()).failed().flat())
        .contains("already destroyed");
  }

  @Test
  void aBackupIsDownloadedByHttpsAndRestoresElsewhere(RunningServer server) throws IOException {
    TestApp app = filled(server, "stock-download");
    server.heroku("pg:backups:capture", "-a", app.name()).succeeded();
    Path authority = server.home().resolve("ca.pem");
    Files.write(authority, server.download(server.url() + "/certificates/ca.pem"));
    Path directory = server.workspace("download");
    String secure = server.url().toString().replace("http://", "https://");
    server
        .command(
            "node",
            RunningServer.NODE.resolve("node_modules/heroku/bin/run.js").toString(),
            "pg:backups:download",
            "-a",
            app.name())
        .with("HEROKU_HOST", secure)
        .with("NODE_EXTRA_CA_CERTS", authority.toString())
        .in(directory)
        .run()
        .succeeded();
    Path dump = directory.resolve("latest.dump");
    assertThat(server.run("pg_restore", "--list", dump.toString()).succeeded().out())
        .contains("TABLE DATA public lessons");

    // B4.18: into a plain PostgreSQL.
    try (LocalPostgres local = LocalPostgres.start()) {
      local.sql("postgres", "CREATE DATABASE library");
      server
          .command("pg_restore", "--no-acl", "--no-owner", "-d", "library", dump.toString())
          .with(local.environment())
          .run()
          .succeeded();
      assertThat(local.sql("library", SUM).replace('|', ' '))
          .isEqualTo(app.sql(SUM).getFirst().replace('|', ' '));
    }

    // A download that broke off goes on where it did.
    String url = server.heroku("pg:backups:url", "-a", app.name()).succeeded().out().strip();
    Path part = directory.resolve("part.dump");
    byte[] whole = Files.readAllBytes(dump);
    Files.write(part, java.util.Arrays.copyOf(whole, whole.length / 2));
    server.run("curl", "-sSf", "-C", "-", "-o", part.toString(), url).succeeded();
    assertThat(Files.readAllBytes(part)).isEqualTo(whole);
  }

  @Test
  void aDumpOfOnesOwnIsImported(RunningServer server) throws IOException {
    String address = addressOfThisHost();
    assumeThat(address).as("an address that is not loopback").isNotEmpty();
    TestApp app = TestApp.withDatabase(server, "stock-import", "hobby-dev");
    Path dump = server.workspace("import").resolve("mydb.dump");
    try (LocalPostgres local = LocalPostgres.start()) {
      local.sql("postgres", "CREATE DATABASE mydb");
      local.sql("mydb", "CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS 'ours'");
      local.sql("mydb", "CREATE TABLE lessons AS SELECT generate_series(1, 100) n");
      local.sql("mydb", "CREATE PUBLICATION everything FOR ALL TABLES");
      server
          .command("pg_dump", "-Fc", "--no-acl", "--no-owner", "-f", dump.toString(), "mydb")
          .with(local.environment())
          .run()
          .succeeded();
    }
    byte[] bytes = Files.readAllBytes(dump);
    HttpServer web = HttpServer.create(new InetSocketAddress(address, 0), 0);
    web.createContext(
        "/",
        exchange -> {
          boolean there = exchange.getRequestURI().getPath().equals("/mydb.dump");
          boolean away = exchange.getRequestURI().getPath().equals("/away");
          if (away) {
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/mydb.dump");
          }
          exchange.sendResponseHeaders(there ? 200 : away ? 302 : 404, there ? bytes.length : -1);
          if (there) {
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    web.start();
    String base = "http://" + address + ":" + web.getAddress().getPort();
    try {
      assertThat(restore(server, app, base + "/gone").failed().flat()).contains("status 404");
      assertThat(restore(server, app, base + "/away").failed().flat()).contains("may not fetch");
      restore(server, app, base + "/mydb.dump").succeeded();
    } finally {
      web.stop(0);
    }
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("100");
    assertThat(app.sql("SELECT 'a=>1'::hstore -> 'a'")).containsExactly("1");
  }

  private static Ran restore(RunningServer server, TestApp app, String url) {
    return server.heroku(
        "pg:backups:restore", url, "DATABASE", "-a", app.name(), "--confirm", app.name());
  }

  private static String addressOfThisHost() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElse("");
  }

  @Test
  void schedulesAreMadeShownAndEnded(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-schedules", "hobby-dev");
    server
        .heroku("pg:backups:schedule", "DATABASE", "-a", app.name(), "--at", "02:00 PST")
        .succeeded();
    assertThat(server.heroku("pg:backups:schedules", "-a", app.name()).succeeded().out())
        .contains("DATABASE_URL: daily at 2:00 America/Los_Angeles");
    assertThat(server.howdah("pg:backups:schedules", "-a", app.name()).succeeded().out())
        .contains("DATABASE_URL: daily at 2:00 America/Los_Angeles");
    server.heroku("pg:backups:unschedule", "DATABASE", "-a", app.name()).succeeded();
    assertThat(server.heroku("pg:backups:schedules", "-a", app.name()).succeeded().flat())
        .contains("No backup schedules found");
  }

  @Test
  void aBackupIsProvenToRestore(RunningServer server) {
    TestApp app = filled(server, "stock-drill");
    server.heroku("pg:backups:capture", "-a", app.name()).succeeded();
    server.howdah("pg:backups:verify", "-a", app.name()).succeeded();
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofMinutes(1))
        .untilAsserted(() ->
            assertThat(server.howdah("pg:backups:info", "-a", app.name()).succeeded().out())
                .containsPattern(
                    "Verified: +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d, restores in \\d+ s"));
    assertThat(server.heroku("pg:backups:info", "-a", app.name()).succeeded().out())
        .contains("restores in");
  }
}
