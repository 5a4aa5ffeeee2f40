package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp.PostgresUrl;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A database of an app: to its owner an add-on and a URL, to the operator a directory and a
 * process.
 *
 * @param name of the add-on
 * @param id of the add-on, which is the directory's name
 */
record Database(RunningServer server, String app, String name, String id) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A new, empty one. */
  static Database create(RunningServer server, String app, String plan) {
    return add(server, app, plan, Map.of()).ready();
  }

  /** Asks for a fork, with everything that is in it now; {@link #ready} waits for it. */
  Database fork() {
    return copyWith(Map.of("fork", name));
  }

  /** Asks for a follower. */
  Database follower() {
    return copyWith(Map.of("follow", name));
  }

  /** Asks for what it was at a moment. */
  Database rollback(Instant moment) {
    return rollback(moment.toString());
  }

  /** Asks for what it was at a moment that is spelled in some way. */
  Database rollback(String to) {
    return copyWith(Map.of("rollback", name, "to", to));
  }

  /** Why a copy of it is refused. */
  String refuses(Map<String, String> config) {
    HttpResponse<String> answer =
        server.request(
            "POST",
            "/apps/" + app + "/addons",
            Map.of("plan", "heroku-postgresql:standard-0", "config", config));
    assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
    return answer.body();
  }

  /** Why it cannot be destroyed now. */
  String refusesToGo() {
    HttpResponse<String> answer = server.request("DELETE", path(), Map.of());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
    return answer.body();
  }

  /** Its past can be reached: there is a base copy. */
  Database protectedToo() {
    awaitInfo("Rollback", "earliest from");
    return this;
  }

  /** What is committed by now can be reached from its archive, as after a minute of waiting. */
  void archiveEverything() {
    operator("select pg_logical_emit_message(true, 'test', 'the last of all')");
    String last = operator("select pg_walfile_name(pg_switch_wal())").getFirst();
    await(name + " to archive " + last)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() ->
            operator(
                    "select coalesce(last_archived_wal, '') >= '%s' from pg_stat_archiver"
                        .formatted(last))
                .contains("t"));
  }

  /** Lets its server note when everything is committed, for the price of a restart. */
  void notesCommits() {
    operator("alter system set track_commit_timestamp = on");
    long before = postmaster();
    kill();
    awaitAnother(before);
  }

  /** Waits until another process serves it. */
  void awaitAnother(long before) {
    await("another server of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> {
          try (Connection connection = Sql.connect(url())) {
            return connection.isValid(5) && postmaster() != before;
          }
        });
  }

  /** How many rows of each session were committed up to a moment, as PostgreSQL noted it. */
  Map<Long, Long> committedUntil(Instant moment) {
    return counts(
        "select session, count(*) from ledger where pg_xact_commit_timestamp(xmin) <= '%s'"
                .formatted(moment)
            + " group by session");
  }

  /** How many rows of each session it has. */
  Map<Long, Long> rowsOfSessions() {
    return counts("select session, count(*) from ledger group by session");
  }

  private Map<Long, Long> counts(String query) {
    var counts = new TreeMap<Long, Long>();
    operator(query)
        .forEach(line -> {
          String[] columns = line.split("\\|", 2);
          counts.put(Long.valueOf(columns[0]), Long.valueOf(columns[1]));
        });
    return counts;
  }

  /** Asks for a copy with these options. */
  Database copyWith(Map<String, ?> config) {
    return add(server, app, "standard-0", config);
  }

  private static Database add(
      RunningServer server, String app, String plan, Map<String, ?> config) {
    var body = new HashMap<String, Object>(Map.of("plan", "heroku-postgresql:" + plan));
    if (!config.isEmpty()) {
      body.put("config", config);
    }
    JsonNode made = server.send("POST", "/apps/" + app + "/addons", body);
    return new Database(server, app, made.path("name").asString(), made.path("id").asString());
  }

  /** Waits until it may be used; fails when it never will. */
  Database ready() {
    await(name + " to be ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          JsonNode status = server.get("/client/v11/databases/" + id + "/wait_status");
          assertThat(status.path("error?").asBoolean()).as("%s: %s", name, status).isFalse();
          return !status.path("waiting?").asBoolean()
              && server.get(path()).path("state").asString().equals("provisioned");
        });
    return this;
  }

  /** Where the API has it. */
  String path() {
    return "/apps/" + app + "/addons/" + id;
  }

  /** The URL of the default credential, from the config vars. */
  String url() {
    JsonNode url = server.get("/apps/" + app + "/config-vars").path(configVar());
    assertThat(url.isString()).as("whether %s has a URL", name).isTrue();
    return url.asString();
  }

  /** The name of the config var with its URL, other than DATABASE_URL. */
  String configVar() {
    return server.get(path()).path("config_vars").path(0).asString();
  }

  /** A value of pg:info, empty when there is none. */
  Optional<String> info(String item) {
    return server
        .get("/client/v11/databases/" + id)
        .path("info")
        .valueStream()
        .filter(line -> line.path("name").asString().equals(item))
        .map(line -> line.path("values").path(0).asString())
        .findFirst();
  }

  /** Whether it is under way still. */
  boolean waiting() {
    return server.get("/client/v11/databases/" + id + "/wait_status").path("waiting?").asBoolean();
  }

  /** Waits until a value of pg:info begins with certain words. */
  void awaitInfo(String item, String beginning) {
    await(item + " of " + name + " to be " + beginning)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(info(item)).get().asString().startsWith(beginning));
  }

  /** A command of ours about this database, with the answer to every question given beforehand. */
  Ran howdah(String command, String... options) {
    var words =
        new ArrayList<>(List.of("howdah", command, configVar(), "--app", app, "--confirm", app));
    words.addAll(List.of(options));
    return server.command(words.toArray(String[]::new)).within(PATIENCE).run();
  }

  /** Lets it go from its leader. */
  void unfollow() {
    server.send("PUT", "/client/v11/databases/" + id + "/unfollow", Map.of());
  }

  /** Waits until it answers. */
  void awaitAnswer() {
    await(name + " to answer")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> Sql.ask(url(), "select 1").equals("1"));
  }

  /** Removes it. */
  void destroy() {
    server.send("DELETE", path(), Map.of());
  }

  // --- what only the operator sees ---

  /** The directory of the cluster. */
  Path home() {
    return server.data().resolve("postgres").resolve(id);
  }

  /** PostgreSQL's data directory. */
  Path data() {
    return home().resolve("data");
  }

  /** The process of its server. */
  long postmaster() {
    return Long.parseLong(pidFile().getFirst().strip());
  }

  /** Ends its server as {@code kill -9} does. */
  void kill() {
    ProcessHandle.of(postmaster()).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Ends every process that works on its files, as when their disk is gone. */
  void killAll() {
    server.databaseProcesses().stream()
        .filter(process -> worksIn(process.pid()))
        .forEach(ProcessHandle::destroyForcibly);
  }

  private boolean worksIn(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"))
          .toString()
          .startsWith(home().toString());
    } catch (IOException gone) {
      return false;
    }
  }

  /** The history that it writes now. */
  String lineage() {
    return control("select lineage from database where id = '" + id + "'");
  }

  /** The repository of that history. */
  Path repository() {
    return server.data().resolve("repository").resolve(lineage());
  }

  /** The user its server runs as. */
  int user() {
    try {
      return (Integer) Files.getAttribute(data(), "unix:uid");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String control(String query) {
    return server
        .command("psql", "--no-psqlrc", "-qAt", "-U", "howdah", "-c", query, "howdah")
        .with("PGHOST", server.data().resolve("control/run").toString())
        .run()
        .succeeded()
        .out()
        .strip();
  }

  /** The directory of the Unix socket through which the operator may do everything. */
  private String socketDirectory() {
    return pidFile().get(4).strip();
  }

  private List<String> pidFile() {
    try {
      return Files.readAllLines(data().resolve("postmaster.pid"));
    } catch (IOException e) {
      throw new AssertionError(name + " has no server: " + e, e);
    }
  }

  /** One statement of the operator's; the lines of the answer. */
  List<String> operator(String sql) {
    return program("psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql)
        .run()
        .succeeded()
        .out()
        .lines()
        .toList();
  }

  /** Lets PostgreSQL compare every table with every index of it, block by block. */
  void assertSound() {
    Ran checked =
        program("pg_amcheck", "--install-missing", "--heapallindexed", "--no-strict-names").run();
    assertThat(checked.exit()).as("pg_amcheck of %s:%n%s", name, checked).isZero();
    assertThat(checked.all()).as("pg_amcheck of %s", name).isEmpty();
  }

  private Command program(String program, String... arguments) {
    PostgresUrl address = PostgresUrl.of(url());
    return server
        .command(
            Stream.concat(Stream.of(Pgbench.program(program).toString()), Arrays.stream(arguments))
                .toArray(String[]::new))
        .with(
            Map.of(
                "PGHOST", socketDirectory(),
                "PGPORT", Integer.toString(address.port()),
                "PGUSER", "postgres",
                "PGDATABASE", address.database()));
  }

  /** A connection of the default credential. */
  Connection connect() {
    try {
      return Sql.connect(url());
    } catch (SQLException e) {
      throw new AssertionError("could not connect to " + name + ": " + e.getMessage(), e);
    }
  }

  /** Compares it, as a copy of what a ledger and pgbench write into, with what they know. */
  Ledger.Reading check(Ledger ledger, Instant from, Instant to) {
    return reading(connection -> ledger.check(connection, from, to));
  }

  /**
   * Waits until it, a follower, has everything acknowledged before now; it is always one moment.
   */
  void awaitEverything(Ledger ledger) {
    Instant now = Instant.now();
    awaitAnswer();
    check(ledger, Instant.EPOCH, now.plus(PATIENCE));
    await(name + " to have everything before " + now)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> check(ledger, now, now.plus(PATIENCE)));
  }

  /** The same with {@link Ledger#checkReplaced}. */
  Ledger.Reading checkReplaced(Ledger ledger, Instant replaced, Instant from, Instant to) {
    return reading(connection -> ledger.checkReplaced(connection, replaced, from, to));
  }

  /** Reads with one snapshot, as it may be written to. */
  private Ledger.Reading reading(Function<Connection, Ledger.Reading> check) {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      Ledger.Reading reading = check.apply(connection);
      Pgbench.assertSums(connection);
      return reading;
    } catch (SQLException e) {
      throw new AssertionError("could not read " + name + ": " + e.getMessage(), e);
    }
  }
}
