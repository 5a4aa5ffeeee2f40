package dev.howdah.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import dev.howdah.server.TestServer.Client;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class LogSessionsIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String app = "logs-" + UUID.randomUUID().toString().substring(0, 8);

  @BeforeEach
  void makeApp() {
    SERVER.admin().post("/apps", Map.of("name", app)).expect(201);
    SERVER.admin().patch("/apps/" + app + "/config-vars", Map.of("FOO", "bar")).expect(200);
  }

  @AfterEach
  void close() {
    SERVER.admin().delete("/apps/" + app);
    http.close();
  }

  private static Answer session(Client client, String app, Map<String, Object> body) {
    return client.post("/apps/" + app + "/log-sessions", body);
  }

  private String url(Map<String, Object> body) {
    return session(SERVER.admin(), app, body).expect(201).text("/logplex_url");
  }

  private BufferedReader open(String url, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Accept", "text/event-stream")
            .timeout(Duration.ofSeconds(10));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    return new BufferedReader(new InputStreamReader(response.body(), UTF_8));
  }

  private static List<String> data(BufferedReader events) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (line.startsWith("data: ")) {
        lines.add(line.substring(6));
      }
    }
    return lines;
  }

  private static String next(BufferedReader events, String prefix) throws IOException {
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (line.startsWith(prefix)) {
        return line.substring(prefix.length());
      }
    }
    throw new AssertionError("the stream ended");
  }

  @Test
  void tellsWhatHappenedAndCloses() throws Exception {
    List<String> lines = data(open(url(Map.of("lines", 100, "tail", false))));
    assertThat(lines).hasSize(6);
    assertThat(lines.getFirst())
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00 heroku\\[api]: Initial"
                + " release by admin@example.com");
    assertThat(lines.get(4)).endsWith("heroku[api]: Set FOO config vars by admin@example.com");
    assertThat(lines.get(5)).endsWith("heroku[api]: Release v3 created by admin@example.com");
  }

  @Test
  void tellsOnlyTheNewestLinesThatWereAskedFor() throws Exception {
    assertThat(data(open(url(Map.of("lines", 1)))))
        .singleElement()
        .asString()
        .contains("Release v3");
    assertThat(data(open(url(Map.of("lines", 0))))).isEmpty();
  }

  @Test
  void filtersBySourceAndProcess() throws Exception {
    assertThat(data(open(url(Map.of("source", "app"))))).isEmpty();
    assertThat(data(open(url(Map.of("dyno", "postgres"))))).isEmpty();
    assertThat(data(open(url(Map.of("dyno", "api"))))).hasSize(6);
  }

  @Test
  void aTailGoesOnAndComesBackWhereItWas() throws Exception {
    String url = url(Map.of("lines", 1, "tail", true));
    String seen;
    try (BufferedReader events = open(url)) {
      assertThat(next(events, "data: ")).contains("Release v3");
      SERVER.admin().patch("/apps/" + app + "/config-vars", Map.of("BAR", "baz")).expect(200);
      seen = next(events, "id: ");
      assertThat(next(events, "data: ")).contains("Set BAR config vars");
    }
    try (BufferedReader events = open(url, "Last-Event-ID", seen)) {
      assertThat(next(events, "data: ")).contains("Release v4");
    }
  }

  @Test
  void aTailEndsWithItsApp() throws Exception {
    try (BufferedReader events = open(url(Map.of("lines", 1, "tail", true)))) {
      assertThat(next(events, "data: ")).contains("Release v3");
      SERVER.admin().delete("/apps/" + app).expect(200);
      assertThat(data(events)).isEmpty();
    }
  }

  @Test
  void aForgedTicketOpensNothing() {
    String url = url(Map.of());
    String path = URI.create(url).getPath();
    SERVER.nobody().get(path).expect(200);
    for (int i = path.lastIndexOf('/') + 1; i < path.length(); i += 7) {
      char other = path.charAt(i) == 'A' ? 'B' : 'A';
      String forged = path.substring(0, i) + other + path.substring(i + 1);
      SERVER.nobody().get(forged).expect(404);
    }
    SERVER.nobody().get("/log-sessions/!!!").expect(404);
    SERVER.nobody().get("/log-sessions/AAAA").expect(404);
  }

  @Test
  void isForThoseWhoMayUseTheApp() {
    session(SERVER.stranger(), app, Map.of()).expect(403);
  }
}
