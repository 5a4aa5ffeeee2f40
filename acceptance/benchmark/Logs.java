import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The benchmarks of logs; see {@code run}. */
final class Logs {
  private static final int LINES = 150_000;
  private static final int ROUNDS = 4;

  private final Product product;
  private final String url;
  private final Path log;

  private Logs(Product product) throws Exception {
    this.product = product;
    product.app("logs");
    String addon =
        product.post("/apps/logs/addons", "{\"plan\":\"heroku-postgresql:standard-0\"}");
    while (!product.get("/apps/logs/config-vars").contains("DATABASE_URL")) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    this.url = Product.field(product.get("/apps/logs/config-vars"), "\"DATABASE_URL\":\"");
    String id = Product.field(addon, "\"id\":\"(?=[0-9a-f-]{36}\",\"name\":\"postgresql-)");
    this.log = product.data.resolve("postgres").resolve(id).resolve("log/postgresql.log");
  }

  static void measure(Path root) throws Exception {
    try (Product product = new Product(root, Path.of("/tmp"))) {
      product.settings.putAll(Map.of("HOWDAH_DRAIN_TO", "any", "HOWDAH_LOG_RATE", "0"));
      product.start();
      Logs logs = new Logs(product);
      logs.tail();
      logs.cost();
      logs.drain();
    }
  }

  // --- from a server's log into a peer ---

  /** Reads what comes as fast as it comes, and counts the lines. */
  private static final class Peer implements AutoCloseable {
    final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    final AtomicLong lines = new AtomicLong();

