package dev.howdah.acceptance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Howdah as users get it: {@code ./howdah server} of this checkout, as a process of its own on a
 * fresh data directory and ports of its own. Closing it stops the server and every PostgreSQL
 * server it started, proves that no process is left, and deletes the directory.
 *
 * <p>Most tests share one: {@code @ExtendWith(SharedServer.class)} and a parameter of this type.
 * Tests that kill or configure it start their own in a try-with-resources statement.
 *
 * <p>Not thread-safe as to starting and stopping; commands and requests may run in parallel.
 */
public final class RunningServer implements AutoCloseable {
  private static final Duration START_PATIENCE = Duration.ofMinutes(1);
  private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();

  /** The checkout under test: the directory that holds the launcher. */
  public static final Path CHECKOUT = checkout();

  /** The directory of the stock command and the Node.js driver. */
  public static final Path NODE = CHECKOUT.resolve("acceptance/node");

  private final PortBlock ports;
  private final Path root;
  private final Path data;
  private final String email = "admin@example.com";
  private final String token = UUID.randomUUID().toString();
  private final HttpClient http = HttpClient.newHttpClient();
  private Map<String, String> settings;
  private Map<String, String> userEnvironment = Map.of();
  private @Nullable Process process;

  /** Closes it when the test run is interrupted. */
  private final Thread onInterrupt = new Thread(this::end);

