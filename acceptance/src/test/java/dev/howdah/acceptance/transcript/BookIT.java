package dev.howdah.acceptance.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.Terminal;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Chapters 2 and 3 of the book, typed at a terminal into our command under the name the book has
 * for it. What appears must be what the book prints, line for line, but for what {@link Likeness}
 * says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BookIT {
  private final RunningServer server =
      RunningServer.start(Map.of("HOWDAH_ADMIN_EMAIL", "your-username@your-company.com"));
  private final LocalPostgres local = LocalPostgres.start();
  private final TestApp app = new TestApp(server, "your-app-name");
  private final Path repository = server.workspace("repository");
  private final Path programs = server.workspace("programs");

  /** The sessions that the book's reader has open elsewhere. */
  private final List<Connection> sessions = new ArrayList<>();

  @BeforeAll
  void prepare() throws IOException {
    // The book's name of the command.
    Files.createSymbolicLink(programs.resolve("heroku"), RunningServer.CHECKOUT.resolve("howdah"));
    // A browser.
    Path browser = programs.resolve("xdg-open");
    Files.writeString(browser, "#!/bin/sh\necho \"$1\" >>\"$HOME/opened\"\n");
    assertThat(browser.toFile().setExecutable(true)).isTrue();
    shell("git init --quiet").run().succeeded();
    shell("mkdir ~/.ssh && ssh-keygen -q -t rsa -N '' -f ~/.ssh/id_rsa").run().succeeded();
    shell("createdb my_local_database").run().succeeded();
  }

  @AfterAll
  void end() {
    local.close();
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> chapters() {
    return Stream.of("chapter-2.txt", "chapter-3.txt")
        .flatMap(chapter -> Transcript.of(chapter).sections().stream())
        .map(section -> dynamicTest(section.name(), () -> play(section)));
  }

  private void play(Transcript.Section section) throws Exception {
    prepareFor(section.name());
    for (Transcript.Step step : section.steps()) {
      Ran ran = type(step);
      assertThat(Likeness.of(ran.out()))
          .as("$ " + step.command())
          .isEqualTo(Likeness.of(step.screen()));
      assertThat(ran.exit() != 0).as("fails").isEqualTo(step.fails());
    }
    checkAfter(section.name());
  }

  private Ran type(Transcript.Step step) {
    try (Terminal terminal = Terminal.of(shell(ours(step.command())))) {
      for (Transcript.Answer answer : step.answers()) {
        terminal.sees(ours(answer.prompt())).types(ours(answer.typed()));
      }
      return terminal.ends();
    }
  }

  /** What happens around a section and is not typed in it. */
  private void prepareFor(String section) throws Exception {
    if (section.startsWith("B3.7 ")) {
      // The book's reader has left the app of chapter 2.
      shell("git remote remove heroku").run().succeeded();
    } else if (section.startsWith("B3.20 ")) {
      app.sql("INSERT INTO lessons DEFAULT VALUES");
    } else if (section.equals("B3.23 Killing a query")) {
      sessions.add(sleeping());
    } else if (section.startsWith("B3.24 ")) {
      sessions.add(app.connect());
      sessions.add(app.connect());
    }
  }

  private void checkAfter(String section) throws Exception {
    if (section.startsWith("B2.10 ")) {
      assertThat(server.home().resolve("opened")).content().startsWith("http://");
    } else if (section.equals("B3.23 Killing a query")) {
      assertThat(sessions.getFirst().isValid(5)).isTrue();
      sleep(sessions.getFirst());
    } else if (section.equals("B3.23 Killing its session")) {
      assertThat(sessions.removeFirst().isValid(5)).isFalse();
    } else if (section.startsWith("B3.24 ")) {
      for (Connection session : sessions) {
        assertThat(session.isValid(5)).isFalse();
      }
    } else if (section.startsWith("B3.27 ")) {
      assertThat(app.sql("SELECT 'the new credential works'")).hasSize(1);
    } else if (section.equals("B3.28 Resetting the database")) {
      String url = "HEROKU_POSTGRESQL_" + colours().get("GOLD") + "_URL";
      assertThat(app.sql(url, "SELECT to_regclass('lessons')")).containsExactly("null");
    } else if (section.startsWith("B3.39 ")) {
      assertThat(app.addons()).hasSize(1);
    }
  }

  /** A command as the reader of the book has it at his terminal: logged in by netrc, not by key. */
  private Command shell(String line) {
    Command command = server.command("bash", "-c", line).without("HEROKU_API_KEY").in(repository);
    return command
        .with("PATH", programs + ":" + command.environment().get("PATH"))
        .with(local.environment());
  }

  /** The line with our password, colours and process in place of the book's. */
  private String ours(String line) {
    String ours = line.replace("your-password", server.token());
    for (var colour : colours().entrySet()) {
      ours =
          ours.replaceAll(
              "(HEROKU_POSTGRESQL_|::)" + colour.getKey() + "(?=_URL|\\b)",
              "$1" + colour.getValue());
    }
    return ours.contains("PID") ? ours.replace("PID", sleepingPid()) : ours;
  }

  /** Which of our colours stands for which of the book's, by age. */
  private Map<String, String> colours() {
    var colours = new HashMap<String, String>();
    if (app.shown().isPresent()) {
      var names = new ArrayList<String>();
      server
          .get(app.path("/addon-attachments"))
          .forEach(attachment ->
              names.add(
                  attachment.path("created_at").asString()
                      + " "
                      + attachment.path("name").asString()));
      var ours =
          names.stream()
              .sorted()
              .filter(name -> name.contains(" HEROKU_POSTGRESQL_"))
              .map(name -> name.replaceFirst(".* HEROKU_POSTGRESQL_", ""))
              .toList();
      for (int i = 0; i < ours.size() && i < 2; i++) {
        colours.put(List.of("GOLD", "MAROON").get(i), ours.get(i));
      }
    }
    return colours;
  }

  private Connection sleeping() throws SQLException {
    Connection connection = app.connect();
    sleep(connection);
    return connection;
  }

  private static void sleep(Connection connection) {
    Thread.ofVirtual()
        .start(() -> {
          try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_sleep(600)");
          } catch (SQLException expected) {
            // It is killed.
          }
        });
  }

  private String sleepingPid() {
    var pid = new ArrayList<String>();
    await("the sleeping query")
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          pid.addAll(
              app.sql(
                  "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
                      + " AND state = 'active'"));
          return !pid.isEmpty();
        });
    return pid.getFirst();
  }
}
