package dev.howdah.server.addon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AddonsIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final String app = "a" + UUID.randomUUID().toString().substring(0, 12) + "z";
  private TestServer.Client client;

  @BeforeEach
  void makeApp() {
    client = SERVER.admin();
    client.post("/apps", Map.of("name", app)).expect(201);
  }

  @AfterEach
  void destroyApp() {
    client.delete("/apps/" + app).expect(200);
  }

  @Test
  void anotherDatabaseTakesANameOverWhenItIsReadyAndTheOldOneKeepsOneOfItsOwn() {
    String first = add(Map.of("plan", "heroku-postgresql:hobby-dev"));
    Map<String, Object> order =
        Map.of("plan", "heroku-postgresql:hobby-dev", "attachment", Map.of("name", "database"));
    client.post("/apps/" + app + "/addons", order).expect(423);
    assertThat(names(first)).contains("DATABASE");

    var confirmed = new java.util.HashMap<>(order);
    confirmed.put("confirm", app);
    String second = add(confirmed);

    assertThat(names(second)).containsExactly("DATABASE");
    assertThat(names(first)).hasSize(1).allMatch(name -> name.startsWith("HEROKU_POSTGRESQL_"));
  }

  @Test
  void aServiceNameMeansTheNamedAppsAddonsOnly() {
    add(Map.of("plan", "heroku-postgresql:hobby-dev"));
    String empty = "b" + app;
    client.post("/apps", Map.of("name", empty)).expect(201);
    client
        .post("/actions/addons/resolve", Map.of("addon", "heroku-postgresql", "app", empty))
        .expect(404);
    client
        .post("/actions/addons/resolve", Map.of("addon", "heroku-postgresql", "app", app))
        .expect(200);
    client.delete("/apps/" + empty).expect(200);
  }

  @Test
  void anAttachmentIsNotDetachedByANameThatManyAppsHave() {
    add(Map.of("plan", "heroku-postgresql:hobby-dev"));
    client.delete("/addon-attachments/DATABASE").expect(404);
    assertThat(client.get("/apps/" + app + "/addon-attachments/DATABASE").expect(200).text("/name"))
        .isEqualTo("DATABASE");
    client.get("/apps/" + app + "/addon-attachments/DATA").expect(404);
  }

  /** A production cluster has larger WAL segments than a hobby plan's settings once allowed for. */
  @Test
  void aDatabaseMadeForProductionMayBecomeAHobbyAndComeBack() {
    String id = add(Map.of("plan", "heroku-postgresql:standard-0"));
    for (String plan : List.of("hobby-dev", "standard-0")) {
      client
          .patch("/apps/" + app + "/addons/" + id, Map.of("plan", "heroku-postgresql:" + plan))
          .expect(200);
      assertThat(client.get("/client/v11/databases/" + id).expect(200).text("/plan"))
          .isEqualTo(plan);
      assertThat(client.get("/client/v11/databases/" + id + "/wait_status").text("/message"))
          .isEqualTo("available");
    }
  }

  private String add(Map<String, Object> order) {
    return client.post("/apps/" + app + "/addons", order).expect(201).text("/id");
  }

  private List<String> names(String addon) {
    return StreamSupport.stream(
            client.get("/addons/" + addon + "/addon-attachments").expect(200).json().spliterator(),
            false)
        .map(attachment -> attachment.path("name").asString())
        .toList();
  }
}
