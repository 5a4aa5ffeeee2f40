package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What must hold after a crash, once the server runs again and had a moment: every operation is
 * over, whole or undone; the control database, the files, the processes and the ports tell the same
 * story; and whatever was reported ready answers.
 */
public final class Aftermath {
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  /** Every row that would not be there if everything were at rest, in words. */
  private static final String UNREST =
      """
      select 'unfinished operation ' || kind || ' at ' || step || ' after ' || attempt
        || ' failures: ' || coalesce(error, '-') from operation where finished_at is null
      union all select 'app ' || name || ' is being removed' from app where deleting
      union all select 'add-on ' || name || ' is ' || state from addon where state <> 'provisioned'
      union all select 'add-on ' || name || ' has no database' from addon a
        where service = 'heroku-postgresql'
          and not exists (select from database d where d.id = a.id)
      union all select 'database ' || id || ' is ' || state from database where state <> 'available'
      union all select 'transfer ' || number || ' goes on' from transfer where finished_at is null
      union all select 'credential ' || name || ' of ' || database_id || ' is ' || state
        from credential where state <> 'active'
      union all select 'lineage ' || id || ' has ended and is still there' from lineage
        where ended_at is not null
      union all select 'lineage ' || id || ' has no database' from lineage
        where database_id not in (select id from database)
      union all select 'database ' || id || ' has no default credential' from database d
        where not exists (select from credential c where c.database_id = d.id and c.name = 'default')
          and not exists (select from follower f where f.database_id = d.id)
      """;

  /** What is beside databases and follows them, its server running. */
  private static final String PREPARED =
      "select database_id || '.next' from upgrade where state = 'prepared'";

  private final RunningServer server;
  private final Path data;

  private Aftermath(RunningServer server) {
    this.server = server;
    this.data = server.data();
  }

  /** Waits until everything is at rest, then asks every database. */
  public static void assertWhole(RunningServer server) {
    var aftermath = new Aftermath(server);
    aftermath.awaitRest();
    aftermath.assertEveryDatabaseAnswers();
  }

  /** The same when servers of databases were killed, which need a moment to come back. */
  public static void assertWholeSoon(RunningServer server) {
    var aftermath = new Aftermath(server);
    aftermath.awaitRest();
    await("every database to answer")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(aftermath::assertEveryDatabaseAnswers);
  }

