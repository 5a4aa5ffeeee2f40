import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The benchmarks of the finished product; see {@code run}. Uses the JDK and the product alone. */
final class Benchmark {
  private final Product product;

  private Benchmark(Product product) {
    this.product = product;
  }

  public static void main(String[] args) throws Exception {
    List<String> protection = List.of("fork", "rollback", "follow", "change", "archive");
    if (args.length >= 2 && args[1].equals("backups")) {
      Backups.measure(Path.of(args[0]), args.length == 3 ? Double.parseDouble(args[2]) : 1);
    } else if (args.length == 2 && args[1].equals("logs")) {
      Logs.measure(Path.of(args[0]));
    } else if (args.length >= 2 && protection.contains(args[1])) {
      int gigabytes = args.length >= 3 ? Integer.parseInt(args[2]) : 1;
      Protection.measure(Path.of(args[0]), args[1], gigabytes, args.length == 4 ? args[3] : "");
    } else if (args.length == 2) {
      measure(Path.of(args[0]), args[1]);
    } else {
      System.err.println(
          "usage: run create|density|info|start|requests|all, or run fork|rollback|follow|change|archive [GB [here|xfs]]");
      System.exit(2);
    }
  }

  private static void measure(Path root, String what) throws Exception {
    try (Product product = new Product(root, Path.of("/tmp"))) {
      Benchmark benchmark = new Benchmark(product);
      product.start();
      switch (what) {
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
        default -> throw new IllegalArgumentException("no benchmark " + what);
      }
    }
  }