    Peer() throws IOException {
      Thread.ofPlatform().daemon().start(this::accept);
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket peer = server.accept();
          Thread.ofPlatform().daemon().start(() -> read(peer));
        } catch (IOException closed) {
          return;
        }
      }
    }

    private void read(Socket peer) {
      byte[] bytes = new byte[1 << 18];
      try (InputStream in = peer.getInputStream()) {
        for (int got = in.read(bytes); got >= 0; got = in.read(bytes)) {
          int ends = 0;
          for (int i = 0; i < got; i++) {
            ends += bytes[i] == '\n' ? 1 : 0;
          }
          lines.addAndGet(ends);
        }
      } catch (IOException gone) {
        // So be it.
      }
    }

    /** How many lines a second come of what is appended to a file now. */
    double append(Path file, byte[] text) throws Exception {
      lines.set(0);
      long begin = System.nanoTime();
      Files.write(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      while (lines.get() < LINES) {
        if (Product.seconds(begin) > 120) {
          throw new IllegalStateException("only " + lines + " lines came of " + file);
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
      return LINES / Product.seconds(begin);
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private static byte[] lines() {
    StringBuilder text = new StringBuilder(LINES * 320);
    for (int i = 1; i <= LINES; i++) {
      text.append("sql_error_code = 00000 time_ms = \"2026-11-29 03:04:%02d.%03d UTC\" pid=\"19913\""
          .formatted(i / 1000 % 60, i % 1000));
      text.append(" proc_start_time=\"2026-11-29 03:00:00 UTC\" session_id=\"6565a1f0.1e62e5\" vtid=\"2/");
      text.append(i).append("\" tid=\"0\" log_line=\"").append(i);
      text.append("\" database=\"d1abcdefgh\" connection_source=\"1.2.3.4(12345)\" user=\"uabcdefg\"");
      text.append(" application_name=\"psql\" LOG:  probe ").append(i).append(".\n");
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private void drain() throws Exception {
    byte[] text = lines();
    Path work = product.data.resolve("rsyslog");
    Files.createDirectories(work);
    try (Peer ours = new Peer();
        Peer theirs = new Peer()) {
      product.post(
          "/apps/logs/log-drains",
          "{\"url\":\"syslog://127.0.0.1:" + ours.server.getLocalPort() + "\"}");
      Path file = work.resolve("postgresql.log");
      Files.createFile(file);
      Path configuration =
          Files.writeString(
              work.resolve("rsyslog.conf"),
              """
              global(workDirectory="%1$s" maxMessageSize="64k")
              module(load="imfile")
              input(type="imfile" File="%2$s" Tag="postgres" Facility="local0" ruleset="out"
                    addMetadata="off" startmsg.regex="^sql_error_code")
              ruleset(name="out" queue.type="LinkedList" queue.size="100000"
                      queue.dequeueBatchSize="1024") {
                action(type="omfwd" target="127.0.0.1" port="%3$d" protocol="tcp"
                       TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")
              }
              """
                  .formatted(work, file, theirs.server.getLocalPort()));
      Process rsyslog =
          new ProcessBuilder(
                  "/usr/sbin/rsyslogd", "-n", "-f", configuration.toString(), "-i", work + "/pid")
              .redirectErrorStream(true)
              .redirectOutput(work.resolve("out").toFile())
              .start();
      try {
        // rsyslog holds a message back until the next one begins.
        Files.writeString(file, "sql_error_code = 0\nsql_error_code = 0\n", StandardOpenOption.APPEND);
        while (theirs.lines.get() == 0) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        List<Double> howdah = new ArrayList<>();
        List<Double> other = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
          double one = ours.append(log, text);
          double two = theirs.append(file, text);
          if (round > 0) { // the first one warms both up
            howdah.add(one);
            other.add(two);
          }
        }
        double a = Product.percentile(howdah, 50);
        double b = Product.percentile(other, 50);
        System.out.printf(
            "%ndrain: %,d lines (%d MB) of a server's log to a peer, %d times in turns, lines a second%n"
                + "  howdah   p50 %,9.0f  %s%n  rsyslog  p50 %,9.0f  %s%n  ratio %.2f (target >= 1)%n",
            LINES, text.length >> 20, ROUNDS, a, rounded(howdah), b, rounded(other), a / b);
      } finally {
        rsyslog.destroy();
        rsyslog.waitFor();
      }
    }
  }

  private static List<Long> rounded(List<Double> values) {
    return values.stream().map(Math::round).toList();
  }

  // --- from the server's write to a tail ---

  private void tail() throws Exception {
    int count = 400;
    String session = product.post("/apps/logs/log-sessions", "{\"lines\":0,\"tail\":true}");
    String address = Product.field(session, "\"logplex_url\":\"");
    Map<Integer, Long> arrived = new ConcurrentHashMap<>();
    HttpClient client = HttpClient.newHttpClient();
    Thread.ofVirtual()
        .start(() -> {
          try (var in =
              new BufferedReader(
                  new InputStreamReader(
                      client
                          .send(
                              HttpRequest.newBuilder(URI.create(address))
                                  .header("Accept", "text/event-stream")
                                  .build(),
                              HttpResponse.BodyHandlers.ofInputStream())
                          .body()))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
              int at = line.indexOf("LOG:  waited for ");
              if (at >= 0) {
                arrived.put(Integer.parseInt(line.substring(at + 17)), System.nanoTime());
              }
            }
          } catch (IOException | InterruptedException ended) {
            // With the benchmark.
          }
        });
    List<Double> millis = new ArrayList<>();
    try (Connection connection = connect();
        Statement sql = connection.createStatement()) {
      for (int i = 1; i <= count; i++) {
        long begin = System.nanoTime();
        sql.execute("DO $$ BEGIN RAISE LOG 'waited for " + i + "'; END $$");
        while (!arrived.containsKey(i)) {
          if (Product.seconds(begin) > 30) {
            throw new IllegalStateException("line " + i + " did not arrive");
          }
          TimeUnit.MICROSECONDS.sleep(200);
        }
        millis.add((arrived.get(i) - begin) / 1e6);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    System.out.printf(
        "%ntail: from the statement to the event, %d lines: p50 %.1f ms, p99 %.1f ms (target 250), worst %.1f ms%n",
        count,
        Product.percentile(millis, 50),
        Product.percentile(millis, 99),
        Product.percentile(millis, 100));
  }

  private Connection connect() throws Exception {
    URI uri = URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s?sslmode=require".formatted(uri.getHost(), uri.getPort(), uri.getPath()),
        login[0],
        login[1]);
  }

  // --- what collecting costs the database ---

  private void cost() throws Exception {
    List<String> pgbench = List.of(Product.programs() + "/pgbench");
    List<String> fill = new ArrayList<>(pgbench);
    fill.addAll(List.of("-i", "-q", "-s", "10", url));
    Product.run(fill);
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      with.add(transactions(pgbench));
      // The database runs on; nobody reads what it says, measures or archives it.
      Product.run(List.of("kill", "-STOP", "" + product.pid()));
      try {
        without.add(transactions(pgbench));
      } finally {
        Product.run(List.of("kill", "-CONT", "" + product.pid()));
      }
    }
    double a = Product.percentile(with, 50);
    double b = Product.percentile(without, 50);
    System.out.printf(
        "%ncost: pgbench -c 4, 5 times 8 s in turns: %,.0f tps, with Howdah stopped %,.0f: cost %.1f %% (target 3)%n",
        a, b, 100 * (1 - a / b));
  }

  private double transactions(List<String> pgbench) throws Exception {
    List<String> words = new ArrayList<>(pgbench);
    words.addAll(List.of("-n", "-c", "4", "-T", "8", url));
    return Double.parseDouble(
        Product.output(words).replaceAll("(?s).*tps = ([0-9.]+).*", "$1"));
  }
}
