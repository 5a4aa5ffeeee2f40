package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.TestApp.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's own benchmark as load: transfers of money, whose sums must agree in every copy. Goes
 * on with new connections when the server went away.
 */
final class Pgbench implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Supplier<String> url;
  private final List<String> options;
  private final Thread thread;
  private @Nullable Process process;
  private boolean over;

  private Pgbench(Supplier<String> url, List<String> options) {
    this.url = url;
    this.options = options;
    this.thread = Thread.ofVirtual().start(this::work);
  }

  /** Makes the tables: a scale of one is 15 MB. */
  static void initialise(String url, int scale) {
    command(url, "--initialize", "--quiet", "--scale=" + scale).within(PATIENCE).run().succeeded();
  }

  /**
   * Begins to transfer money.
   *
   * @param url asked before every connection; while it throws, nothing is tried
   * @param perSecond as many transactions, if the machine manages
   */
  static Pgbench start(Supplier<String> url, int clients, int perSecond) {
    return new Pgbench(
        url, List.of("--no-vacuum", "--client=" + clients, "--rate=" + perSecond, "--time=100000"));
  }

  /** Fails unless every transfer is in the copy whole or not at all. */
  static void assertSums(Connection copy) {
    try {
      String history = Sql.ask(copy, "select coalesce(sum(delta), 0) from pgbench_history");
      for (String sum :
          List.of(
              "sum(abalance) from pgbench_accounts",
              "sum(tbalance) from pgbench_tellers",
              "sum(bbalance) from pgbench_branches")) {
        assertThat(Sql.ask(copy, "select " + sum)).as(sum).isEqualTo(history);
      }
    } catch (SQLException e) {
      throw new AssertionError("could not read the copy: " + e.getMessage(), e);
    }
  }

  /** One of PostgreSQL's programs for servers, of the newest version here. */
  static Path program(String name) {
    try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      return versions
          .max(Comparator.comparingInt(path -> Integer.parseInt(path.getFileName().toString())))
          .orElseThrow()
          .resolve("bin")
          .resolve(name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Command command(String url, String... arguments) {
    PostgresUrl address = PostgresUrl.of(url);
    List<String> words =
        Stream.concat(
                Stream.of(program("pgbench").toString()),
                Stream.concat(Arrays.stream(arguments), Stream.of(address.database())))
            .toList();
    return new Command(
        words,
        Map.of(
            "PGHOST", address.host(),
            "PGPORT", Integer.toString(address.port()),
            "PGUSER", address.user(),
            "PGPASSWORD", address.password(),
            "PGSSLMODE", "require",
            "PGCONNECT_TIMEOUT", "5"),
        Path.of("/"),
        "",
        PATIENCE);
  }

  private void work() {
    try {
      while (!over()) {
        Process running = begin();
        if (running != null) {
          // It says nothing but why it ends.
          running.getInputStream().close();
          running.getErrorStream().close();
          running.waitFor();
        }
        Thread.sleep(50);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean over() {
    return over;
  }

  /** Starts the program, unless it is over or the database has no address. */
  private synchronized @Nullable Process begin() {
    process = null;
    if (!over) {
      try {
        process = command(url.get(), options.toArray(String[]::new)).start();
      } catch (RuntimeException | AssertionError away) {
        // Howdah does not answer; the next attempt may.
      }
    }
    return process;
  }

  @Override
  public void close() {
    stop();
  }

  /** Ends it; a transfer on its way happens whole or not at all. */
  void stop() {
    synchronized (this) {
      over = true;
      if (process != null) {
        process.destroyForcibly();
      }
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
