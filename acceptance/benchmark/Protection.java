import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The benchmarks of copies of a database, and of what protecting it costs; see {@code run}. */
final class Protection {
  private static final String APP = "protection";
  private static final Path HERE = Path.of("/tmp");

  /**
   * A row of the filler is about a kilobyte, and does not compress to nothing: its words come again
   * after more bytes than any compressor here looks back.
   */
  private static final String FILL =
      """
      create table filler as
      with words as (
        select k, (select string_agg(md5(k::text || i), '') from generate_series(1, 29) i) as word
        from generate_series(0, 8191) k)
      select n, md5(n::text) || word as t from generate_series(1, %d) n join words on k = n %% 8192
      """;

  /** Before the id of an add-on, in what is said about it: its name follows. */
  private static final String ADDON = "\"id\":\"(?=[0-9a-f-]{36}\",\"name\":\"postgresql-)";

  private static final int ROWS_A_GIGABYTE = 1_040_000;

  private final Product product;

  /** A database of the product. */
  private record Database(String id, String name, String variable, String url) {}

  private Protection(Product product) {
    this.product = product;
  }

  static void measure(Path root, String what, int gigabytes, String where) throws Exception {
    if (!where.equals("xfs")) {
      measure(root, what, gigabytes, HERE);
    }
    if (where.equals("xfs") || where.isEmpty() && what.equals("fork")) {
      try (Xfs xfs = Xfs.mount(4 * gigabytes + 4)) {
        measure(root, what, gigabytes, xfs.directory());
      } catch (IllegalStateException notHere) {
        System.out.println("fork: no XFS on this machine, left out: " + notHere.getMessage());
      }
    }
  }

  private static void measure(Path root, String what, int gigabytes, Path place) throws Exception {
    try (Product product = new Product(root, place)) {
      product.start();
      product.app(APP);
      Protection protection = new Protection(product);
      System.out.printf(
          "%n%s: %d GB on %s%n",
          what,
          gigabytes,
          Product.output(List.of("stat", "-f", "-c", "%T", place.toString())).strip());
      switch (what) {
        case "fork" -> protection.fork(gigabytes);
        case "rollback" -> protection.rollback(gigabytes);
        case "follow" -> protection.follow(gigabytes);
        case "change" -> protection.change(gigabytes);
        case "archive" -> protection.archive();
        default -> throw new IllegalArgumentException("no benchmark " + what);
      }
    }
  }

  // --- the measurements ---

  /** From the API call to the first row written, beside what does the same by hand. */
  private void fork(int gigabytes) throws Exception {
    Database source = filled(gigabytes);
    List<Double> forks = new ArrayList<>();
    List<Double> copies = new ArrayList<>();
    // In turns, so that what else the machine does meets both.
    for (int i = 0; i < 3; i++) {
      settle();
      long begin = System.nanoTime();
      Database fork = await(copy("{\"fork\":\"" + source.name + "\"}"));
      sql(fork.url, "create table first_write (n int)");
      forks.add(Product.seconds(begin));
      product.delete("/apps/" + APP + "/addons/" + fork.id);
      copies.add(plainCopy(source));
    }
    double copy = Product.percentile(copies, 50);
    row("fork, to the first row", Product.percentile(forks, 50), copy);
    row("cp -a --reflink=never, and sync", copy, copy);
    if (!HERE.equals(product.data.getParent())) {
      return;
    }
    try (Plain plain = new Plain(product.data.getParent(), gigabytes)) {
      settle();
      row("pg_basebackup, start, first row", plain.baseBackup(), copy);
      settle();
      row("pg_dump | psql, first row", plain.dump(), copy);
    }
  }

  /** From the API call to the first row read, beside pgbackrest and PostgreSQL's recovery by hand. */
  private void rollback(int gigabytes) throws Exception {
    Database source = filled(gigabytes);
    String moment = ask(source.url, "select to_char(now(), 'YYYY-MM-DD HH24:MI:SS.US') || '+00'");
    sql(source.url, "create table later (n int)");
    operator(source, "select pg_switch_wal()");
    TimeUnit.SECONDS.sleep(2);
    settle();
    long begin = System.nanoTime();
    Database copy =
        await(copy("{\"rollback\":\"%s\",\"to\":\"%s\"}".formatted(source.name, moment)));
    ask(copy.url, "select max(n) from filler");
    double took = Product.seconds(begin);
    settle();
    double plain = restoreByHand(source, moment);
    row("rollback, to the first row", took, plain);
    row("pgbackrest restore, recovery", plain, plain);
  }

