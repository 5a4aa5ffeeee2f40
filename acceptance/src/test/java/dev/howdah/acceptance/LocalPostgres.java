package dev.howdah.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The PostgreSQL of a developer's own machine, thrown away afterwards. */
public final class LocalPostgres implements AutoCloseable {
  private final Path root;
  private final PortBlock ports = PortBlock.reserve();

  private LocalPostgres(Path root) {
    this.root = root;
  }

  /** A new server that trusts everybody on this machine. */
  public static LocalPostgres start() {
    return start("127.0.0.1");
  }

  /**
   * A new server that also listens at an address of this machine that is not loopback, and wants a
   * password there: to others it is a server somewhere else.
   */
  public static LocalPostgres elsewhere(String address, String password) {
    LocalPostgres local = start("127.0.0.1," + address);
    try {
      Files.writeString(
          Path.of(local.data(), "pg_hba.conf"),
          "host all all %s/32 scram-sha-256%n".formatted(address),
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    local.sql("postgres", "ALTER ROLE local PASSWORD '" + password + "'");
    local.sql("postgres", "SELECT pg_reload_conf()");
    return local;
  }

  /** Runs a statement in one of its databases; answers psql's bare output. */
  public String sql(String database, String statement) {
    return new Command(
            List.of(programs().resolve("psql").toString(), "-XAtc", statement, database),
            environment(),
            Path.of("/"),
            "",
            Duration.ofMinutes(1))
        .run()
        .succeeded()
        .out()
        .strip();
  }

  /** The port it listens at. */
  public int port() {
    return ports.http();
  }

  private static LocalPostgres start(String addresses) {
    try {
      Path root = Files.createTempDirectory(Path.of("/tmp"), "howdah-acceptance-local-");
      var local = new LocalPostgres(root);
      if (asRoot()) {
        local.plain("chown", "postgres", root.toString());
      }
      local.server("initdb", "-D", local.data(), "-U", "local", "-A", "trust", "--no-sync");
      local.server(
          "pg_ctl",
          "-D",
          local.data(),
          "-o",
          "-p %d -k %s -h %s -c fsync=off".formatted(local.ports.http(), root, addresses),
          "-l",
          root.resolve("log").toString(),
          "-w",
          "start");
      return local;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a developer's shell has to reach it. */
  public Map<String, String> environment() {
    return Map.of(
        "PGHOST", "localhost", "PGPORT", Integer.toString(ports.http()), "PGUSER", "local");
  }

  private String data() {
    return root.resolve("data").toString();
  }

  /** PostgreSQL refuses to run as root. */
  private void server(String program, String... arguments) {
    var words = new ArrayList<String>();
    if (asRoot()) {
      words.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    words.add(programs().resolve(program).toString());
    words.addAll(List.of(arguments));
    plain(words.toArray(String[]::new));
  }

  private void plain(String... words) {
    new Command(
            List.of(words),
            Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LANG", "C.UTF-8"),
            Path.of("/"),
            "",
            Duration.ofMinutes(1))
        .run()
        .succeeded();
  }

  private static boolean asRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static Path programs() {
    try (var versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      return versions
          .max(Comparator.comparingInt(path -> Integer.parseInt(path.getFileName().toString())))
          .orElseThrow()
          .resolve("bin");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
    plain("rm", "-rf", root.toString());
    ports.close();
  }
}