  private void awaitRest() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<String> problems = problems();
    while (!problems.isEmpty() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
      problems = problems();
    }
    assertThat(problems).as("what is left after %s; log:\n%s", PATIENCE, server.log()).isEmpty();
  }

  private List<String> problems() {
    var problems = new ArrayList<>(sql(server, UNREST));
    if (!problems.isEmpty()) {
      // The rest can only follow.
      return problems;
    }
    Set<String> databases = new TreeSet<>(sql(server, "select id from database"));
    directories(databases, problems);
    processes(databases, problems);
    ports(problems);
    return problems;
  }

  private void directories(Set<String> databases, List<String> problems) {
    Set<String> found = children(data.resolve("postgres"));
    found.remove("extension-scripts");
    Set<String> expected = new TreeSet<>(databases);
    expected.addAll(
        sql(
            server,
            """
            select database_id || case when undone then '.next' else '.previous' end
            from succession
            """));
    expected.addAll(sql(server, PREPARED));
    compare("cluster directories", found, expected, problems);
    Stream.of(data, data.resolve("templates"), data.resolve("secrets"))
        .flatMap(directory -> children(directory).stream().map(directory::resolve))
        .filter(path -> path.toString().contains("partial"))
        .forEach(path -> problems.add("half-made: " + path));
    Set<String> repositories = children(data.resolve("repository"));
    repositories.remove("storage");
    compare(
        "repositories",
        repositories,
        new TreeSet<>(sql(server, "select id from lineage")),
        problems);
    compare(
        "objects of backups",
        children(data.resolve("backups")),
        new TreeSet<>(sql(server, "select id from stored_object")),
        problems);
    compare("directories of transfers", children(data.resolve("transfers")), Set.of(), problems);
    // Directories of sockets are elsewhere when the data directory's own name is long.
    Set<String> removed = new HashSet<>(sql(server, "select distinct subject from operation"));
    removed.removeAll(databases);
    removed.stream()
        .map(id -> data.resolve("postgres").resolve(id).resolve("run").toString())
        .map(run -> UUID.nameUUIDFromBytes(run.getBytes(StandardCharsets.UTF_8)).toString())
        .map(name -> Path.of("/run/howdah", name))
        .filter(Files::exists)
        .forEach(path -> problems.add("socket directory of a removed database: " + path));
  }

  private void processes(Set<String> databases, List<String> problems) {
    List<Processes.Found> all = Processes.in(data);
    Set<String> expected =
        Stream.concat(databases.stream(), sql(server, PREPARED).stream())
            .map(id -> data.resolve("postgres").resolve(id).resolve("data").toString())
            .collect(Collectors.toCollection(TreeSet::new));
    expected.add(data.resolve("control/data").toString());
    Set<String> found =
        Processes.servers(all).keySet().stream()
            .map(Path::toString)
            .collect(Collectors.toCollection(TreeSet::new));
    compare("PostgreSQL servers", found, expected, problems);
    all.stream()
        .filter(process -> !process.isPostgres() && process.pid() != server.pid())
        .filter(process -> !isBaseCopy(process, all))
        .forEach(process -> problems.add("a process is left: " + process));
  }

  /**
   * Base copies are taken beside everything else, behind it in line for the processor, and are
   * nobody's remains as long as the server that began them lives.
   */
  private boolean isBaseCopy(Processes.Found process, List<Processes.Found> all) {
    return process.directory().startsWith(data.resolve("repository").toString())
        && (process.parent() == server.pid()
            || all.stream()
                .anyMatch(parent -> parent.pid() == process.parent() && isBaseCopy(parent, all)));
  }

  private void ports(List<String> problems) {
    int first = server.databasePorts().getFirst();
    int last = server.databasePorts().getLast();
    Set<String> found =
        listening().stream()
            .filter(port -> port >= first && port <= last)
            .map(String::valueOf)
            .collect(Collectors.toCollection(TreeSet::new));
    compare(
        "ports in use", found, new TreeSet<>(sql(server, "select port from database")), problems);
  }

  private void assertEveryDatabaseAnswers() {
    Map<String, String> names =
        sql(server, "select name || ' ' || id from addon").stream()
            .map(line -> line.split(" ", 2))
            .collect(Collectors.toMap(words -> words[1], words -> words[0]));
    for (JsonNode addon : server.get("/addons")) {
      String id = addon.path("id").asString();
      assertThat(names.remove(id)).as("add-on in the list").isNotNull();
      assertThat(addon.path("state").asString()).isEqualTo("provisioned");
      if (!addon.path("addon_service").path("name").asString().equals("heroku-postgresql")) {
        continue;
      }
      String app = addon.path("app").path("name").asString();
      JsonNode vars = server.get("/apps/" + app + "/config-vars");
      for (JsonNode name : addon.path("config_vars")) {
        String url = vars.path(name.asString()).asString();
        assertThat(Tenant.ask(server, url, "select current_database()"))
            .as("%s of %s", name.asString(), app)
            .isEqualTo(url.substring(url.lastIndexOf('/') + 1));
      }
      assertEveryCredentialWorks(id);
    }
    assertThat(names).as("add-ons that are not in the list").isEmpty();
  }

  private void assertEveryCredentialWorks(String database) {
    JsonNode info = server.get("/client/v11/databases/" + database);
    String status =
        info.path("info")
            .valueStream()
            .filter(item -> item.path("name").asString().equals("Status"))
            .map(item -> item.path("values").path(0).asString())
            .findFirst()
            .orElse("none");
    assertThat(status).as("status of " + database).isEqualTo("Available");
    for (JsonNode credential : server.get("/postgres/v0/databases/" + database + "/credentials")) {
      for (JsonNode login : credential.path("credentials")) {
        String url =
            "postgres://%s:%s@%s:%d/%s"
                .formatted(
                    login.path("user").asString(),
                    login.path("password").asString(),
                    credential.path("host").asString(),
                    credential.path("port").asInt(),
                    credential.path("database").asString());
        assertThat(Tenant.ask(server, url, "select session_user"))
            .isEqualTo(login.path("user").asString());
      }
    }
  }

  /** The lines of a query on the control database. */
  static List<String> sql(RunningServer server, String query) {
    return server
        .command(
            "psql",
            "--no-psqlrc",
            "-qAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            server.data().resolve("control/run").toString(),
            "-U",
            "howdah",
            "-c",
            query,
            "howdah")
        .run()
        .succeeded()
        .out()
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static void compare(
      String what, Set<String> found, Set<String> expected, List<String> problems) {
    if (!found.equals(expected)) {
      var surplus = new TreeSet<>(found);
      surplus.removeAll(expected);
      var missing = new TreeSet<>(expected);
      missing.removeAll(found);
      problems.add(what + ": too many " + surplus + ", missing " + missing);
    }
  }

  private static Set<String> children(Path directory) {
    if (!Files.isDirectory(directory)) {
      return new TreeSet<>();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children
          .map(child -> String.valueOf(child.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every TCP port somebody listens on. */
  private static Set<Integer> listening() {
    var ports = new TreeSet<Integer>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try (Stream<String> lines = Files.lines(Path.of(table))) {
        lines
            .skip(1)
            .map(line -> line.strip().split(" +"))
            .filter(fields -> fields[3].equals("0A"))
            .map(fields -> fields[1].substring(fields[1].indexOf(':') + 1))
            .forEach(port -> ports.add(Integer.parseInt(port, 16)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return ports;
  }
}
