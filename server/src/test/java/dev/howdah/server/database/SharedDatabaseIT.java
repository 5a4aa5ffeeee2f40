package dev.howdah.server.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import dev.howdah.server.TestServer.Client;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database that an app of somebody else uses through a credential of its own. */
@Timeout(120)
class SharedDatabaseIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final String OWN = "shared-own-" + UUID.randomUUID().toString().substring(0, 8);
  private static final String OTHER =
      "shared-other-" + UUID.randomUUID().toString().substring(0, 8);
  private static String database = "";
  private static String addon = "";
  private static String email = "";

  @BeforeAll
  static void share() {
    Client admin = SERVER.admin();
    email = "shared-" + UUID.randomUUID() + "@example.com";
    admin.post("/accounts", Map.of("email", email, "password", "a long password")).expect(201);
    Client stranger = stranger();
    admin.post("/apps", Map.of("name", OWN)).expect(201);
    stranger.post("/apps", Map.of("name", OTHER)).expect(201);
    Answer made =
        admin.post("/apps/" + OWN + "/addons", Map.of("plan", "heroku-postgresql:standard-0"));
    database = made.expect(201).text("/id");
    addon = made.text("/name");
    admin.post(credentials(), Map.of("name", "ro", "preset", "readonly")).expect(201);
    stranger
        .post("/apps/" + OTHER + "/collaborators", Map.of("user", TestServer.ADMIN))
        .expect(201);
    admin
        .post(
            "/addon-attachments",
            Map.of("app", OTHER, "addon", addon, "namespace", "credential:ro"))
        .expect(201);
    stranger.delete("/apps/" + OTHER + "/collaborators/" + TestServer.ADMIN).expect(200);
  }

  @AfterAll
  static void remove() {
    SERVER
        .admin()
        .send(
            "DELETE",
            "/apps/" + OWN + "/addons/" + addon,
            "{\"force\":true}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .expect(200);
    SERVER.admin().delete("/apps/" + OWN);
    stranger().delete("/apps/" + OTHER);
  }

  private static Client stranger() {
    return SERVER.nobody().login(email, "a long password");
  }

  private static String credentials() {
    return "/postgres/v0/databases/" + database + "/credentials";
  }

  private static String user(String credential) {
    return SERVER
        .admin()
        .get(credentials() + "/" + credential)
        .expect(200)
        .text("/credentials/0/user");
  }

  private static String url(Client client) {
    return client.get("/client/v11/databases/" + database).expect(200).text("/resource_url");
  }

  @Test
  void whoSeesItThroughAnAttachmentGetsThatAttachmentsUrl() {
    assertThat(url(SERVER.admin())).startsWith("postgres://" + user("default") + ":");
    assertThat(url(stranger())).startsWith("postgres://" + user("ro") + ":");
  }

  @Test
  void aCredentialCannotTakeTheNameOfALogin() {
    for (String name : java.util.List.of(user("default"), user("ro"), "postgres", "howdah_x")) {
      assertThat(
              SERVER.admin().post(credentials(), Map.of("name", name)).expect(422).text("/message"))
          .contains("reserved");
    }
  }

  @Test
  void anAppWhoseDatabaseIsUsedElsewhereIsNotDestroyed() {
    assertThat(SERVER.admin().delete("/apps/" + OWN).expect(422).text("/message"))
        .contains(addon, OTHER, "--force");
    SERVER.admin().get("/client/v11/databases/" + database).expect(200);
  }
}