  private RunningServer(Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
    this.ports = PortBlock.reserve();
    try {
      // Every user may pass through, as the PostgreSQL servers' own users must.
      root = Files.createTempDirectory(Path.of("/tmp"), "howdah-acceptance-");
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
      data = root.resolve("data");
      Files.createDirectories(home().resolve(".cache/heroku"));
      // The stock command's note on terms of service appears once; we have seen it.
      Files.createFile(home().resolve(".cache/heroku/terms-of-service"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a server and waits until it is healthy. */
  public static RunningServer start() {
    return start(Map.of());
  }

  /** Starts a server that is told more in its environment, such as HOWDAH_FAULT. */
  public static RunningServer start(Map<String, String> settings) {
    var server = new RunningServer(settings);
    Runtime.getRuntime().addShutdownHook(server.onInterrupt);
    try {
      server.launch();
      server.awaitHealthy();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  // --- what there is to know about it ---

  /** The address of the API. */
  public URI url() {
    return URI.create("http://localhost:" + port());
  }

  /** The port of the API. */
  public int port() {
    return ports.http();
  }

  /** The ports its databases may have, first and last. */
  public List<Integer> databasePorts() {
    return Stream.of(ports.databases().split("-", 2)).map(Integer::valueOf).toList();
  }

  /** The data directory. */
  public Path data() {
    return data;
  }

  /** The home directory of whoever runs the commands. */
  public Path home() {
    return root.resolve("home");
  }

  /** A directory for a test's own files, gone with the server. */
  public Path workspace(String name) {
    try {
      return Files.createDirectories(root.resolve("work").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first account. */
  public String email() {
    return email;
  }

  /** Its token, which is its password, too. */
  public String token() {
    return token;
  }

  /** The process id of the server. */
  public long pid() {
    return process().pid();
  }

  /** Whether the server process lives. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Everything the server printed so far. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The processes, other than the server itself, that work in the data directory. */
  public List<ProcessHandle> databaseProcesses() {
    return ProcessHandle.allProcesses()
        .filter(other -> process == null || other.pid() != process.pid())
        .filter(other -> commandLine(other.pid()).contains(data.toString()))
        .toList();
  }

  // --- starting and stopping ---

  /** Ends the server as {@code kill -9} does, and waits until it is gone. */
  public void kill() {
    try {
      process().destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Stops the server as {@code howdah down} does; the databases run on. */
  public void stop() {
    try {
      process().destroy();
      if (!process().waitFor(30, TimeUnit.SECONDS)) {
        kill();
        throw new AssertionError("the server did not stop within 30 seconds:\n" + log());
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Waits until the server has ended by itself, as with HOWDAH_FAULT, and gives its exit code. */
  public int awaitEnd(Duration patience) {
    try {
      if (!process().waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the server still runs after " + patience);
      }
      return process().exitValue();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Starts the stopped or killed server again and waits until it is healthy. */
  public void restart() {
    restart(settings);
  }

  /** Starts the stopped or killed server again with other settings. */
  public void restart(Map<String, String> others) {
    if (isAlive()) {
      throw new IllegalStateException("the server still runs");
    }
    settings = Map.copyOf(others);
    launch();
    awaitHealthy();
  }

  /** Starts the server process without waiting; {@link #awaitHealthy} may follow. */
  public void launch() {
    try {
      var builder =
          new ProcessBuilder(
                  CHECKOUT.resolve("howdah").toString(),
                  "server",
                  "--data",
                  data.toString(),
                  "--port",
                  Integer.toString(port()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
              .redirectInput(new File("/dev/null"));
      Map<String, String> environment = builder.environment();
      environment.clear();
      environment.putAll(plainEnvironment());
      environment.put("HOWDAH_ADMIN_EMAIL", email);
      environment.put("HOWDAH_ADMIN_TOKEN", token);
      environment.put("HOWDAH_RATE_LIMIT", "1000000");
      environment.put("HOWDAH_DATABASE_PORTS", ports.databases());
      environment.putAll(settings);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until /healthz answers 200. */
  public void awaitHealthy() {
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (!healthy()) {
      if (!isAlive()) {
        throw new AssertionError("the server ended while starting:\n" + log());
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not healthy after " + START_PATIENCE + ":\n" + log());
      }
      pause(20);
    }
    if (userEnvironment.isEmpty()) {
      userEnvironment = readUserEnvironment();
    }
  }

  private boolean healthy() {
    try {
      var request = HttpRequest.newBuilder(url().resolve("/healthz")).timeout(START_PATIENCE);
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Stops everything, deletes everything, and fails when a process had to be killed for that. */
  @Override
  public void close() {
    try {
      if (Runtime.getRuntime().removeShutdownHook(onInterrupt)) {
        end();
      }
    } catch (IllegalStateException interrupted) {
      // The hook runs already.
    }
  }

  private void end() {
    if (process != null) {
      process.destroy();
      try {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      Ran stopped =
          command(
                  CHECKOUT.resolve("howdah").toString(),
                  "server",
                  "--stop-databases",
                  "--data",
                  data.toString())
              .run();
      List<String> left = endAll();
      deleteRoot();
      ports.close();
      if (!left.isEmpty() || stopped.exit() != 0) {
        throw new AssertionError("left behind: " + left + "\n" + stopped);
      }
    } else {
      deleteRoot();
      ports.close();
    }
  }

  /** Kills what still works in the data directory, and names it. */
  private List<String> endAll() {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    // A server's helpers may outlive it by a moment.
    while (!databaseProcesses().isEmpty() && System.nanoTime() < deadline) {
      pause(50);
    }
    var names = new ArrayList<String>();
    for (ProcessHandle left : databaseProcesses()) {
      names.add(left.pid() + " " + commandLine(left.pid()));
      left.destroyForcibly();
    }
    return names;
  }

  private void deleteRoot() {
    // Files belong to several users; rm copes with that better than a walk of our own.
    new Command(
            List.of("rm", "-rf", root.toString()),
            plainEnvironment(),
            Path.of("/"),
            "",
            COMMAND_PATIENCE)
        .run();
  }

  // --- commands ---

  /**
   * A command of a user who typed {@code eval "$(./howdah env)"}: with the stock command, ours and
   * everything of the system on the PATH, and a home directory of its own.
   */
  public Command command(String... words) {
    var environment = new HashMap<>(plainEnvironment());
    environment.putAll(userEnvironment);
    return new Command(List.of(words), environment, workspace("here"), "", COMMAND_PATIENCE);
  }

  /** Runs a command of such a user. */
  public Ran run(String... words) {
    return command(words).run();
  }

  /** Runs Heroku's own command, unchanged from npm, without a terminal. */
  public Ran heroku(String... arguments) {
    return command(words("heroku", arguments)).run();
  }

  /** Runs our command. */
  public Ran howdah(String... arguments) {
    return command(words("howdah", arguments)).run();
  }

  private static String[] words(String program, String... arguments) {
    var words = new ArrayList<String>();
    words.add(program);
    words.addAll(List.of(arguments));
    return words.toArray(String[]::new);
  }

  // --- requests ---

  /** Sends a request with the first account's token. */
  public HttpResponse<String> request(String method, String path, @Nullable Object body) {
    var publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
    var request =
        HttpRequest.newBuilder(url().resolve(path))
            .timeout(COMMAND_PATIENCE)
            .header("Accept", "application/vnd.heroku+json; version=3")
            .header("Authorization", "Bearer " + token)
            .method(method, publisher);
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** What is behind an address, asked for without a token. */
  public byte[] download(String url) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(URI.create(url)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new AssertionError(url + " answered " + response.statusCode());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The JSON that a successful GET answers. */
  public JsonNode get(String path) {
    return json(request("GET", path, null));
  }

  /** The JSON that a successful request with a body answers. */
  public JsonNode send(String method, String path, Object body) {
    return json(request(method, path, body));
  }

  private static JsonNode json(HttpResponse<String> response) {
    if (response.statusCode() / 100 != 2) {
      throw new AssertionError(
          response.request().method()
              + " "
              + response.uri()
              + " answered "
              + response.statusCode()
              + "\n"
              + response.body());
    }
    return JSON.readTree(response.body());
  }

  // --- details ---

  private Map<String, String> plainEnvironment() {
    var environment = new HashMap<String, String>();
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    environment.put("PATH", NODE.resolve("node_modules/.bin") + ":" + CHECKOUT + ":" + path);
    environment.put("HOME", home().toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("TZ", "UTC");
    environment.put("TERM", "dumb");
    environment.put("NO_COLOR", "1");
    for (String name : List.of("JAVA_HOME", "HOWDAH_JAVA_HOME", "HOWDAH_AOT")) {
      String value = System.getenv(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    return environment;
  }

  /** What {@code eval "$(./howdah env)"} adds to an empty environment. */
  private Map<String, String> readUserEnvironment() {
    Ran ran =
        new Command(
                List.of(
                    "bash",
                    "-c",
                    "eval \"$(howdah env --data \"$0\" --port \"$1\")\" && env -0",
                    data.toString(),
                    Integer.toString(port())),
                plainEnvironment(),
                workspace("here"),
                "",
                COMMAND_PATIENCE)
            .run()
            .succeeded();
    var added = new HashMap<String, String>();
    for (String line : ran.out().split("\0", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        added.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    added.keySet().removeAll(plainEnvironment().keySet());
    added.keySet().removeAll(List.of("PWD", "OLDPWD", "SHLVL", "_"));
    return added;
  }

  private Path logFile() {
    return root.resolve("server.log");
  }

  private Process process() {
    if (process == null) {
      throw new IllegalStateException("the server was never started");
    }
    return process;
  }

  /** The whole command line; the JDK's own view of other users' processes is often empty. */
  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
          .replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }

  private static Path checkout() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve("howdah")) && Files.exists(at.resolve("acceptance"))) {
        return at;
      }
    }
    throw new IllegalStateException("these tests run inside a checkout of Howdah");
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }
}
