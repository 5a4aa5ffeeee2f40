import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The product on a data directory of its own, and what every benchmark does with it. */
final class Product implements AutoCloseable {
  final Path root;
  final Path data;
  final int port;
  final String token = UUID.randomUUID().toString();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final Map<String, String> settings = new HashMap<>();
  private Process server;

  /**
   * @param root the checkout
   * @param place where the data directory is made
   */
  Product(Path root, Path place) throws IOException {
    this.root = root;
    this.data =
        Files.createTempDirectory(
            place,
            "howdah-benchmark",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
    }
  }

  long pid() {
    return server.pid();
  }

  /** Starts the server; seconds until it is healthy. */
  double start() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            root.resolve("howdah").toString(), "server", "--data", data.toString(), "--port", "" + port);
    builder.environment().put("HOWDAH_ADMIN_EMAIL", "benchmark@example.com");
    builder.environment().put("HOWDAH_ADMIN_TOKEN", token);
    builder.environment().put("HOWDAH_RATE_LIMIT", "1000000000");
    builder.environment().putAll(settings);
    builder.redirectErrorStream(true).redirectOutput(data.resolve("benchmark.log").toFile());
    long begin = System.nanoTime();
    server = builder.start();
    while (true) {
      // A bare connection, so that asking does not take the time that it measures.
      try (var bare = new Socket("127.0.0.1", port)) {
        if (get("/healthz").startsWith("ok")) {
          return seconds(begin);
        }
      } catch (IOException | IllegalStateException notYet) {
        if (!server.isAlive() || seconds(begin) > 120) {
          throw new IllegalStateException(log());
        }
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  String log() throws IOException {
    return Files.readString(data.resolve("benchmark.log"));
  }

  void stop() throws InterruptedException {
    server.destroy();
    server.waitFor();
  }

  /** Stops everything and deletes it. */
  @Override
  public void close() throws Exception {
    if (server != null) {
      stop();
      run(List.of(root.resolve("howdah").toString(), "server", "--stop-databases", "--data", data.toString()));
    }
    run(List.of("rm", "-rf", data.toString()));
  }

  // --- the API ---

  void app(String name) throws IOException {
    post("/apps", "{\"name\":\"" + name + "\"}");
  }

  String post(String path, String body) throws IOException {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  String get(String path) throws IOException {
    return send(request(path).GET().build());
  }

  void send(String method, String path, String body) throws IOException {
    send(request(path).method(method, HttpRequest.BodyPublishers.ofString(body)).build());
  }

  void delete(String path) throws IOException {
    send(request(path).DELETE().build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
        .timeout(Duration.ofMinutes(10))
        .header("Authorization", "Bearer " + token);
  }

  private String send(HttpRequest request) throws IOException {
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IllegalStateException(request.uri() + ": " + answer.body());
      }
      return answer.body();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  static String field(String json, String before) {
    Matcher matcher = Pattern.compile(before + "([^\"]+)\"").matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + before + " in " + json);
    }
    return matcher.group(1);
  }

  // --- other programs, and numbers ---

  static void run(List<String> words) throws Exception {
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(words.getFirst() + " failed: " + words);
    }
  }

  /** What it prints; it has to succeed. */
  static String output(List<String> words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException(words.getFirst() + " failed: " + words + "\n" + output);
    }
    return output;
  }

  /** The directory of PostgreSQL's programs for servers. */
  static String programs() throws IOException {
    try (var versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      return versions.sorted().toList().getLast().resolve("bin").toString();
    }
  }

  /** Before a program that PostgreSQL does not let root run. */
  static List<String> asServer(String... words) {
    List<String> all = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      all.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    all.addAll(Arrays.asList(words));
    return all;
  }

  static double percentile(List<Double> values, int percent) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, (int) Math.ceil(percent / 100.0 * sorted.size()) - 1));
  }

  static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
