package dev.howdah.cli.account;

import static dev.howdah.cli.command.Command.command;

import dev.howdah.cli.command.Command;
import dev.howdah.cli.command.Feature;
import dev.howdah.cli.command.Invocation;
import dev.howdah.cli.command.Option;
import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.http.Address;
import dev.howdah.cli.http.ApiException;
import dev.howdah.cli.http.Credentials;
import dev.howdah.cli.http.Netrc;
import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** Logging in and out. */
public final class LoginCommands implements Feature {
  /** What the stock command leaves with, too, when nobody is logged in. */
  private static final int NOT_LOGGED_IN = 100;

  private static final int THIRTY_DAYS = 30 * 24 * 60 * 60;

  @Override
  public List<Command> commands() {
    return List.of(
        command("auth:login", "log in with e-mail address and password")
            .aliases("login")
            .options(
                Option.flag("interactive", 'i', "ask in the terminal (always so)"),
                Option.value("expires-in", 'e', "SECONDS", "how long the login lasts"))
            .runs(LoginCommands::login),
        command("auth:logout", "forget the login of this machine")
            .aliases("logout")
            .runs(LoginCommands::logout),
        command("auth:whoami", "show who is logged in")
            .aliases("whoami")
            .options(Option.JSON)
            .runs(LoginCommands::whoami),
        command("auth:token", "show the API token").runs(LoginCommands::token));
  }

  private static void login(Invocation in) throws IOException {
    in.output().line("Enter your Heroku credentials.");
    String email = in.prompt().ask("Email: ");
    String password = in.prompt().askHidden("Password (typing will be hidden): ");
    if (email.isEmpty() || password.isEmpty()) {
      throw new CommandException("Authentication failed: no e-mail address or no password.");
    }
    in.api().authorize(Credentials.basic(email, password));
    Json authorization = authorize(in);
    String token = authorization.at("access_token").text("token");
    in.api().authorize(Credentials.bearer(token));
    String name = in.api().get("/account").text("email");
    new Netrc(in.environment().home())
        .put(Address.machine(in.server()), new Netrc.Login(name, token));
    in.output().line("Authentication successful.");
    if (in.environment().variable("HEROKU_API_KEY").isPresent()) {
      in.output().error("HEROKU_API_KEY is set and goes before this login. Unset it to use it.");
    }
  }

  private static Json authorize(Invocation in) throws IOException {
    Json body =
        Json.object(
            "description", "Howdah CLI login from " + hostName(),
            "expires_in", seconds(in),
            "scope", Json.array("global"));
    try {
      return in.api().post("/oauth/authorizations", body);
    } catch (ApiException e) {
      if (e.status() == 401) {
        throw new CommandException("Authentication failed.");
      }
      if (!e.id().equals("two_factor")) {
        throw e;
      }
      String code = in.prompt().ask("Two-factor code: ");
      return in.api().post("/oauth/authorizations", Map.of("Heroku-Two-Factor-Code", code), body);
    }
  }

  private static int seconds(Invocation in) {
    String given = in.value("expires-in").orElse("");
    try {
      return given.isEmpty() ? THIRTY_DAYS : Integer.parseInt(given);
    } catch (NumberFormatException _) {
      throw new CommandException("--expires-in is a number of seconds, not " + given + ".");
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException _) {
      return "this machine";
    }
  }

  private static void logout(Invocation in) throws IOException {
    try {
      forgetAtServer(in);
    } catch (IOException | RuntimeException _) {
      // Logging out must work without a server: what counts is that the token is gone from here.
    }
    new Netrc(in.environment().home()).remove(Address.machine(in.server()));
    in.output().line("Local credentials cleared.");
  }

  private static void forgetAtServer(Invocation in) throws IOException {
    var kept = new Netrc(in.environment().home()).find(Address.machine(in.server()));
    if (kept.isEmpty()) {
      return;
    }
    in.api().authorize(Credentials.bearer(kept.get().password()));
    for (Json authorization : in.api().list("/oauth/authorizations")) {
      if (authorization.at("access_token").text("token").equals(kept.get().password())) {
        in.api().delete("/oauth/authorizations/" + authorization.text("id"));
      }
    }
  }

  private static void whoami(Invocation in) throws IOException {
    Json account;
    try {
      account = in.api().get("/account");
    } catch (ApiException e) {
      if (e.status() == 401) {
        throw new CommandException("not logged in", NOT_LOGGED_IN);
      }
      throw e;
    }
    if (in.json()) {
      in.output().json(account);
    } else {
      in.output().line(account.text("email"));
    }
  }

  private static void token(Invocation in) throws IOException {
    in.output()
        .line(
            Credentials.token(in.environment(), in.server())
                .orElseThrow(() -> new CommandException("not logged in", NOT_LOGGED_IN)));
  }
}
