import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The benchmarks of backups: captures and restores beside pg_dump and pg_restore; see {@code run}. */
final class Backups {
  private static final String APP = "backups";
  private static final int ROUNDS = 3;

  /** A row is about a kilobyte, and compresses about as well as text does. */
  private static final String FILL =
      "create table filler%1$d as select n, (select string_agg(md5((n %% 5000)::text || k), ' ')"
          + " from generate_series(1, 28) k) as t from generate_series(1, %2$d) n";

  private static final String SUMS =
      "select string_agg(sums.one, ' ') from (%s) sums";

  private static final int TABLES = 4;
  private static final int ROWS_A_GIGABYTE = 1_000_000;

  private final Product product;

  private record Database(String id, String url) {}

  private Backups(Product product) {
    this.product = product;
  }

  static void measure(Path root, double gigabytes) throws Exception {
    try (Product product = new Product(root, Path.of("/tmp"))) {
      product.start();
      product.app(APP);
      new Backups(product).measure(gigabytes);
    }
  }

  private void measure(double gigabytes) throws Exception {
    Database source = create();
    Database target = create();
    sql(source.url, "create extension hstore");
    for (int i = 1; i <= TABLES; i++) {
      sql(
          source.url,
          FILL.formatted(i, Math.round(gigabytes * ROWS_A_GIGABYTE / TABLES)),
          "alter table filler" + i + " add primary key (n)");
    }
    System.out.printf(
        "%nbackups: %s in %d tables%n",
        ask(source.url, "select pg_size_pretty(pg_database_size(current_database()))"), TABLES);
    String before = sums(source);
    Path file = product.data.resolve("plain.dump");
    List<Double> captures = new ArrayList<>();
    List<Double> dumps = new ArrayList<>();
    long idle = resident();
    long largest = 0;
    String backup = "";
    // In turns, so that what else the machine does meets both.
    for (int i = 0; i < ROUNDS; i++) {
      Files.deleteIfExists(file);
      long begin = System.nanoTime();
      Product.run(
          List.of(Product.programs() + "/pg_dump", "-Fc", "-f", file.toString(), libpq(source.url)));
      dumps.add(Product.seconds(begin));
      begin = System.nanoTime();
      backup =
          Product.field(
              product.post("/client/v11/databases/" + source.id + "/backups", "{}"),
              "\"uuid\":\"");
      largest = Math.max(largest, awaitEnd(backup));
      captures.add(Product.seconds(begin));
    }
    row("capture", captures, "pg_dump -Fc to a file", dumps, "≤ 1.10");
    System.out.printf(
        "  the server's memory: %d MiB before, %d MiB at the most during captures: %d more (≤ 64)%n",
        idle, largest, largest - idle);

    List<Double> restores = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    String url =
        Product.field(product.get("/client/v11/apps/" + APP + "/transfers/" + backup), "to_url\":\"");
    for (int i = 0; i < ROUNDS; i++) {
      Database empty = create();
      long begin = System.nanoTime();
      Product.run(
          List.of(
              Product.programs() + "/pg_restore",
              "-j2",
              "--no-acl",
              "--no-owner",
              "-d",
              libpq(empty.url),
              file.toString()));
      plain.add(Product.seconds(begin));
      product.delete("/apps/" + APP + "/addons/" + empty.id);
      begin = System.nanoTime();
      String restore =
          Product.field(
              product.post(
                  "/client/v11/databases/" + target.id + "/restores",
                  "{\"backup_url\":\"" + url + "\"}"),
              "\"uuid\":\"");
      awaitEnd(restore);
      restores.add(Product.seconds(begin));
    }
    row("restore", restores, "pg_restore -j2", plain, "≤ 1.10");
    System.out.printf(
        "  the restored database %s what was dumped%n",
        before.equals(sums(target)) ? "contains exactly" : "DIFFERS FROM");
    load(source);
  }

  /** What a capture costs the queries beside it. */
  private void load(Database database) throws Exception {
    pgbench(database, "--initialize", "--quiet", "--scale=20");
    List<Double> alone = new ArrayList<>();
    List<Double> beside = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      alone.add(throughput(database));
      String backup =
          Product.field(
              product.post("/client/v11/databases/" + database.id + "/backups", "{}"),
              "\"uuid\":\"");
      beside.add(throughput(database));
      awaitEnd(backup);
    }
    double before = Product.percentile(alone, 50);
    double during = Product.percentile(beside, 50);
    System.out.printf(
        "  pgbench, 4 clients, 10 s: %.0f a second, %.0f during a capture: %.2f%n",
        before, during, during / before);
  }

  private double throughput(Database database) throws Exception {
    String said = pgbench(database, "--no-vacuum", "--client=4", "--jobs=2", "--time=10");
    return Double.parseDouble(said.replaceAll("(?s).*tps = ([0-9.]+).*", "$1"));
  }

  private static String pgbench(Database database, String... options) throws Exception {
    var words = new ArrayList<>(List.of(Product.programs() + "/pgbench"));
    words.addAll(List.of(options));
    words.add(libpq(database.url));
    return Product.output(words);
  }

  private static void row(
      String what, List<Double> measured, String beside, List<Double> base, String wanted) {
    double ours = Product.percentile(measured, 50);
    double theirs = Product.percentile(base, 50);
    System.out.printf(
        "  %s: %.1f s, %s: %.1f s: %.2f (%s)%n", what, ours, beside, theirs, ours / theirs, wanted);
  }

  /** Waits for the end of a transfer; answers the most memory the server had meanwhile. */
  private long awaitEnd(String transfer) throws Exception {
    long largest = 0;
    while (true) {
      String json = product.get("/client/v11/apps/" + APP + "/transfers/" + transfer);
      largest = Math.max(largest, resident());
      if (!json.contains("\"finished_at\":null")) {
        if (!json.contains("\"succeeded\":true")) {
          throw new IllegalStateException(json);
        }
        return largest;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** MiB of the server that are in memory. */
  private long resident() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc", "" + product.pid(), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IllegalStateException("the server is gone");
  }

  private static String sums(Database database) throws SQLException {
    List<String> tables = new ArrayList<>();
    for (int i = 1; i <= TABLES; i++) {
      tables.add(
          "select md5(string_agg(md5(f::text), '' order by n)) as one from filler" + i + " f");
    }
    return ask(database.url, SUMS.formatted(String.join(" union all ", tables)));
  }

  private Database create() throws Exception {
    String made =
        product.post("/apps/" + APP + "/addons", "{\"plan\":\"heroku-postgresql:standard-0\"}");
    String id = Product.field(made, "\"id\":\"");
    String addon = product.get("/apps/" + APP + "/addons/" + id);
    String variable = Product.field(addon, "config_vars\":\\[\"");
    return new Database(
        id, Product.field(product.get("/apps/" + APP + "/config-vars"), variable + "\":\""));
  }

  private static String libpq(String url) {
    return url + "?sslmode=require";
  }

  private static Connection connect(String url) throws SQLException {
    var uri = java.net.URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s?sslmode=require"
            .formatted(uri.getHost(), uri.getPort(), uri.getPath()),
        login[0],
        login[1]);
  }

  private static void sql(String url, String... statements) throws SQLException {
    try (Connection connection = connect(url);
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String ask(String url, String query) throws SQLException {
    try (Connection connection = connect(url);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
