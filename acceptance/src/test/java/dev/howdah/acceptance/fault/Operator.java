package dev.howdah.acceptance.fault;

import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What only who owns the host can do to the cluster of a database, behind Howdah's back. */
final class Operator {
  private final RunningServer server;
  private final Path data;

  Operator(RunningServer server, Estate.Database database) {
    this.server = server;
    this.data = server.data().resolve("postgres").resolve(database.id()).resolve("data");
  }

  /** One statement as superuser; the first line of the answer. */
  String ask(String sql) {
    List<String> pid = postmaster();
    return server
        .command("psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql)
        .with(
            Map.of(
                "PGHOST",
                pid.get(4).strip(),
                "PGPORT",
                pid.get(3).strip(),
                "PGUSER",
                "postgres",
                "PGDATABASE",
                "postgres"))
        .run()
        .succeeded()
        .out()
        .lines()
        .findFirst()
        .orElse("");
  }

  private List<String> postmaster() {
    try {
      return Files.readAllLines(data.resolve("postmaster.pid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the server and deletes its data directory. */
  void loseDisk() {
    ProcessHandle.of(Long.parseLong(postmaster().getFirst().strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
    // The server's other processes end when they notice, and write files until then.
    for (int tries = 0; Files.exists(data); tries++) {
      try (Stream<Path> files = Files.walk(data)) {
        files.sorted(Comparator.reverseOrder()).forEach(Operator::delete);
      } catch (IOException | UncheckedIOException e) {
        if (tries == 50) {
          throw new AssertionError("the files do not go: " + e, e);
        }
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
