package dev.howdah.server.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.SettableClock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The wire itself, over a real socket, with routes made for the purpose. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTest {
  private static final String TOKEN = "a-token";
  private static final int LIMIT = 10_000;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Caller somebody =
      new Caller(UUID.randomUUID(), "somebody@example.com", false, UUID.randomUUID());
  private final CountDownLatch secondLine = new CountDownLatch(1);

  private int port;
  private Api api =
      new Api(token -> Optional.empty(), new RateLimit(1, new SettableClock()), List.of());

  private final List<Route> routes =
      List.of(
          Route.of("GET", "/hello", call -> Reply.ok(Map.of("email", call.caller().email()))),
          Route.of(
              "POST",
              "/things",
              Shape.object(Shape.required("name", Shape.name(20))),
              call -> Reply.created(Map.of("name", call.text("/name").orElseThrow()))),
          Route.of(
              "GET",
              "/numbers",
              call ->
                  Reply.page(
                      IntStream.rangeClosed(1, 25).boxed().toList(), Reply.by("id", n -> n))),
          Route.of(
              "GET",
              "/broken",
              call -> {
                throw new IllegalStateException("a secret of the house");
              }),
          Route.of(
              "GET",
              "/refused",
              call -> {
                throw ApiError.confirmationRequired("my-app", "Are you sure?");
              }),
          Route.of(
              "GET",
              "/warned",
              call -> Reply.ok(Map.of()).with("X-Heroku-Warning", "mind the gap")),
          Route.of("GET", "/origin", call -> Reply.ok(Map.of("origin", call.origin()))).open(),
          Route.of("GET", "/hello/{name}", call -> Reply.ok(Map.of("name", call.path("name"))))
              .open(),
          Route.of(
                  "GET",
                  "/stream",
                  call ->
                      new Reply.Stream(
                          "text/event-stream",
                          out -> {
                            out.write("first\n".getBytes(UTF_8));
                            out.flush();
                            try {
                              assertThat(secondLine.await(10, TimeUnit.SECONDS)).isTrue();
                            } catch (InterruptedException stop) {
                              Thread.currentThread().interrupt();
                            }
                            out.write("second\n".getBytes(UTF_8));
                            out.flush();
                          }))
              .open(),
          Route.of(
                  "POST",
                  "/form",
                  Shape.object(Shape.required("field", Shape.name(20))),
                  call -> new Reply.Raw(200, "text/plain", call.text("/field").orElseThrow()))
              .form()
              .open());

  @BeforeAll
  void start() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Authenticator authenticator =
        token -> Optional.of(somebody).filter(caller -> token.equals(TOKEN));
    api = new Api(authenticator, new RateLimit(LIMIT, new SettableClock()), routes);
    api.start("127.0.0.1", port);
  }

  @AfterAll
  void stop() {
    secondLine.countDown();
    api.stop();
    http.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpRequest.Builder authorized(String path) {
    return request(path).header("Authorization", "Bearer " + TOKEN);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    return Wire.read(response.body().getBytes(UTF_8));
  }

  @Test
  void answersWithARequestIdAndWhatIsLeftOfTheLimit() throws Exception {
    HttpResponse<String> response = send(authorized("/hello"));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).path("email").stringValue()).isEqualTo("somebody@example.com");
    assertThat(response.headers().firstValue("Request-Id").orElseThrow()).hasSize(36);
    assertThat(response.headers().firstValueAsLong("RateLimit-Remaining").orElseThrow())
        .isBetween(0L, (long) LIMIT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.heroku+json; version=3",
        "application/vnd.heroku+json; version=3.sdk",
        "application/vnd.heroku+json;version=3.webhooks",
        "application/json",
        "*/*"
      })
  void speaksVersionThreeInAllItsVariants(String accept) throws Exception {
    assertThat(send(authorized("/hello").header("Accept", accept)).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesOtherVersions() throws Exception {
    HttpResponse<String> response =
        send(authorized("/hello").header("Accept", "application/vnd.heroku+json; version=2"));
    assertThat(response.statusCode()).isEqualTo(406);
    assertThat(json(response).path("id").stringValue()).isEqualTo("not_acceptable");
  }

  @Test
  void neverCompressesUnasked() throws Exception {
    HttpResponse<String> response =
        send(authorized("/numbers").header("Accept-Encoding", "gzip, deflate"));
    assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nowhere", "/hello/a/b", "/things/1", "/%2e%2e/hello"})
  void whereNothingIsItSaysSo(String path) throws Exception {
    HttpResponse<String> response = send(authorized(path));
    assertThat(response.statusCode()).isIn(400, 404);
    assertThat(json(response).path("message").stringValue()).isNotBlank();
  }

  @Test
  void aWrongVerbIsNotFound() throws Exception {
    HttpResponse<String> response = send(authorized("/hello").DELETE());
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).path("id").stringValue()).isEqualTo("not_found");
  }

  @Test
  void anErrorOfOursSaysNothingOfTheHouse() throws Exception {
    HttpResponse<String> response = send(authorized("/broken"));
    assertThat(response.statusCode()).isEqualTo(500);
    String requestId = response.headers().firstValue("Request-Id").orElseThrow();
    assertThat(json(response).path("id").stringValue()).isEqualTo("internal_server_error");
    assertThat(response.body()).contains(requestId).doesNotContain("secret", "Exception");
  }

  @Test
  void aRefusalBringsItsHeaders() throws Exception {
    HttpResponse<String> response = send(authorized("/refused"));
    assertThat(response.statusCode()).isEqualTo(423);
    assertThat(response.headers().firstValue("X-Confirmation-Required")).contains("my-app");
    assertThat(json(response).path("id").stringValue()).isEqualTo("confirmation_required");
  }

  @Test
  void anAnswerBringsItsHeaders() throws Exception {
    assertThat(send(authorized("/warned")).headers().firstValue("X-Heroku-Warning"))
        .contains("mind the gap");
  }

  @Test
  void refusesWhenTheLimitIsReached() throws Exception {
    HttpRequest.Builder request = authorized("/hello");
    RateLimit limit = new RateLimit(2, new SettableClock());
    Api small = new Api(token -> Optional.of(somebody), limit, routes);
    int other;
    try (ServerSocket socket = new ServerSocket(0)) {
      other = socket.getLocalPort();
    }
    small.start("127.0.0.1", other);
    try {
      request.uri(URI.create("http://127.0.0.1:" + other + "/hello"));
      assertThat(send(request).statusCode()).isEqualTo(200);
      assertThat(send(request).statusCode()).isEqualTo(200);
      HttpResponse<String> refused = send(request);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(json(refused).path("id").stringValue()).isEqualTo("rate_limit");
      assertThat(refused.headers().firstValue("RateLimit-Remaining")).contains("0");
    } finally {
      small.stop();
    }
  }

  @Test
  void cutsListsAndSaysHowToGoOn() throws Exception {
    HttpResponse<String> first = send(authorized("/numbers").header("Range", "id ..; max=10"));
    assertThat(first.statusCode()).isEqualTo(206);
    assertThat(json(first)).hasSize(10);
    assertThat(first.headers().firstValue("Accept-Ranges")).contains("id");
    String next = first.headers().firstValue("Next-Range").orElseThrow();
    HttpResponse<String> second = send(authorized("/numbers").header("Range", next));
    assertThat(json(second).get(0).intValue()).isEqualTo(11);
    HttpResponse<String> whole = send(authorized("/numbers"));
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.headers().firstValue("Next-Range")).isEmpty();
  }

  @Test
  void readsABodyWhateverTypeItIsLabelledWith() throws Exception {
    for (String type :
        List.of("application/json", "application/x-www-form-urlencoded", "nonsense")) {
      HttpResponse<String> response =
          send(
              authorized("/things")
                  .header("Content-Type", type)
                  .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"a\"}")));
      assertThat(response.statusCode()).as(type).isEqualTo(201);
    }
  }

  @Test
  void readsAForm() throws Exception {
    HttpResponse<String> response =
        send(
            request("/form")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("field=a+b%26c")));
    assertThat(response.body()).isEqualTo("a b&c");
  }

  @Test
  void decodesThePath() throws Exception {
    assertThat(json(send(request("/hello/w%C3%B6rld%20%26"))).path("name").stringValue())
        .isEqualTo("wörld &");
  }

  @Test
  void knowsUnderWhichAddressItWasReached() throws Exception {
    assertThat(json(send(request("/origin"))).path("origin").stringValue())
        .isEqualTo("http://127.0.0.1:" + port);
    assertThat(
            json(send(request("/origin").header("X-Forwarded-Proto", "https")))
                .path("origin")
                .stringValue())
        .isEqualTo("https://127.0.0.1:" + port);
  }

  /** Trap 2 of our stack: a flush that is swallowed would keep the first line back. */
  @Test
  void aStreamReachesItsReaderLineByLine() throws Exception {
    HttpResponse<java.io.InputStream> response =
        http.send(request("/stream").build(), HttpResponse.BodyHandlers.ofInputStream());
    try (var lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("first");
      secondLine.countDown();
      assertThat(lines.readLine()).isEqualTo("second");
      assertThat(lines.readLine()).isNull();
    }
  }

  /** Contract §0.20. */
  @Test
  void takesTheLongRequestIdsOfTheStockCli() throws Exception {
    String ids = (UUID.randomUUID() + ",").repeat(400);
    assertThat(send(authorized("/hello").header("Request-Id", ids)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /hello HTTP/1.1\r\nHost: x\r\nA: AAAA\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        "complete nonsense\r\n\r\n"
      })
  void whatIsHardlyHttpIsRefusedInTheSameShape(String raw) throws Exception {
    String text = raw.replace("AAAA", "a".repeat(40_000));
    try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(text.getBytes(UTF_8));
      socket.getOutputStream().flush();
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).matches("(?s)HTTP/1.1 (4..|505) .*");
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      assertThat(Wire.read(body.getBytes(UTF_8)).path("id").stringValue()).matches("[a-z_]+");
    } catch (java.net.SocketException reset) {
      // Refused before it was read to the end: as good an answer as any.
    }
  }
}
