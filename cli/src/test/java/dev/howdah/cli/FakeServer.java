package dev.howdah.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A server that answers what it was told to, and remembers what it was asked. */
final class FakeServer implements AutoCloseable {

  /** A request as it arrived. */
  record Request(String line, Map<String, String> headers, Json body) {}

  private record Answer(int status, String body) {}

  private final HttpServer server;
  private final Map<String, Deque<Answer>> answers = new LinkedHashMap<>();
  private final List<Request> requests = new ArrayList<>();

  FakeServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Answers a request, say {@code GET /apps}; the last of several answers is given for ever. */
  FakeServer on(String line, String body) {
    return on(line, 200, body);
  }

  FakeServer on(String line, int status, String body) {
    answers.computeIfAbsent(line, _ -> new ArrayDeque<>()).add(new Answer(status, body));
    return this;
  }

  /** The requests of one kind. */
  synchronized List<Request> requests(String line) {
    return requests.stream().filter(request -> request.line().equals(line)).toList();
  }

  /** The first lines of all requests. */
  synchronized List<String> lines() {
    return requests.stream().map(Request::line).toList();
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    byte[] body = exchange.getRequestBody().readAllBytes();
    var headers = new LinkedHashMap<String, String>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name, String.join(", ", values)));
    requests.add(new Request(line, headers, body.length == 0 ? Json.NULL : Json.parse(body)));
    Deque<Answer> queue = answers.get(line);
    Answer answer =
        queue == null
            ? new Answer(404, "{\"id\":\"not_found\",\"message\":\"Nothing at " + line + ".\"}")
            : queue.size() > 1 ? queue.pop() : queue.peek();
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : 0);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
