package dev.howdah.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Client;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Trap 19: a client that lost the answer sends the same request again, with the same id. */
@Timeout(120)
class SentTwiceIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static Client request() {
    return SERVER.admin().with("Request-Id", UUID.randomUUID().toString());
  }

  @Test
  void makesOneAppAndOneAddon() {
    Client first = request();
    String app = first.post("/apps", Map.of()).expect(201).text("/id");
    assertThat(first.post("/apps", Map.of()).expect(201).text("/id")).isEqualTo(app);

    Client second = request();
    var order = Map.of("plan", "heroku-postgresql:hobby-dev");
    String addon = second.post("/apps/" + app + "/addons", order).expect(201).text("/id");
    assertThat(second.post("/apps/" + app + "/addons", order).expect(201).text("/id"))
        .isEqualTo(addon);
    assertThat(SERVER.admin().get("/apps/" + app + "/addons").json()).hasSize(1);

    SERVER.admin().delete("/apps/" + app).expect(200);
    String again = first.post("/apps", Map.of()).expect(201).text("/id");
    assertThat(again).as("that app is gone").isNotEqualTo(app);
    SERVER.admin().delete("/apps/" + again).expect(200);
  }

  @Test
  void makesOneAppAlsoWhenSentAtOnce() {
    Client client = request();
    var name = Map.of("name", "twice-" + UUID.randomUUID().toString().substring(0, 8));
    List<String> made =
        IntStream.range(0, 8)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(
                    () -> client.post("/apps", name).expect(201).text("/id"),
                    Thread::startVirtualThread))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .distinct()
            .toList();
    assertThat(made).hasSize(1);
    SERVER.admin().delete("/apps/" + made.getFirst()).expect(200);
  }
}