  /** From the API call until it answers and streams, beside pg_basebackup and a standby's start. */
  private void follow(int gigabytes) throws Exception {
    Database leader = filled(gigabytes);
    settle();
    long begin = System.nanoTime();
    Database follower = await(copy("{\"follow\":\"" + leader.name + "\"}"));
    ask(follower.url, "select max(n) from filler");
    while (!operator(leader, "select state from pg_stat_replication").contains("streaming")) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    double took = Product.seconds(begin);
    try (Plain plain = new Plain(product.data.getParent(), gigabytes)) {
      settle();
      double base = plain.standby();
      row("follower, to streaming", took, base);
      row("pg_basebackup -R, start", base, base);
    }
  }

  /** The longest time between two acknowledged rows of four writers. */
  private void change(int gigabytes) throws Exception {
    Database database = filled(gigabytes);
    sql(database.url, "create table written (n bigint generated always as identity)");
    List<Double> inPlace = new ArrayList<>();
    for (String plan : List.of("standard-2", "standard-0", "standard-2")) {
      settle();
      var url = new AtomicReference<>(database.url);
      try (Writers writers = new Writers(url, 4)) {
        TimeUnit.SECONDS.sleep(2);
        product.send(
            "PATCH",
            "/apps/" + APP + "/addons/" + database.id,
            "{\"plan\":\"heroku-postgresql:" + plan + "\"}");
        await(database.id);
        TimeUnit.SECONDS.sleep(2);
        inPlace.add(writers.longestGap());
      }
    }
    settle();
    // B6.14, its steps one after the other as a script would have them.
    Database follower = await(copy("{\"follow\":\"" + database.name + "\"}"));
    var url = new AtomicReference<>(database.url);
    double takeOver;
    try (Writers writers = new Writers(url, 4)) {
      TimeUnit.SECONDS.sleep(2);
      writers.pause();
      while (!product
          .get("/client/v11/databases/" + follower.id)
          .contains("{\"name\":\"Behind By\",\"values\":[\"0 commits\"]")) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      product.send("PUT", "/client/v11/databases/" + follower.id + "/unfollow", "{}");
      await(follower.id);
      product.post(
          "/addon-attachments",
          "{\"addon\":{\"name\":\"%s\"},\"app\":{\"name\":\"%s\"},\"confirm\":\"%s\",\"name\":\"DATABASE\"}"
              .formatted(follower.name, APP, APP));
      url.set(Product.field(product.get("/apps/" + APP + "/config-vars"), "\"DATABASE_URL\":\""));
      writers.resume();
      TimeUnit.SECONDS.sleep(2);
      takeOver = writers.longestGap();
    }
    System.out.printf(
        "  addons:upgrade in place, 3 times: longest time without a write %.2f s, median %.2f s (%.2f of 2 s)%n",
        Collections.max(inPlace),
        Product.percentile(inPlace, 50),
        Collections.max(inPlace) / 2);
    System.out.printf(
        "  a follower takes over (B6.14): without a write %.2f s (%.2f of 2 s)%n", takeOver, takeOver / 2);
  }

