package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Forks of a database that is written to all the while. */
@ExtendWith(SharedServer.class)
class ForkIT {
  private static final String OF_THE_SECOND_TIMELINE = ".*/00000002[0-9A-F]{16}.*";

  @Test
  void aForkHasExactlyTheCommitsUpToItsMoment(RunningServer server) {
    server.send("POST", "/apps", Map.of("name", "forks"));
    Database source = Database.create(server, "forks", "standard-0");
    Pgbench.initialise(source.url(), 1);
    try (var ledger = Ledger.open(source::url, 2);
        var pgbench = Pgbench.start(source::url, 2, 100)) {
      ledger.awaitMore(200);
      Instant asked = Instant.now();
      Database fork = source.fork();
      fork.ready();
      Ledger.Reading reading = fork.check(ledger, asked, Instant.now());
      ledger.awaitMore(200);
      assertThat(ledger.sessions()).as("connections, of which none broke").isEqualTo(2);

      // It is a database of its own, and stays what it is.
      PostgresUrl own = PostgresUrl.of(fork.url());
      PostgresUrl parent = PostgresUrl.of(source.url());
      assertThat(own.password()).isNotEqualTo(parent.password());
      assertThat(own.user()).isNotEqualTo(parent.user());
      assertThat(fork.lineage()).isNotEqualTo(source.lineage());
      assertThat(fork.check(ledger, asked, Instant.now())).isEqualTo(reading);
      fork.assertSound();
      Sql.run(fork.url(), "create table of_the_fork (n int)", "insert into of_the_fork values (1)");
      assertThat(Sql.ask(source.url(), "select to_regclass('of_the_fork')")).isEqualTo("null");

      Database grandchild = fork.fork().ready();
      assertThat(grandchild.check(ledger, asked, Instant.now())).isEqualTo(reading);
      assertThat(Sql.ask(grandchild.url(), "select n from of_the_fork")).isEqualTo("1");
      grandchild.destroy();
      fork.destroy();
      ledger.awaitMore(10);
      ledger.stop();
      pgbench.stop();
      source.check(ledger, Instant.now(), Instant.now());
    }
    source.destroy();
  }

  @Test
  void aForkCannotWriteIntoItsParentsHistory(RunningServer server) throws IOException {
    assumeTrue(
        System.getProperty("user.name").equals("root"),
        "only as root do databases have users of their own");
    server.send("POST", "/apps", Map.of("name", "lineages"));
    Database source = Database.create(server, "lineages", "standard-0").protectedToo();
    Database fork = source.fork().ready().protectedToo();
    assertThat(fork.user()).isNotEqualTo(source.user());
    Map<String, String> before = files(source.repository());
    assertThat(before).isNotEmpty();

    // As the fork's server could: its own log, by the very command of its parent, as its own user.
    String segment = fork.operator("select pg_walfile_name(pg_switch_wal())").getFirst();
    Path file = fork.data().resolve("pg_wal").resolve(segment);
    String command = source.operator("show archive_command").getFirst();
    assertThat(command).contains("%p");
    Ran pushed =
        as(fork, command.replace("%p", file.toString()).replace("%f", segment + ".of-the-fork"));
    assertThat(pushed.exit()).as(pushed.toString()).isNotZero();
    for (String attempt :
        new String[] {"touch '%s/of-the-fork'", "ls '%s'", "touch '%s/archive/of-the-fork'"}) {
      Ran refused = as(fork, attempt.formatted(source.repository()));
      assertThat(refused.failed().err()).contains("Permission denied");
    }
    // And of its own it may.
    Ran allowed =
        as(
            fork,
            "find '%s' -name '%s*' | grep .".formatted(fork.repository().resolve("archive"), "0"));
    assertThat(allowed.exit()).as(allowed.toString()).isZero();

    fork.archiveEverything();
    Map<String, String> after = files(source.repository());
    after
        .keySet()
        .removeIf(path -> !path.contains("of-the-fork") && !path.matches(OF_THE_SECOND_TIMELINE));
    assertThat(after).as("what the fork's timeline left in its parent's repository").isEmpty();
    assertThat(files(fork.repository()).keySet())
        .anyMatch(path -> path.matches(OF_THE_SECOND_TIMELINE));
    fork.destroy();
    source.destroy();
  }

  /** What the user of a database's server can do on this host. */
  private static Ran as(Database database, String command) {
    String user = Integer.toString(database.user());
    return database
        .server()
        .command(
            "setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "sh", "-c", command)
        .in(Path.of("/"))
        .run();
  }

  private static Map<String, String> files(Path directory) throws IOException {
    var files = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(directory.relativize(file).toString(), Long.toString(Files.size(file)));
      }
    }
    return files;
  }
}
