package dev.howdah.acceptance.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Chapter 6 of the book, rollbacks, forks and followers, by its {@link Reader}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopiesOfTheBookIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String THE_BOOKS_MOMENT = "2014-10-05 15:02:00+00";
  private static final Pattern PERCENT =
      Pattern.compile("[/|\\\\-] preparing \\((\\d+)% completed");

  private final RunningServer server = RunningServer.start();
  private final TestApp app = new TestApp(server, "your-app-name");
  private final Reader reader =
      new Reader(server, app, "CHARCOAL", "RED", "ONYX", "AMBER", "BLACK", "GOLD");

  private Instant moment = Instant.EPOCH;

  @BeforeAll
  void prepare() {
    TestApp.create(server, app.name()).addDatabase("standard-0");
    app.sql("CREATE TABLE lessons AS SELECT 'at first' AS title");
    await("the first base copy")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> info("CHARCOAL", "Rollback").startsWith("earliest from"));
    reader.has(Map.of("HEROKU_API_KEY", server.token()));
    reader.replaces(line -> line.replace(THE_BOOKS_MOMENT, moment.toString()));
  }

  @AfterAll
  void end() {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> chapter() {
    return Transcript.of("chapter-6.txt").sections().stream()
        .map(section -> dynamicTest(section.name(), () -> play(section)));
  }

  private void play(Transcript.Section section) throws Exception {
    if (section.name().equals("B6.4 Rolling back")) {
      // What can be reached begins with the second after the first base copy.
      Thread.sleep(2500);
      moment = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      app.sql("INSERT INTO lessons VALUES ('too late')");
    }
    if (section.name().equals("B6.9 Creating a follower")) {
      // A small database is copied before anybody can look how far it is; and a copy begins with
      // a checkpoint of its leader.
      checkpointer("STOP");
    }
    if (section.name().equals("B6.9 Waiting for it")) {
      Thread.ofVirtual()
          .start(() -> {
            pause(Duration.ofSeconds(4));
            checkpointer("CONT");
          });
    }
    List<Ran> ran = reader.play(section);
    checkAfter(section.name(), ran);
  }

  private void checkAfter(String section, List<Ran> ran) {
    switch (section) {
      case "B6.4 Rolling back" -> {
        awaitEverything();
        assertThat(app.sql(reader.variable("RED"), "TABLE lessons")).containsExactly("at first");
        assertThat(app.sql("TABLE lessons")).containsExactly("at first", "too late");
      }
      case "B6.7 Promoting what was rolled back" ->
          assertThat(app.sql("TABLE lessons")).containsExactly("at first");
      case "B6.19 Forking", "B6.14 Changing over to another plan: the follower" ->
          awaitEverything();
      case "B6.20 Forking fast" -> {
        awaitEverything();
        assertThat(app.sql(reader.variable("AMBER"), "TABLE lessons")).isSubsetOf("at first");
        assertThat(app.sql(reader.variable("ONYX"), "TABLE lessons")).hasSize(2);
        app.sql(reader.variable("ONYX"), "INSERT INTO lessons VALUES ('of the fork')");
        assertThat(app.sql("TABLE lessons")).hasSize(2);
        await("the fork's own history")
            .atMost(PATIENCE)
            .until(() -> info("ONYX", "Rollback").startsWith("earliest from"));
      }
      case "B6.9 Waiting for it" -> {
        List<Integer> percents =
            PERCENT
                .matcher(ran.getFirst().out())
                .results()
                .map((MatchResult result) -> Integer.valueOf(result.group(1)))
                .toList();
        assertThat(percents).as(ran.toString()).isNotEmpty().isSorted();
        assertThat(percents).allMatch(percent -> percent < 100);
      }
      case "B6.13 Showing a follower" ->
          assertThat(app.sql(reader.variable("BLACK"), "TABLE lessons")).hasSize(2);
      case "B6.12 Unfollowing" -> {
        awaitEverything();
        app.sql(reader.variable("BLACK"), "INSERT INTO lessons VALUES ('of its own')");
        assertThat(app.sql("TABLE lessons")).hasSize(2);
      }
      case "B6.14 Changing over to another plan: stopping writes" -> awaitEverything();
      case "B6.14 Changing over to another plan: the change" -> {
        assertThat(app.sql("SHOW max_connections").getFirst()).matches("4\\d\\d");
        app.sql("INSERT INTO lessons VALUES ('on the larger plan')");
        assertThat(app.sql("TABLE lessons"))
            .containsExactly("at first", "too late", "on the larger plan");
      }
      case "B6.14 Changing over to another plan: the old database goes" ->
          assertThat(app.addons()).hasSize(2).allMatch(addon -> addon.endsWith("standard-2"));
      default -> {
        // What is on the screen is all there is to it.
      }
    }
  }

  private void awaitEverything() {
    server.howdah("pg:wait", "--app", app.name()).succeeded();
  }

  private String info(String colour, String item) {
    return server
        .get("/client/v11/databases/" + addon(colour))
        .path("info")
        .valueStream()
        .filter(line -> line.path("name").asString().equals(item))
        .map(line -> line.path("values").path(0).asString())
        .findFirst()
        .orElse("");
  }

  private String addon(String colour) {
    reader.colours();
    String name = reader.variable(colour).replaceFirst("_URL$", "");
    return server.get(app.path("/addon-attachments/" + name)).path("addon").path("id").asString();
  }

  private void checkpointer(String signal) {
    String pid =
        app.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").getFirst();
    server.run("kill", "-" + signal, pid).succeeded();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