  /** pgbench on a protected database and on one that archives nothing, in turns. */
  private void archive() throws Exception {
    Database on = create();
    Database off = create();
    for (Database database : List.of(on, off)) {
      pgbench(database, "--initialize", "--quiet", "--scale=20");
    }
    operator(off, "alter system set archive_mode = off");
    // Its server comes back by itself, with the setting.
    Product.run(List.of("kill", "-9", pidFile(off).getFirst().strip()));
    while (!answers(off) || !operator(off, "show archive_mode").strip().equals("off")) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      settle();
      with.add(throughput(on));
      settle();
      without.add(throughput(off));
    }
    // The first of each warms the caches.
    double protectedRate = with.stream().skip(1).mapToDouble(d -> d).average().orElse(0);
    double plainRate = without.stream().skip(1).mapToDouble(d -> d).average().orElse(0);
    System.out.printf(
        "  pgbench, 4 clients, 5 times 15 s in turns: %.0f a second protected, %.0f not: %.3f (≥ 0.95)%n",
        protectedRate, plainRate, protectedRate / plainRate);
  }

  private double throughput(Database database) throws Exception {
    String said = pgbench(database, "--no-vacuum", "--client=4", "--jobs=2", "--time=15");
    return Double.parseDouble(said.replaceAll("(?s).*tps = ([0-9.]+).*", "$1"));
  }

  // --- databases of the product ---

  private Database create() throws Exception {
    return await(
        Product.field(
            product.post(
                "/apps/" + APP + "/addons", "{\"plan\":\"heroku-postgresql:standard-0\"}"),
            ADDON));
  }

  /** One with as much in it, whose archive has everything. */
  private Database filled(int gigabytes) throws Exception {
    Database database = create();
    while (!product.get("/client/v11/databases/" + database.id).contains("earliest from")) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    long begin = System.nanoTime();
    sql(database.url, FILL.formatted(gigabytes * ROWS_A_GIGABYTE));
    operator(database, "checkpoint");
    String last = operator(database, "select pg_walfile_name(pg_switch_wal())").strip();
    while (!operator(
            database, "select last_archived_wal >= '" + last + "' from pg_stat_archiver")
        .contains("t")) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
    System.out.printf("  (its source was filled and archived in %.0f s)%n", Product.seconds(begin));
    return database;
  }

  /** Asks for a copy; its id. */
  private String copy(String config) throws IOException {
    return Product.field(
        product.post(
            "/apps/" + APP + "/addons",
            "{\"plan\":\"heroku-postgresql:standard-0\",\"config\":" + config + "}"),
        ADDON);
  }

  /** Waits until a database may be used. */
  private Database await(String id) throws Exception {
    while (true) {
      String status = product.get("/client/v11/databases/" + id + "/wait_status");
      if (status.contains("\"error?\":true")) {
        throw new IllegalStateException(status);
      }
      if (status.contains("\"waiting?\":false")) {
        String addon = product.get("/apps/" + APP + "/addons/" + id);
        String variable = Product.field(addon, "config_vars\":\\[\"");
        String url = Product.field(product.get("/apps/" + APP + "/config-vars"), variable + "\":\"");
        String name = Product.field(addon, "\"name\":\"(?=postgresql-)");
        return new Database(id, name, variable, url);
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static Connection connect(String url) throws SQLException {
    java.net.URI uri = java.net.URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s?sslmode=require".formatted(uri.getHost(), uri.getPort(), uri.getPath()),
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

  private static boolean answers(Database database) {
    try (Connection connection = connect(database.url)) {
      return connection.isValid(5);
    } catch (SQLException notYet) {
      return false;
    }
  }

  private String pgbench(Database database, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of(Product.programs() + "/pgbench"));
    words.addAll(List.of(options));
    words.add(database.url + "?sslmode=require");
    return Product.output(words);
  }

  private Path home(Database database) {
    return product.data.resolve("postgres").resolve(database.id);
  }

  private List<String> pidFile(Database database) throws IOException {
    return Files.readAllLines(home(database).resolve("data/postmaster.pid"));
  }

  /** A statement of the operator's, over the Unix socket. */
  private String operator(Database database, String sql) throws Exception {
    List<String> server = pidFile(database);
    String name = database.url.substring(database.url.lastIndexOf('/') + 1);
    return Product.output(
        List.of(
            "psql", "-XqAt", "-h", server.get(4).strip(), "-p", server.get(3).strip(), "-U", "postgres", "-d", name,
            "-c", sql));
  }

  // --- the same by hand ---

  private double plainCopy(Database source) throws Exception {
    Path target = product.data.resolveSibling(product.data.getFileName() + "-plain");
    settle();
    long begin = System.nanoTime();
    // Without write-ahead log, which a fork makes anew.
    Product.run(
        List.of(
            "sh", "-c",
            "mkdir \"$2\" && cd \"$1\" && for f in *; do [ $f = pg_wal ] || cp -a --reflink=never $f \"$2\" || exit; done",
            "sh", home(source).resolve("data").toString(), target.toString()));
    Product.run(List.of("sync", "-f", target.toString()));
    double took = Product.seconds(begin);
    Product.run(List.of("rm", "-rf", target.toString()));
    return took;
  }

  /** What an operator would do with the same repository. */
  private double restoreByHand(Database source, String moment) throws Exception {
    Path place = Files.createTempDirectory(product.data.getParent(), "restored");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path target = Files.createDirectory(place.resolve("data"));
    String conf =
        operator(source, "show archive_command").replaceAll("(?s).*--config='([^']+)'.*", "$1");
    String pgbackrest = "pgbackrest --config=" + conf + " --stanza=howdah --pg1-path=" + target;
    long begin = System.nanoTime();
    Product.output(
        List.of(
            "sh", "-c", pgbackrest + " --lock-path=" + place + " --process-max=2 --type=time '--target=" + moment + "' --target-action=promote restore"));
    Path settings = target.resolve("postgresql.auto.conf");
    Files.writeString(
        settings,
        Files.readString(settings)
            + "\nrestore_command = '" + pgbackrest + " --lock-path=" + place + " --no-archive-async archive-get %f \"%p\"'\n"
            // So that its start ends when the recovery does.
            + "hot_standby = off\narchive_mode = off\nlisten_addresses = ''\nunix_socket_directories = '" + place + "'\n");
    // The repository is the source's own user's.
    Object owner = Files.getAttribute(home(source).resolve("data"), "unix:uid");
    Product.run(List.of("chown", "-R", owner + ":" + owner, place.toString()));
    List<String> start = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      start.addAll(List.of("setpriv", "--reuid=" + owner, "--regid=" + owner, "--clear-groups", "--"));
    }
    start.addAll(
        List.of(
            Product.programs() + "/pg_ctl", "-D", target.toString(), "-w", "-t", "3600", "-l", place + "/log",
            "-o", "-c config_file=" + plainSettings(place), "start"));
    Product.run(start);
    double took = Product.seconds(begin);
    Product.run(List.of("kill", "-QUIT", Files.readAllLines(target.resolve("postmaster.pid")).getFirst().strip()));
    TimeUnit.SECONDS.sleep(1);
    Product.run(List.of("rm", "-rf", place.toString()));
    return took;
  }

  private static Path plainSettings(Path place) throws IOException {
    Path file = Files.writeString(place.resolve("postgresql.conf"), "max_connections = 150\nshared_buffers = 256MB\n");
    Files.writeString(place.resolve("data/pg_hba.conf"), "local all all trust\n");
    return file;
  }

  private static void settle() throws Exception {
    Product.run(List.of("sync"));
    TimeUnit.SECONDS.sleep(1);
  }

  private static void row(String name, double took, double floor) {
    System.out.printf("  %-34s %8.2f s %8.2f%n", name, took, took / floor);
  }

  /** A file system that can share blocks between files, in a file of its own. */
  private record Xfs(Path image, Path directory) implements AutoCloseable {

    static Xfs mount(int gigabytes) throws Exception {
      Path image = Files.createTempFile("howdah-benchmark", ".xfs");
      Path directory = Files.createTempDirectory("howdah-benchmark-xfs");
      Xfs xfs = new Xfs(image, directory);
      try {
        Product.run(List.of("truncate", "-s", gigabytes + "G", image.toString()));
        Product.run(List.of("mkfs.xfs", "-q", "-m", "reflink=1", image.toString()));
        Product.run(List.of("mount", "-o", "loop", image.toString(), directory.toString()));
        Product.run(List.of("chmod", "711", directory.toString()));
        return xfs;
      } catch (IOException noSuchProgram) {
        xfs.delete();
        throw new IllegalStateException(noSuchProgram.getMessage());
      } catch (IllegalStateException e) {
        xfs.delete();
        throw e;
      }
    }

    @Override
    public void close() throws Exception {
      Product.run(List.of("umount", directory.toString()));
      delete();
    }

    private void delete() throws IOException {
      Files.deleteIfExists(image);
      Files.deleteIfExists(directory);
    }
  }

  /** PostgreSQL without Howdah, with the same in it. */
  private static final class Plain implements AutoCloseable {
    private final Path place;
    private final String bin = Product.programs();

    Plain(Path parent, int gigabytes) throws Exception {
      place = Files.createTempDirectory(parent, "howdah-benchmark-plain");
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
      run(bin + "/initdb", "-D", place + "/source", "-U", "postgres", "-A", "trust");
      start("source");
      psql("source", FILL.formatted(gigabytes * ROWS_A_GIGABYTE));
      psql("source", "checkpoint");
    }

    double baseBackup() throws Exception {
      long begin = System.nanoTime();
      run(bin + "/pg_basebackup", "-h", socket("source"), "-U", "postgres", "-D", place + "/copy", "-c", "fast");
      start("copy");
      psql("copy", "create table first_write (n int)");
      double took = Product.seconds(begin);
      drop("copy");
      return took;
    }

    double standby() throws Exception {
      long begin = System.nanoTime();
      run(bin + "/pg_basebackup", "-h", socket("source"), "-U", "postgres", "-D", place + "/copy", "-c", "fast", "-R");
      start("copy");
      psql("copy", "select max(n) from filler");
      double took = Product.seconds(begin);
      drop("copy");
      return took;
    }

    double dump() throws Exception {
      long begin = System.nanoTime();
      psql("source", "create database copy");
      run(
          "sh", "-c",
          "%s/pg_dump -h %s -U postgres -Fc -Z0 postgres | %s/pg_restore -h %s -U postgres -d copy"
              .formatted(bin, socket("source"), bin, socket("source")));
      run("psql", "-h", socket("source"), "-U", "postgres", "-Xqtc", "create table first_write (n int)", "copy");
      return Product.seconds(begin);
    }

    private String socket(String name) throws IOException {
      return Files.createDirectories(place.resolve(name + "-socket")).toString();
    }

    private void start(String name) throws Exception {
      Path socket = Path.of(socket(name));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
      run(
          bin + "/pg_ctl", "-D", place.resolve(name).toString(), "-w", "-t", "3600", "-l", place + "/" + name + ".log",
          "-o", "-k " + socket + " -c listen_addresses= -c shared_buffers=256MB -c max_wal_size=4GB", "start");
    }

    private void psql(String name, String sql) throws Exception {
      run("psql", "-h", socket(name), "-U", "postgres", "-Xqtc", sql);
    }

    private void drop(String name) throws Exception {
      run(bin + "/pg_ctl", "-D", place.resolve(name).toString(), "-m", "immediate", "stop");
      Product.run(List.of("rm", "-rf", place.resolve(name).toString()));
    }

    private static void run(String... words) throws Exception {
      Product.run(Product.asServer(words));
    }

    @Override
    public void close() throws Exception {
      drop("source");
      Product.run(List.of("rm", "-rf", place.toString()));
    }
  }

  /** Connections that each write one row after the other, and when rows were acknowledged. */
  private static final class Writers implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;
    private volatile boolean paused;
    private long last = System.nanoTime();
    private long longest;

    Writers(AtomicReference<String> url, int count) {
      for (int i = 0; i < count; i++) {
        threads.add(Thread.ofVirtual().start(() -> write(url)));
      }
    }

    private void write(AtomicReference<String> url) {
      while (!over) {
        String address = url.get();
        try (Connection connection = paused ? null : connect(address);
            var insert = connection == null ? null : connection.prepareStatement("insert into written default values")) {
          while (insert != null && !over && !paused) {
            insert.execute();
            acknowledged();
          }
        } catch (SQLException down) {
          // Tried again at once, as a connection pool does.
        }
        try {
          TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private synchronized void acknowledged() {
      long now = System.nanoTime();
      longest = Math.max(longest, now - last);
      last = now;
    }

    /** The app in maintenance: its connections are closed. */
    void pause() {
      paused = true;
    }

    void resume() {
      paused = false;
    }

    synchronized double longestGap() {
      return longest / 1e9;
    }

    @Override
    public void close() throws InterruptedException {
      over = true;
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }
}
