import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The benchmarks of the finished product; see {@code run}. Uses the JDK and the product alone. */
final class Benchmark {
  private final Path root;
  private final Path data;
  private final int port;
  private final String token = UUID.randomUUID().toString();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Process server;

  private Benchmark(Path root) throws IOException {
    this.root = root;
    this.data =
        Files.createTempDirectory(
            "howdah-benchmark",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("usage: run create|density|info|start|requests|all");
      System.exit(2);
    }
    Benchmark benchmark = new Benchmark(Path.of(args[0]));
    try {
      benchmark.startServer();
      switch (args[1]) {
        case "create" -> benchmark.create();
        case "density" -> benchmark.density();
        case "info" -> benchmark.info();
        case "start" -> benchmark.start();
        case "requests" -> benchmark.requests();
        case "all" -> {
          benchmark.start();
          benchmark.requests();
          benchmark.create();
          benchmark.info();
          benchmark.density();
        }
        default -> throw new IllegalArgumentException("no benchmark " + args[1]);
      }
    } finally {
      benchmark.cleanUp();
    }
  }

  private void create() throws Exception {
    int rounds = 30;
    app("create");
    // Templates are made once per installation; what is measured is every database after that.
    firstSql("create", "hobby-dev");
    firstSql("create", "standard-0");
    List<Double> hobby = new ArrayList<>();
    List<Double> standard = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      hobby.add(firstSql("create", "hobby-dev"));
      standard.add(firstSql("create", "standard-0"));
      if (i % 3 == 0) {
        plain.add(plainInitdb());
      }
      if (i % 10 == 9) {
        delete("/apps/create");
        app("create");
      }
    }
    delete("/apps/create");
    double floor = percentile(plain, 50);
    System.out.printf("%ncreate: API call to the first statement over TLS, %d each%n", rounds);
    System.out.printf("  %-28s %7s %7s %22s%n", "", "p50", "p95", "p50 ÷ plain initdb");
    row("hobby-dev (p95 ≤ 1 s)", hobby, floor);
    row("standard-0 (p95 ≤ 2 s)", standard, floor);
    row("initdb, start, first psql", plain, floor);
  }

  private void density() throws Exception {
    int count = 50;
    app("density");
    post("/apps/density/addons", "{\"plan\":\"heroku-postgresql:hobby-dev\"}");
    long begin = System.nanoTime();
    for (int i = 1; i < count; i++) {
      post("/apps/density/addons", "{\"plan\":\"heroku-postgresql:hobby-dev\"}");
    }
    double each = seconds(begin) / (count - 1);
    TimeUnit.SECONDS.sleep(10);
    List<Double> memory = new ArrayList<>();
    try (var clusters = Files.list(data.resolve("postgres"))) {
      for (Path cluster : clusters.toList()) {
        Path pidFile = cluster.resolve("data/postmaster.pid");
        if (Files.exists(pidFile)) {
          memory.add(pss(Long.parseLong(Files.readAllLines(pidFile).getFirst().strip())));
        }
      }
    }
    delete("/apps/density");
    double mean = memory.stream().mapToDouble(d -> d).average().orElse(0);
    System.out.printf("%ndensity: %d idle hobby databases, made in %.2f s each%n", count, each);
    System.out.printf(
        "  proportional memory of one: mean %.1f MiB, largest %.1f MiB (%.2f of 10 MiB)%n",
        mean, Collections.max(memory), mean / 10);
  }

  private void info() throws Exception {
    Path stock = root.resolve("acceptance/node/node_modules/.bin/heroku");
    if (!Files.exists(stock)) {
      System.out.println("info: left out, the stock command is not installed (./verify does it)");
      return;
    }
    app("info-benchmark");
    post("/apps/info-benchmark/addons", "{\"plan\":\"heroku-postgresql:hobby-dev\"}");
    List<Double> howdah = new ArrayList<>();
    List<Double> heroku = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      double ours = command(List.of(root.resolve("howdah").toString(), "pg:info", "-a", "info-benchmark"));
      double theirs = command(List.of(stock.toString(), "pg:info", "-a", "info-benchmark"));
      if (i > 0) {
        howdah.add(ours);
        heroku.add(theirs);
      }
    }
    delete("/apps/info-benchmark");
    double floor = percentile(heroku, 50);
    System.out.printf("%ninfo: pg:info, the whole command, 15 each, interleaved%n");
    System.out.printf("  %-28s %7s %7s %22s%n", "", "p50", "p95", "p50 ÷ stock");
    row("howdah (≤ 0.25)", howdah, floor);
    row("heroku from npm", heroku, floor);
  }

  private void start() throws Exception {
    List<Double> starts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      stopServer();
      double took = startServer();
      if (i > 0) {
        starts.add(took);
      }
    }
    TimeUnit.SECONDS.sleep(5);
    double resident = kilobytes(server.pid(), "status", "VmRSS:") / 1024;
    System.out.printf("%nstart: process start to /healthz, 5 times, the control database running%n");
    System.out.printf(
        "  p50 %.2f s, worst %.2f s (%.2f of 1.5 s); resident when idle %.0f MiB (%.2f of 250)%n",
        percentile(starts, 50),
        Collections.max(starts),
        percentile(starts, 50) / 1.5,
        resident,
        resident / 250);
  }

  private void requests() throws Exception {
    app("requests");
    // Both, or the one that is measured first pays for the compiler.
    load("/apps/requests", 8);
    load("/healthz", 8);
    List<Double> health = new ArrayList<>();
    List<Double> app = new ArrayList<>();
    // In turns, so that what else the machine does meets both.
    for (int i = 0; i < 5; i++) {
      health.addAll(load("/healthz", 2));
      app.addAll(load("/apps/requests", 2));
    }
    delete("/apps/requests");
    System.out.printf("%nrequests: 32 connections for 10 s, the load made on the same machine%n");
    System.out.printf("  %-28s %9s %9s %9s%n", "", "per s", "p50 ms", "p99 ms");
    for (var one : List.of(Map.entry("GET /apps/:app", app), Map.entry("GET /healthz", health))) {
      System.out.printf(
          "  %-28s %9.0f %9.2f %9.2f%n",
          one.getKey(),
          one.getValue().size() / 10.0,
          percentile(one.getValue(), 50) * 1000,
          percentile(one.getValue(), 99) * 1000);
    }
    System.out.printf("  ratio %.2f%n", (double) app.size() / health.size());
  }

  private List<Double> load(String path, int forSeconds) throws Exception {
    var times = new ConcurrentLinkedQueue<Double>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(forSeconds);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 32; i++) {
        threads.submit(
            () -> {
              while (System.nanoTime() < end) {
                long begin = System.nanoTime();
                get(path);
                times.add(seconds(begin));
              }
              return null;
            });
      }
    }
    return new ArrayList<>(times);
  }

  /** Seconds from the API call to the answer of the first statement through the URL handed out. */
  private double firstSql(String app, String plan) throws Exception {
    long begin = System.nanoTime();
    String addon = post("/apps/" + app + "/addons", "{\"plan\":\"heroku-postgresql:" + plan + "\"}");
    String name = field(addon, "config_vars\":\\[\"");
    String url = field(get("/apps/" + app + "/config-vars"), name + "\":\"");
    run(List.of("psql", url + "?sslmode=require", "-Xqtc", "select 1"));
    return seconds(begin);
  }

  /** The same without Howdah: initdb, start, first statement. */
  private double plainInitdb() throws Exception {
    String bin;
    try (var versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      bin = versions.sorted().toList().getLast().resolve("bin").toString();
    }
    Path directory = Files.createTempDirectory("plain");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    List<String> as =
        System.getProperty("user.name").equals("root")
            ? List.of("runuser", "-u", "postgres", "--")
            : List.of();
    String pgdata = directory.resolve("d").toString();
    String options = "-k " + directory + " -c listen_addresses=";
    long begin = System.nanoTime();
    run(with(as, bin + "/initdb", "-D", pgdata, "-U", "postgres", "-A", "trust"));
    run(with(as, bin + "/pg_ctl", "-D", pgdata, "-w", "-l", directory + "/log", "-o", options, "start"));
    run(with(as, "psql", "-h", directory.toString(), "-U", "postgres", "-Xqtc", "select 1"));
    double took = seconds(begin);
    run(with(as, bin + "/pg_ctl", "-D", pgdata, "-m", "immediate", "stop"));
    run(List.of("rm", "-rf", directory.toString()));
    return took;
  }

  private double startServer() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            root.resolve("howdah").toString(), "server", "--data", data.toString(), "--port", "" + port);
    builder.environment().put("HOWDAH_ADMIN_EMAIL", "benchmark@example.com");
    builder.environment().put("HOWDAH_ADMIN_TOKEN", token);
    builder.environment().put("HOWDAH_RATE_LIMIT", "1000000000");
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
          throw new IllegalStateException(Files.readString(data.resolve("benchmark.log")));
        }
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private void stopServer() throws InterruptedException {
    server.destroy();
    server.waitFor();
  }

  private void cleanUp() throws Exception {
    stopServer();
    run(List.of(root.resolve("howdah").toString(), "server", "--stop-databases", "--data", data.toString()));
    run(List.of("rm", "-rf", data.toString()));
  }

  private double command(List<String> words) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder
        .environment()
        .putAll(
            Map.of(
                "HEROKU_HOST", "http://localhost:" + port,
                "HEROKU_DATA_HOST", "localhost",
                "HEROKU_PARTICLEBOARD_URL", "http://localhost:" + port,
                "HEROKU_API_KEY", token,
                "DISABLE_TELEMETRY", "true",
                "HEROKU_SKIP_NEW_VERSION_CHECK", "true",
                "HEROKU_DISABLE_AUTOUPDATE", "1",
                "HEROKU_NOTIFICATIONS", "0",
                "HOME", data.toString()));
    long begin = System.nanoTime();
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    double took = process.waitFor() == 0 ? seconds(begin) : Double.NaN;
    if (!output.contains("Hobby-dev")) {
      throw new IllegalStateException(words + ": " + output);
    }
    return took;
  }

  private void app(String name) throws Exception {
    post("/apps", "{\"name\":\"" + name + "\"}");
  }

  private String post(String path, String body) throws IOException {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private String get(String path) throws IOException {
    return send(request(path).GET().build());
  }

  private void delete(String path) throws IOException {
    send(request(path).DELETE().build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
        .timeout(Duration.ofSeconds(60))
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

  private static String field(String json, String before) {
    Matcher matcher = Pattern.compile(before + "([^\"]+)\"").matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + before + " in " + json);
    }
    return matcher.group(1);
  }

  private static double pss(long postmaster) {
    List<Long> pids = new ArrayList<>(List.of(postmaster));
    ProcessHandle.of(postmaster).stream()
        .flatMap(ProcessHandle::children)
        .forEach(child -> pids.add(child.pid()));
    return pids.stream().mapToDouble(pid -> kilobytes(pid, "smaps_rollup", "Pss:")).sum() / 1024;
  }

  private static double kilobytes(long pid, String file, String field) {
    try {
      return Files.readAllLines(Path.of("/proc", "" + pid, file)).stream()
          .filter(line -> line.startsWith(field))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
          .sum();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static void run(List<String> words) throws Exception {
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(words.getFirst() + " failed: " + words);
    }
  }

  private static List<String> with(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(Arrays.asList(more));
    return all;
  }

  private static void row(String name, List<Double> times, double floor) {
    System.out.printf(
        "  %-28s %6.2fs %6.2fs %22.2f%n",
        name, percentile(times, 50), percentile(times, 95), percentile(times, 50) / floor);
  }

  private static double percentile(List<Double> values, int percent) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, (int) Math.ceil(percent / 100.0 * sorted.size()) - 1));
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
