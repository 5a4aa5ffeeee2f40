package dev.howdah.server.login;

import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.text;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The browser log-in service of the stock CLI (contract §3). A client begins a log-in and waits at
 * one address, a person finishes it at another.
 */
public final class LoginRoutes {
  /** Shorter than the minute after which the stock CLI gives an idle connection up. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  private final BrowserLogins logins;

  /** Routes over {@code logins}. */
  public LoginRoutes(BrowserLogins logins) {
    this.logins = logins;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/auth", object(optional("description", text(500))), this::begin).open(),
        Route.of("GET", "/auth/client/{login}", this::await).open(),
        Route.of("GET", "/auth/browser/{login}", this::page).open(),
        Route.of(
                "POST",
                "/auth/browser/{login}",
                // Both may be missing: the page says so, to a person.
                object(optional("email", text(254)), optional("password", text(200))),
                this::finish)
            .form()
            .open());
  }

  private Reply begin(Call call) {
    var begun = logins.begin(call.text("/description").orElse("Heroku CLI login"));
    return Reply.created(
        Map.of(
            "browser_url", "/auth/browser/" + begun.page(),
            "cli_url", "/auth/client/" + begun.page(),
            "token", begun.clientToken()));
  }

  private Reply await(Call call) {
    BrowserLogin login =
        call.token()
            .flatMap(token -> logins.ofClient(call.path("login"), token))
            .orElseThrow(() ->
                ApiError.notFound("login", "This login does not exist, or is over. Log in again."));
    return new Reply.Stream("application/json", out -> await(login, out));
  }

  /** JSON may begin with any number of spaces: they keep the connection from looking dead. */
  private void await(BrowserLogin login, OutputStream out) throws IOException {
    while (true) {
      byte[] answer =
          switch (logins.await(login, SIGN_OF_LIFE)) {
            case BrowserLogins.Answer.Token token ->
                Wire.write(Map.of("access_token", token.accessToken()));
            case BrowserLogins.Answer.Refusal refusal ->
                Wire.write(Map.of("error", refusal.reason()));
            case BrowserLogins.Answer.NotYet wait -> new byte[] {' '};
          };
      out.write(answer);
      out.flush();
      if (answer.length > 1) {
        return;
      }
    }
  }

  private Reply page(Call call) {
    return logins
        .open(call.path("login"))
        .map(login -> LoginPage.form(200, login.description(), "", ""))
        .orElseGet(LoginPage::gone);
  }

  private Reply finish(Call call) {
    String email = call.text("/email").orElse("").strip();
    String password = call.text("/password").orElse("");
    var login = logins.open(call.path("login"));
    if (login.isEmpty()) {
      return LoginPage.gone();
    }
    String client = login.get().description();
    if (email.isEmpty() || password.isEmpty()) {
      return LoginPage.form(422, client, email, "Please enter e-mail address and password.");
    }
    return switch (logins.finish(call.path("login"), email, password)) {
      case LOGGED_IN -> LoginPage.done(email);
      case WRONG ->
          LoginPage.form(403, client, email, "E-mail address or password is wrong. Try again.");
      case TOO_MANY, GONE -> LoginPage.gone();
    };
  }
}
