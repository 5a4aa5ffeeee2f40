package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:copy} and what is to be seen of it afterwards, with both commands. */
@ExtendWith(SharedServer.class)
class CopyIT {

  @Test
  void aDatabaseIsCopiedOverAnother(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-copy");
    app.addDatabase("hobby-dev", "DATABASE");
    app.addDatabase("hobby-dev", "HEROKU_POSTGRESQL_TEAL");
    app.sql("CREATE TABLE lessons AS SELECT generate_series(1, 100) AS n");
    app.sql("HEROKU_POSTGRESQL_TEAL_URL", "CREATE TABLE gone ()");

    Ran refused =
        server.heroku("pg:copy", "DATABASE", "TEAL_NOT", "-a", app.name(), "--confirm", "TEAL");
    assertThat(refused.failed().flat()).contains("Unknown database: TEAL_NOT");
    Ran copied =
        server.heroku(
            "pg:copy", "DATABASE", "HEROKU_POSTGRESQL_TEAL", "-a", app.name(), "--confirm", "TEAL");
    assertThat(copied.succeeded().flat())
        .contains("Starting copy of DATABASE to TEAL... done")
        .contains("Copying... done");
    assertThat(app.sql("HEROKU_POSTGRESQL_TEAL_URL", "SELECT count(*) FROM lessons"))
        .containsExactly("100");
    assertThat(app.sql("HEROKU_POSTGRESQL_TEAL_URL", "SELECT to_regclass('gone')"))
        .containsExactly("null");
    assertThat(server.heroku("pg:backups", "-a", app.name()).succeeded().out())
        .containsPattern("c001 .*Completed .* DATABASE +TEAL");

    app.sql("DROP TABLE lessons");
    Ran ours =
        server.howdah("pg:copy", "teal", "DATABASE", "-a", app.name(), "--confirm", "DATABASE");
    assertThat(ours.succeeded().out())
        .matches("Copying TEAL to DATABASE\\.\\.\\. done, \\d+(\\.\\d)? (bytes|kB|MB)\n");
    assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("100");
  }

  @Test
  void aDatabaseComesFromElsewhereAndGoesThere(RunningServer server) throws SocketException {
    String address = addressOfThisHost();
    assumeFalse(address.isEmpty(), "this host has no address but loopback");
    TestApp app = TestApp.withDatabase(server, "stock-copy-elsewhere", "hobby-dev");
    try (LocalPostgres other = LocalPostgres.elsewhere(address, "p@ss")) {
      other.sql("postgres", "CREATE DATABASE library");
      other.sql("library", "CREATE TABLE lessons AS SELECT generate_series(1, 100) AS n");
      String url =
          "postgres://local:p%%40ss@%s:%d/library?sslmode=disable".formatted(address, other.port());
      assertThat(
              server
                  .howdah("pg:copy", url, "DATABASE", "-a", app.name(), "--confirm", "DATABASE")
                  .succeeded()
                  .out())
          .startsWith("Copying database library on " + address);
      assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("100");

      app.sql("INSERT INTO lessons VALUES (101)");
      server
          .heroku("pg:copy", "DATABASE", url, "-a", app.name(), "--confirm", "library")
          .succeeded();
      assertThat(other.sql("library", "SELECT count(*) FROM lessons")).isEqualTo("101");
    }
  }

  private static String addressOfThisHost() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElse("");
  }

  @Test
  void aCopyThatCannotBeMadeSaysWhy(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "stock-copy-fails", "hobby-dev");
    app.sql("CREATE TABLE precious ()");
    String url = app.configVar("DATABASE_URL").orElseThrow();
    TestApp other = TestApp.withDatabase(server, "stock-copy-other", "hobby-dev");
    String wrong = url.replaceFirst(":[^:@]*@", ":wrong@");
    assertThat(
            server
                .heroku("pg:copy", wrong, "DATABASE", "-a", other.name(), "--confirm", "DATABASE")
                .failed()
                .flat())
        .contains("password authentication failed");
    assertThat(
            server
                .howdah(
                    "pg:copy",
                    "postgres://me:p@127.0.0.1:1/x",
                    "DATABASE",
                    "-a",
                    app.name(),
                    "--confirm",
                    "DATABASE")
                .failed()
                .flat())
        .contains("leads to this host");
    assertThat(app.sql("SELECT to_regclass('precious')")).containsExactly("precious");
  }
}