  private void create() throws Exception {
    int rounds = 30;
    product.app("create");
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
        product.delete("/apps/create");
        product.app("create");
      }
    }
    product.delete("/apps/create");
    double floor = Product.percentile(plain, 50);
    System.out.printf("%ncreate: API call to the first statement over TLS, %d each%n", rounds);
    System.out.printf("  %-28s %7s %7s %22s%n", "", "p50", "p95", "p50 ÷ plain initdb");
    row("hobby-dev (p95 ≤ 1 s)", hobby, floor);
    row("standard-0 (p95 ≤ 2 s)", standard, floor);
    row("initdb, start, first psql", plain, floor);
  }

  private void density() throws Exception {
    int count = 50;
    product.app("density");
    product.post("/apps/density/addons", "{\"plan\":\"heroku-postgresql:hobby-dev\"}");
    long begin = System.nanoTime();
    for (int i = 1; i < count; i++) {
      product.post("/apps/density/addons", "{\"plan\":\"heroku-postgresql:hobby-dev\"}");
    }
    double each = Product.seconds(begin) / (count - 1);
    TimeUnit.SECONDS.sleep(10);
    List<Double> memory = new ArrayList<>();
    try (var clusters = Files.list(product.data.resolve("postgres"))) {
      for (Path cluster : clusters.toList()) {
        Path pidFile = cluster.resolve("data/postmaster.pid");
        if (Files.exists(pidFile)) {
          memory.add(pss(Long.parseLong(Files.readAllLines(pidFile).getFirst().strip())));
        }
      }
    }
    product.delete("/apps/density");
    double mean = memory.stream().mapToDouble(d -> d).average().orElse(0);
    System.out.printf("%ndensity: %d idle hobby databases, made in %.2f s each%n", count, each);
    System.out.printf(
        "  proportional memory of one: mean %.1f MiB, largest %.1f MiB (%.2f of 10 MiB)%n",
        mean, Collections.max(memory), mean / 10);
  }

  private void info() throws Exception {
    Path stock = product.root.resolve("acceptance/node/node_modules/.bin/heroku");
    if (!Files.exists(stock)) {
      System.out.println("info: left out, the stock command is not installed (./verify does it)");
      return;
    }
    product.app("info-benchmark");
    product.post("/apps/info-benchmark/addons", "{\"plan\":\"heroku-postgresql:hobby-dev\"}");
    List<Double> howdah = new ArrayList<>();
    List<Double> heroku = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      double ours = command(List.of(product.root.resolve("howdah").toString(), "pg:info", "-a", "info-benchmark"));
      double theirs = command(List.of(stock.toString(), "pg:info", "-a", "info-benchmark"));
      if (i > 0) {
        howdah.add(ours);
        heroku.add(theirs);
      }
    }
    product.delete("/apps/info-benchmark");
    double floor = Product.percentile(heroku, 50);
    System.out.printf("%ninfo: pg:info, the whole command, 15 each, interleaved%n");
    System.out.printf("  %-28s %7s %7s %22s%n", "", "p50", "p95", "p50 ÷ stock");
    row("howdah (≤ 0.25)", howdah, floor);
    row("heroku from npm", heroku, floor);
  }

  private void start() throws Exception {
    List<Double> starts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      product.stop();
      double took = product.start();
      if (i > 0) {
        starts.add(took);
      }
    }
    TimeUnit.SECONDS.sleep(5);
    double resident = kilobytes(product.pid(), "status", "VmRSS:") / 1024;
    System.out.printf("%nstart: process start to /healthz, 5 times, the control database running%n");
    System.out.printf(
        "  p50 %.2f s, worst %.2f s (%.2f of 1.5 s); resident when idle %.0f MiB (%.2f of 250)%n",
        Product.percentile(starts, 50),
        Collections.max(starts),
        Product.percentile(starts, 50) / 1.5,
        resident,
        resident / 250);
  }

  private void requests() throws Exception {
    product.app("requests");
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
    product.delete("/apps/requests");
    System.out.printf("%nrequests: 32 connections for 10 s, the load made on the same machine%n");
    System.out.printf("  %-28s %9s %9s %9s%n", "", "per s", "p50 ms", "p99 ms");
    for (var one : List.of(Map.entry("GET /apps/:app", app), Map.entry("GET /healthz", health))) {
      System.out.printf(
          "  %-28s %9.0f %9.2f %9.2f%n",
          one.getKey(),
          one.getValue().size() / 10.0,
          Product.percentile(one.getValue(), 50) * 1000,
          Product.percentile(one.getValue(), 99) * 1000);
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
                product.get(path);
                times.add(Product.seconds(begin));
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
    String addon = product.post("/apps/" + app + "/addons", "{\"plan\":\"heroku-postgresql:" + plan + "\"}");
    String name = Product.field(addon, "config_vars\":\\[\"");
    String url = Product.field(product.get("/apps/" + app + "/config-vars"), name + "\":\"");
    Product.run(List.of("psql", url + "?sslmode=require", "-Xqtc", "select 1"));
    return Product.seconds(begin);
  }

  /** The same without Howdah: initdb, start, first statement. */
  private double plainInitdb() throws Exception {
    String bin = Product.programs();
    Path directory = Files.createTempDirectory("plain");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    String pgdata = directory.resolve("d").toString();
    String options = "-k " + directory + " -c listen_addresses=";
    long begin = System.nanoTime();
    Product.run(Product.asServer(bin + "/initdb", "-D", pgdata, "-U", "postgres", "-A", "trust"));
    Product.run(Product.asServer(bin + "/pg_ctl", "-D", pgdata, "-w", "-l", directory + "/log", "-o", options, "start"));
    Product.run(Product.asServer("psql", "-h", directory.toString(), "-U", "postgres", "-Xqtc", "select 1"));
    double took = Product.seconds(begin);
    Product.run(Product.asServer(bin + "/pg_ctl", "-D", pgdata, "-m", "immediate", "stop"));
    Product.run(List.of("rm", "-rf", directory.toString()));
    return took;
  }

  private double command(List<String> words) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder
        .environment()
        .putAll(
            Map.of(
                "HEROKU_HOST", "http://localhost:" + product.port,
                "HEROKU_DATA_HOST", "localhost",
                "HEROKU_PARTICLEBOARD_URL", "http://localhost:" + product.port,
                "HEROKU_API_KEY", product.token,
                "DISABLE_TELEMETRY", "true",
                "HEROKU_SKIP_NEW_VERSION_CHECK", "true",
                "HEROKU_DISABLE_AUTOUPDATE", "1",
                "HEROKU_NOTIFICATIONS", "0",
                "HOME", product.data.toString()));
    long begin = System.nanoTime();
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    double took = process.waitFor() == 0 ? Product.seconds(begin) : Double.NaN;
    if (!output.contains("Hobby-dev")) {
      throw new IllegalStateException(words + ": " + output);
    }
    return took;
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

  private static void row(String name, List<Double> times, double floor) {
    System.out.printf(
        "  %-28s %6.2fs %6.2fs %22.2f%n",
        name, Product.percentile(times, 50), Product.percentile(times, 95), Product.percentile(times, 50) / floor);
  }
}
