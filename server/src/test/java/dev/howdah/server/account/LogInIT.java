package dev.howdah.server.account;

import dev.howdah.server.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LogInIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void stopsGuessingOfOneAccountsPasswordAndOfNoOthers() {
    String email = "guessed-" + UUID.randomUUID() + "@example.com";
    SERVER
        .admin()
        .post("/accounts", Map.of("email", email, "password", "the right password"))
        .expect(201);
    for (int i = 0; i < 60; i++) {
      logIn(email, "a wrong password").expect(401);
    }
    logIn(email, "the right password").expect(429);
    SERVER.stranger().get("/account").expect(200);
  }

  private static TestServer.Answer logIn(String email, String password) {
    String pair =
        Base64.getEncoder()
            .encodeToString((email + ":" + password).getBytes(StandardCharsets.UTF_8));
    return SERVER
        .nobody()
        .with("Authorization", "Basic " + pair)
        .post("/oauth/authorizations", Map.of());
  }
}
