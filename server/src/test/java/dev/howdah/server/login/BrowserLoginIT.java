package dev.howdah.server.login;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.TestServer;
import dev.howdah.server.TestServer.Answer;
import java.net.URLEncoder;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Contract §3: what {@code heroku login} does with the browser log-in service. */
@Timeout(60)
class BrowserLoginIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final String EMAIL = "browser@example.com";
  private static final String PASSWORD = "a pass&word=%";

  private String browserPath = "";
  private String clientPath = "";
  private String token = "";

  @BeforeAll
  static void makeAccount() {
    SERVER.admin().post("/accounts", Map.of("email", EMAIL, "password", PASSWORD)).expect(201);
  }

  @BeforeEach
  void begin() {
    Answer begun =
        SERVER
            .nobody()
            .post("/auth", Map.of("description", "Heroku CLI login from <b>laptop</b>"))
            .expect(201);
    browserPath = begun.text("/browser_url");
    clientPath = begun.text("/cli_url");
    token = begun.text("/token");
  }

  private static byte[] form(String email, String password) {
    return ("email="
            + URLEncoder.encode(email, UTF_8)
            + "&password="
            + URLEncoder.encode(password, UTF_8))
        .getBytes(UTF_8);
  }

  private Answer finish(String email, String password) {
    return SERVER.nobody().send("POST", browserPath, form(email, password));
  }

  private CompletableFuture<Answer> waitForAnswer() {
    return CompletableFuture.supplyAsync(
        () -> SERVER.client(token).get(clientPath), Thread::startVirtualThread);
  }

  @Test
  void whoLogsInInTheBrowserIsLoggedInInTheTerminal() throws Exception {
    CompletableFuture<Answer> client = waitForAnswer();
    Answer page = SERVER.nobody().get(browserPath).expect(200);
    assertThat(page.contentType()).isEqualTo("text/html;charset=utf-8");
    assertThat(page.body()).contains("&lt;b&gt;laptop&lt;/b&gt;").doesNotContain("<b>laptop");
    assertThat(client).isNotDone();

    assertThat(finish(EMAIL, PASSWORD).expect(200).body()).contains("You are logged in");
    Answer answer = client.get(15, TimeUnit.SECONDS).expect(200);
    assertThat(answer.contentType()).startsWith("application/json");
    String accessToken = answer.text("/access_token");
    assertThat(SERVER.client(accessToken).get("/account").expect(200).text("/email"))
        .isEqualTo(EMAIL);

    assertThat(SERVER.client(token).get(clientPath).expect(200).text("/access_token"))
        .as("told again to a client that lost the answer")
        .isEqualTo(accessToken);
    finish(EMAIL, PASSWORD).expect(404);
    SERVER.nobody().get(browserPath).expect(404);
    SERVER.client(accessToken).delete("/oauth/sessions/~").expect(200);
    SERVER.client(accessToken).get("/account").expect(401);
  }

  @Test
  void aWrongPasswordMayBeTypedAgain() {
    Answer wrong = finish(EMAIL, "wrong").expect(403);
    assertThat(wrong.body()).contains("wrong. Try again", "value=\"" + EMAIL + "\"");
    assertThat(wrong.body()).doesNotContain("value=\"wrong\"");
    finish(EMAIL, PASSWORD).expect(200);
  }

  @Test
  void aPasswordCannotBeGuessedForEver() throws Exception {
    CompletableFuture<Answer> client = waitForAnswer();
    for (int i = 0; i < 4; i++) {
      finish(EMAIL, "wrong " + i).expect(403);
    }
    finish(EMAIL, "wrong again").expect(404);
    finish(EMAIL, PASSWORD).expect(404);
    assertThat(client.get(15, TimeUnit.SECONDS).expect(200).text("/error"))
        .contains("wrong too often");
  }

  @Test
  void nothingTypedIsSaidToThePerson() {
    assertThat(finish("", "").expect(422).body()).contains("Please enter");
    assertThat(SERVER.nobody().send("POST", browserPath, new byte[0]).expect(422).body())
        .contains("Please enter");
  }

  @Test
  void theResultIsForTheClientThatBegan() {
    SERVER.nobody().get(clientPath).expect(404);
    SERVER.client("another-token").get(clientPath).expect(404);
    SERVER.admin().get(clientPath).expect(404);
  }

  @Test
  void whatIsTypedIsEscaped() {
    Answer page = finish("\"><script>alert(1)</script>@example.com", "x");
    assertThat(page.body()).doesNotContain("<script>");
  }
}
