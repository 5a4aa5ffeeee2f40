package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.Terminal;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code auth*}, {@code login}, {@code logout}, {@code authorizations*}, {@code keys*}, access. */
@ExtendWith(SharedServer.class)
class AccountIT {

  @Test
  void someoneLogsInAtATerminalAndOutAgain(RunningServer server) throws IOException {
    // Another home, so that other tests do not see the login; no key, so that there is need of one.
    Path home = server.workspace("login");
    Command login =
        server
            .command("heroku", "login", "--interactive")
            .with(Map.of("HOME", home.toString(), "TERM", "xterm"))
            .without("HEROKU_API_KEY");
    try (Terminal terminal = Terminal.of(login)) {
      terminal.sees("Email").types(server.email()).sees("Password").types(server.token());
      assertThat(terminal.ends().succeeded().out()).contains("Logged in as " + server.email());
    }
    assertThat(home.resolve(".netrc"))
        .content()
        .contains("machine localhost:" + server.port(), "login " + server.email());

    assertThat(as(login, "auth:whoami").succeeded().out()).isEqualTo(server.email() + "\n");
    String token = as(login, "auth:token").succeeded().out().strip();
    assertThat(Files.readString(home.resolve(".netrc"))).contains("password " + token);

    assertThat(as(login, "logout").succeeded().err()).isEqualTo("Logging out... done\n");
    assertThat(as(login, "auth:whoami").exit()).isEqualTo(100);
    assertThat(as(login.with("HEROKU_API_KEY", token), "auth:whoami").exit())
        .as("the token of the login is worth nothing any more")
        .isNotZero();
  }

  private static Ran as(Command login, String subcommand) {
    return new Command(
            java.util.List.of("heroku", subcommand),
            login.environment(),
            login.directory(),
            "",
            login.patience())
        .run();
  }

  @Test
  void aWrongPasswordIsRefused(RunningServer server) {
    Command login =
        server
            .command("heroku", "login", "--interactive")
            .with(Map.of("HOME", server.workspace("wrong-login").toString(), "TERM", "xterm"))
            .without("HEROKU_API_KEY");
    try (Terminal terminal = Terminal.of(login)) {
      terminal.sees("Email").types(server.email()).sees("Password").types("not the password");
      assertThat(terminal.ends().failed().flat()).contains("unauthorized");
    }
  }

  @Test
  void theKeyInTheEnvironmentIsTheAccount(RunningServer server) {
    assertThat(server.heroku("auth:whoami").succeeded().out()).isEqualTo(server.email() + "\n");
    assertThat(server.heroku("auth:token").succeeded().out()).isEqualTo(server.token() + "\n");
    assertThat(
            server.command("heroku", "apps").with("HEROKU_API_KEY", "wrong").run().failed().flat())
        .contains("invalid");
  }

  @Test
  void authorizationsAreCreatedUsedAndRevoked(RunningServer server) {
    Ran created = server.heroku("authorizations:create", "--description", "a robot").succeeded();
    assertThat(created.out())
        .containsPattern("Client: +<none>")
        .containsPattern("Description: +a robot")
        .containsPattern("Scope: +global");
    String id = field(created, "ID");
    String token = field(created, "Token");

    var robot = server.command("heroku", "auth:whoami").with("HEROKU_API_KEY", token);
    assertThat(robot.run().succeeded().out()).isEqualTo(server.email() + "\n");

    assertThat(server.heroku("authorizations").succeeded().out())
        .containsPattern("a robot +" + id + " +global");
    assertThat(server.heroku("authorizations:info", id).succeeded().out())
        .containsPattern("Description: +a robot");
    assertThat(server.heroku("authorizations:update", id, "-d", "a better robot").succeeded().err())
        .contains("Updating OAuth Authorization... done");
    Ran rotated = server.heroku("authorizations:rotate", id).succeeded();
    assertThat(rotated.out()).containsPattern("Description: +a better robot");
    assertThat(robot.run().exit()).as("with the token from before the rotation").isNotZero();

    assertThat(server.heroku("authorizations:revoke", id).succeeded().err())
        .contains("Revoking OAuth Authorization... done");
    assertThat(robot.with("HEROKU_API_KEY", field(rotated, "Token")).run().exit())
        .as("with the revoked token")
        .isNotZero();
    assertThat(server.heroku("authorizations").succeeded().out()).doesNotContain(id);
  }

  private static String field(Ran ran, String name) {
    return ran.out()
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + ran))
        .substring(name.length() + 1)
        .strip();
  }

  @Test
  void keysAreAddedListedRemovedAndCleared(RunningServer server) {
    Path directory = server.workspace("keys");
    for (String comment : java.util.List.of("work@example.com", "home@example.com")) {
      server
          .run(
              "ssh-keygen",
              "-q",
              "-t",
              "ed25519",
              "-N",
              "",
              "-C",
              comment,
              "-f",
              directory.resolve(comment).toString())
          .succeeded();
      String file = directory.resolve(comment + ".pub").toString();
      assertThat(server.heroku("keys:add", file).succeeded().err())
          .isEqualTo("Uploading " + file + " SSH key... done\n");
    }
    assertThat(server.heroku("keys").succeeded().out())
        .startsWith("=== " + server.email() + " keys\n")
        .containsPattern("ssh-ed25519 \\S+ work@example.com\n")
        .containsPattern("ssh-ed25519 \\S+ home@example.com\n");
    assertThat(server.heroku("keys:remove", "work@example.com").succeeded().err())
        .isEqualTo("Removing work@example.com SSH key... done\n");
    assertThat(server.heroku("keys").succeeded().out()).doesNotContain("work@example.com");
    assertThat(server.heroku("keys:clear").succeeded().err())
        .isEqualTo("Removing all SSH keys... done\n");
    assertThat(server.heroku("keys").succeeded().flat()).contains("You have no SSH keys.");
  }

  @Test
  void accessIsGivenToAnotherAccountAndTakenAway(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-access");
    String ada = "ada@example.com";
    String password = "correct horse battery staple";
    server.send("POST", "/accounts", Map.of("email", ada, "password", password));
    String token = tokenOf(server, ada, password);
    var asAda = server.command("heroku", "config", "-a", app.name()).with("HEROKU_API_KEY", token);
    assertThat(asAda.run().exit()).as("before she has access").isNotZero();

    assertThat(server.heroku("access:add", ada, "-a", app.name()).succeeded().err())
        .isEqualTo("Adding ada@example.com access to the app stock-access... done\n");
    assertThat(server.heroku("access", "-a", app.name()).succeeded().out())
        .containsPattern("ada@example.com +collaborator")
        .containsPattern(server.email() + " +owner");
    asAda.run().succeeded();
    assertThat(server.command("heroku", "apps").with("HEROKU_API_KEY", token).run().out())
        .contains("Collaborated Apps", app.name());

    assertThat(server.heroku("access:remove", ada, "-a", app.name()).succeeded().err())
        .isEqualTo("Removing ada@example.com access from the app stock-access... done\n");
    assertThat(asAda.run().exit()).as("after her access was taken away").isNotZero();
  }

  private static String tokenOf(RunningServer server, String email, String password) {
    Command login =
        server
            .command("heroku", "login", "--interactive")
            .with(Map.of("HOME", server.workspace("ada").toString(), "TERM", "xterm"))
            .without("HEROKU_API_KEY");
    try (Terminal terminal = Terminal.of(login)) {
      terminal.sees("Email").types(email).sees("Password").types(password);
      terminal.ends().succeeded();
    }
    return as(login, "auth:token").succeeded().out().strip();
  }
}
