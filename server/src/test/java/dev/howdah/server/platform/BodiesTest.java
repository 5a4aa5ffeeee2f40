package dev.howdah.server.platform;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.SettableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Request bodies, of many at once and of those who mean no good. */
@Timeout(60)
class BodiesTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Caller somebody =
      new Caller(UUID.randomUUID(), "somebody@example.com", false, UUID.randomUUID());
  private final Shape.Obj body = Shape.object(Shape.optional("name", Shape.text(2_000_000)));
  private final Api api =
      new Api(
          token -> Optional.of(somebody),
          new RateLimit(100_000, new SettableClock()),
          List.of(
              Route.of("POST", "/open", body, call -> Reply.ok(Map.of())).open(),
              Route.of("POST", "/own", body, call -> Reply.ok(Map.of()))));
  private int port;

  @BeforeEach
  void start() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    api.start("127.0.0.1", port);
  }

  @AfterEach
  void stop() {
    http.close();
    api.stop();
  }

  private int post(String path, int length) throws Exception {
    String text = "{\"name\":\"" + "x".repeat(length - 11) + "\"}";
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer a-token")
                .POST(HttpRequest.BodyPublishers.ofString(text))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void strangersMaySendLessThanThoseWithAnAccount() throws Exception {
    assertThat(post("/open", Api.MAX_PUBLIC_BODY)).isEqualTo(200);
    assertThat(post("/open", Api.MAX_PUBLIC_BODY + 1)).isEqualTo(413);
    assertThat(post("/open", Api.MAX_BODY)).isEqualTo(413);
    assertThat(post("/own", Api.MAX_BODY)).isEqualTo(200);
    assertThat(post("/own", Api.MAX_BODY + 1)).isEqualTo(413);
  }

  @Test
  void manyWhoSendWithoutEndKeepNobodyOut() throws Exception {
    List<Socket> senders = new ArrayList<>();
    try {
      for (int i = 0; i < 390; i++) {
        Socket sender = new Socket(InetAddress.getLoopbackAddress(), port);
        senders.add(sender);
        var out = sender.getOutputStream();
        out.write(
            "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n".getBytes(US_ASCII));
        out.write(new byte[20_000]);
        out.flush();
      }
      assertThat(post("/own", Api.MAX_BODY)).isEqualTo(200);
      assertThat(post("/open", 100)).isEqualTo(200);
    } finally {
      for (Socket sender : senders) {
        sender.close();
      }
    }
  }
}
