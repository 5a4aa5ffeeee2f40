package dev.howdah.acceptance.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Drains, metrics and reports, with the stock command where it has a word for them. */
@Timeout(300)
class SignalsIT {
  private static RunningServer server;
  private static TestApp app;
  private static String addon;

  @BeforeAll
  static void start() {
    server =
        RunningServer.start(Map.of("HOWDAH_METRICS_INTERVAL", "PT2S", "HOWDAH_DRAIN_TO", "any"));
    app = TestApp.create(server, "signals");
    addon = app.addDatabase("standard-0");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aDrainOfTheStockCommandGetsEveryLineInOrder() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (ServerSocket receiver = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            while (!receiver.isClosed()) {
              try (Socket peer = receiver.accept();
                  var in =
                      new BufferedReader(
                          new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8))) {
                in.lines().forEach(lines::add);
              } catch (IOException closed) {
                return;
              }
            }
          });
      String url = "syslog://127.0.0.1:" + receiver.getLocalPort();
      assertThat(server.heroku("drains:add", url, "-a", app.name()).succeeded().out())
          .contains("Successfully added drain " + url);
      String token = server.get(app.path("/log-drains")).get(0).path("token").asString();
      assertThat(server.heroku("drains", "-a", app.name()).succeeded().out()).contains(url, token);
      assertThat(server.howdah("drains", "-a", app.name()).succeeded().out()).contains(url, token);
      try (Connection connection = app.connect();
          Statement sql = connection.createStatement()) {
        for (int i = 1; i <= 500; i++) {
          sql.execute("DO $$ BEGIN RAISE LOG 'probe %.', " + i + "; END $$");
        }
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> lines.stream().anyMatch(line -> line.contains("LOG:  probe 500.")));
      assertThat(lines)
          .filteredOn(line -> line.contains("LOG:  probe "))
          .hasSize(500)
          .allMatch(line ->
              line.matches(
                  "\\d+ <134>1 \\S+ "
                      + token
                      + " app postgres\\.\\d+ - - \\[[A-Z]+] \\[\\d+-1]  .*"))
          .extracting(line -> Integer.parseInt(line.replaceAll(".*probe ([0-9]+)\\..*", "$1")))
          .isSorted();
      assertThat(server.heroku("drains:remove", url, "-a", app.name()).succeeded().out())
          .contains("Successfully removed drain " + url);
      assertThat(server.get(app.path("/log-drains"))).isEmpty();
    }
  }

  @Test
  void theMetricsLineIsTheBooksAndItsNumbersAreTrue() throws Exception {
    try (Tail tail =
            Tail.of(
                server.command("heroku", "logs", "-p", "heroku-postgres", "-t", "-a", app.name()));
        Connection connection = app.connect();
        Connection waiting = app.connect();
        Statement sql = connection.createStatement();
        Statement blocked = waiting.createStatement()) {
      sql.execute(
          "CREATE TABLE IF NOT EXISTS measured AS SELECT g, repeat('x', 500) t FROM generate_series(1, 20000) g");
      connection.setAutoCommit(false);
      sql.execute("LOCK TABLE measured");
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  blocked.execute("SELECT count(*) FROM measured");
                } catch (java.sql.SQLException ended) {
                  // By the end of the test.
                }
              });
      String line = tail.awaitLine(" sample#waiting-connections=1 ");
      assertThat(line)
          .matches(
              "\\S+\\+00:00 app\\[heroku-postgres]: source=HEROKU_POSTGRESQL_[A-Z]+"
                  + " sample#current_transaction=\\d+ sample#db_size=\\d+bytes sample#tables=\\d+"
                  + " sample#active-connections=2 sample#waiting-connections=1"
                  + " sample#index-cache-hit-rate=[01](\\.\\d{1,5})?"
                  + " sample#table-cache-hit-rate=[01](\\.\\d{1,5})?"
                  + " sample#load-avg-1m=[\\d.]+ sample#load-avg-5m=[\\d.]+ sample#load-avg-15m=[\\d.]+"
                  + " sample#read-iops=[\\d.]+ sample#write-iops=[\\d.]+"
                  + " sample#memory-total=\\d+kB sample#memory-free=\\d+kB"
                  + " sample#memory-cached=\\d+kB sample#memory-postgres=\\d+kB"
                  + " sample#tmp-disk-used=\\d+ sample#tmp-disk-available=\\d+"
                  + " sample#wal-percentage-used=[\\d.]+ addon="
                  + addon);
      sql.execute("SELECT 1");
      connection.rollback();
      waiter.join();
      long size = Long.parseLong(app.sql("SELECT pg_database_size(current_database())").getFirst());
      long transaction =
          Long.parseLong(app.sql("SELECT txid_snapshot_xmax(txid_current_snapshot())").getFirst());
      assertThat(number(line, "tables"))
          .isEqualTo(
              Double.parseDouble(app.sql("SELECT count(*) FROM pg_stat_user_tables").getFirst()));
      assertThat(number(line, "db_size")).isBetween(size * 0.9, size * 1.1);
      assertThat(number(line, "current_transaction"))
          .isBetween(transaction - 50.0, (double) transaction);
      assertThat(number(line, "memory-postgres")).isBetween(3_000.0, 500_000.0);
      assertThat(number(line, "write-iops")).isGreaterThanOrEqualTo(0);
    }
  }

  private static double number(String line, String sample) {
    return Double.parseDouble(line.replaceAll(".*sample#" + sample + "=([0-9.]+).*", "$1"));
  }

  private static HttpResponse<String> scrape(String token, String accept) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(server.url() + "/metrics"))
              .header("Authorization", "Bearer " + token)
              .header("Accept", accept)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void prometheusReadsTheSameNumbers() throws Exception {
    assertThat(scrape("nobody", "*/*").statusCode()).isEqualTo(401);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> scrape(server.token(), "*/*").body().contains("howdah_database_size_bytes{"));
    String text = scrape(server.token(), "*/*").body();
    assertThat(text)
        .containsPattern(
            "howdah_database_size_bytes\\{addon=\"" + addon + "\",plan=\"standard-0\"} ")
        .contains("howdah_operations{kind=\"create-database\",state=\"succeeded\"} 1.0")
        .contains("howdah_drain_lost_total 0.0", "howdah_log_tails ", "jvm_memory_used_bytes")
        .containsPattern(
            "howdah_api_requests_seconds_count\\{method=\"GET\",route=\"/apps/\\{app}");
    HttpResponse<String> open = scrape(server.token(), "application/openmetrics-text");
    assertThat(open.headers().firstValue("Content-Type").orElse("")).contains("openmetrics");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @Test
  void aReportIsMadeAndShownAgain() throws Exception {
    app.sql("CREATE UNLOGGED TABLE loose (id int)");
    app.sql("CREATE TABLE numbered (id serial PRIMARY KEY)");
    app.sql("SELECT setval('numbered_id_seq', 2000000000)");
    for (int i = 0; i < 21; i++) {
      app.sql("CREATE SCHEMA IF NOT EXISTS extra_" + i);
    }
    try (Connection holder = app.connect();
        Connection waiting = app.connect();
        Statement holds = holder.createStatement();
        Statement waits = waiting.createStatement()) {
      holder.setAutoCommit(false);
      holds.execute("LOCK TABLE numbered");
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  waits.execute("SELECT count(*) FROM numbered");
                } catch (java.sql.SQLException ended) {
                  // By the end of the test.
                }
              });
      await()
          .until(() ->
              !app.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").isEmpty());
      String report = server.heroku("pg:diagnose", "-a", app.name()).succeeded().out();
      holder.rollback();
      waiter.join();
      assertThat(report)
          .matches(
              "(?s)Report [0-9a-f-]{36} for signals::\\S+_URL\navailable for one month after creation on .*")
          .contains(
              "RED: Blocking Queries",
              "RED: Sequences",
              "YELLOW: Unlogged Tables",
              "YELLOW: Schema Count",
              "GREEN: Connection Count",
              "GREEN: Long Queries",
              "GREEN: Long Transactions",
              "GREEN: Idle in Transaction",
              "GREEN: Indexes",
              "GREEN: Bloat",
              "GREEN: Table Transaction ID Wraparound",
              "GREEN: Database Transaction ID Wraparound",
              "public.loose",
              "numbered_id_seq")
          .containsPattern("(GREEN|YELLOW|RED): Load")
          .doesNotContain("SKIPPED");
      String id = report.replaceAll("(?s)Report (\\S+) .*", "$1");
      assertThat(server.heroku("pg:diagnose", id, "-a", app.name()).succeeded().out())
          .isEqualTo(report);
      assertThat(server.howdah("pg:diagnose", id, "-a", app.name()).succeeded().out())
          .contains("Report " + id, "RED: Sequences");
      assertThat(server.howdah("pg:diagnose", "-a", app.name(), "--json").succeeded().out())
          .contains("\"Schema Count\"");
    }
  }
}
