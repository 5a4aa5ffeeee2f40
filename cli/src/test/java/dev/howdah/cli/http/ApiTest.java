package dev.howdah.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The wire, byte for byte: the server here sends exactly what a test says, then hangs up or not.
 */
class ApiTest {
  private static final String HANG_UP = "";

  private final List<String> heads = new CopyOnWriteArrayList<>();
  private ServerSocket server;
  private Api api;

  @BeforeEach
  void begin() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    api = new Api(URI.create("http://localhost:" + server.getLocalPort()), "Bearer t", "howdah/t");
  }

  @AfterEach
  void end() throws IOException {
    api.close();
    server.close();
  }

  /** Answers the requests to come, each with the next text. */
  private void answer(String... answers) {
    Thread.ofVirtual()
        .start(() -> {
          Socket client = null;
          try {
            for (String answer : answers) {
              if (client == null) {
                client = server.accept();
              }
              heads.add(request(client.getInputStream()));
              client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
              if (answer.equals(HANG_UP) || answer.contains("Connection: close")) {
                client.close();
                client = null;
              }
            }
          } catch (IOException _) {
            // The test is over.
          }
        });
  }

  private static String request(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    int length = head.indexOf("Content-Length: ");
    if (length >= 0) {
      int end = head.indexOf("\r", length);
      int count = Integer.parseInt(head.substring(length + 16, end));
      head.append(new String(in.readNBytes(count), StandardCharsets.UTF_8));
    }
    return head.toString();
  }

  private static String json(int status, String body) {
    return "HTTP/1.1 "
        + status
        + " Text\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  @Test
  void usesOneConnectionForAllRequests() throws IOException {
    answer(json(200, "{\"a\":1}"), json(200, "{\"a\":2}"));
    assertThat(api.get("/one").number("a")).isEqualTo(1);
    assertThat(api.patch("/two", Json.object("x", "y")).number("a")).isEqualTo(2);
    assertThat(heads.get(1))
        .startsWith("PATCH /two HTTP/1.1\r\nHost: localhost:" + server.getLocalPort() + "\r\n")
        .contains("Accept: application/vnd.heroku+json; version=3\r\n")
        .contains("Authorization: Bearer t\r\n")
        .endsWith("{\"x\":\"y\"}");
  }

  @Test
  void readsChunksOfAnySize() throws IOException {
    answer(
        String.join(
            "\r\n",
            "HTTP/1.1 100 Continue",
            "",
            "HTTP/1.1 200 OK",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
            "",
            "3;x=y",
            "{\"a",
            "1",
            "\"",
            "4",
            ":12}",
            "0",
            "Trailer: x",
            "",
            ""),
        json(200, "{\"a\":3}"));
    assertThat(api.get("/").number("a")).isEqualTo(12);
    assertThat(api.get("/").number("a")).isEqualTo(3);
  }

  /** Jetty sends the line feed after a chunk in front of the next one. */
  @Test
  void givesAChunkAwayBeforeItsLineFeedHasCome() throws IOException {
    answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc");
    assertThat(api.stream("/", Map.of()).readNBytes(3))
        .isEqualTo("abc".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsToTheEndWhenThereIsNoLength() throws IOException {
    answer(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"a\":7}");
    assertThat(api.get("/").number("a")).isEqualTo(7);
  }

  @Test
  void passesOnIdAndMessageOfAnError() {
    answer(json(422, "{\"id\":\"invalid_params\",\"message\":\"Name is taken\"}"));
    assertThatThrownBy(() -> api.post("/apps"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(422);
              assertThat(e.id()).isEqualTo("invalid_params");
              assertThat(e.text()).isEqualTo("Name is taken");
            });
  }

  @Test
  void findsWordsForAnErrorWithoutAny() {
    answer(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
    assertThatThrownBy(() -> api.get("/"))
        .isInstanceOf(ApiException.class)
        .hasMessage("The server answered HTTP 502.");
  }

  @Test
  void asksAgainWhenTheConnectionBreaks() throws IOException {
    answer(HANG_UP, json(200, "{\"a\":1}"));
    assertThat(api.get("/").number("a")).isEqualTo(1);
    assertThat(heads).hasSize(2);
  }

  @Test
  void neverSendsAChangeTwice() {
    answer(HANG_UP, json(200, "{}"));
    assertThatThrownBy(() -> api.post("/apps")).isInstanceOf(IOException.class);
    assertThat(heads).hasSize(1);
  }

  @Test
  void followsThePagesOfAList() throws IOException {
    answer(
        "HTTP/1.1 206 Partial\r\nContent-Type: application/json\r\nNext-Range: id x..\r\n"
            + "Content-Length: 3\r\n\r\n[1]",
        json(200, "[2]"));
    assertThat(api.list("/apps")).hasSize(2);
    assertThat(heads.get(1)).contains("Range: id x..\r\n");
  }

  @Test
  void keepsTheWarningsOfTheServer() throws IOException {
    answer(
        "HTTP/1.1 200 OK\r\nX-Heroku-Warning: Mind the gap\r\nContent-Type: application/json\r\n"
            + "Content-Length: 2\r\n\r\n{}");
    api.get("/");
    assertThat(api.warnings()).containsExactly("Mind the gap");
  }

  @Test
  void saysHowToStartAServerThatIsNotThere() throws IOException {
    server.close();
    assertThatThrownBy(() -> api.get("/"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("connection refused")
        .hasMessageContaining("howdah up");
  }

  @Test
  void doesNotTakeAnotherProtocolForHttp() {
    answer("SSH-2.0-OpenSSH_9.2\r\n", "x", "x");
    assertThatThrownBy(() -> api.get("/")).isInstanceOf(IOException.class);
  }
}
