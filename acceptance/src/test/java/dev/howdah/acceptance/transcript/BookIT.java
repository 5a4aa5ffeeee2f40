package dev.howdah.acceptance.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Chapters 2 and 3 of the book, by its {@link Reader}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BookIT {
  private final RunningServer server =
      RunningServer.start(Map.of("HOWDAH_ADMIN_EMAIL", "your-username@your-company.com"));
  private final LocalPostgres local = LocalPostgres.start();
  private final TestApp app = new TestApp(server, "your-app-name");
  private final Reader reader = new Reader(server, app, "GOLD", "MAROON");

  /** The sessions that the book's reader has open elsewhere. */
  private final List<Connection> sessions = new ArrayList<>();

  @BeforeAll
  void prepare() {
    reader.has(local.environment());
    reader.replaces(line -> line.contains("PID") ? line.replace("PID", sleepingPid()) : line);
    reader.shell("mkdir ~/.ssh && ssh-keygen -q -t rsa -N '' -f ~/.ssh/id_rsa").run().succeeded();
    reader.shell("createdb my_local_database").run().succeeded();
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
    reader.play(section);
    checkAfter(section.name());
  }

  /** What happens around a section and is not typed in it. */
  private void prepareFor(String section) throws Exception {
    if (section.startsWith("B3.7 ")) {
      // The book's reader has left the app of chapter 2.
      reader.shell("git remote remove heroku").run().succeeded();
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
      assertThat(app.sql(reader.variable("GOLD"), "SELECT to_regclass('lessons')"))
          .containsExactly("null");
    } else if (section.startsWith("B3.39 ")) {
      assertThat(app.addons()).hasSize(1);
    }
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
