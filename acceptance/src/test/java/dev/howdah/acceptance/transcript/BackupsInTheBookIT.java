package dev.howdah.acceptance.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.TestApp;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Chapter 4 of the book, by its {@link Reader}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackupsInTheBookIT {
  private final RunningServer server =
      RunningServer.start(Map.of("HOWDAH_ADMIN_EMAIL", "your-username@your-company.com"));
  private final TestApp app = TestApp.create(server, "your-app-name");
  private final Reader reader = new Reader(server, app, "COBALT");

  @BeforeAll
  void prepare() {
    reader.play(Transcript.of("chapter-2.txt").sections().getFirst());
    app.addDatabase("hobby-dev");
    app.sql("CREATE TABLE lessons AS SELECT generate_series(1, 100) AS n");
  }

  @AfterAll
  void end() {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> chapter() {
    return Transcript.of("chapter-4.txt").sections().stream()
        .map(section -> dynamicTest(section.name(), () -> play(section)));
  }

  private void play(Transcript.Section section) {
    if (section.name().equals("B4.16 Restoring")) {
      app.sql("DELETE FROM lessons");
    }
    reader.play(section);
    if (section.name().startsWith("B4.16 ")) {
      assertThat(app.sql("SELECT count(*) FROM lessons")).containsExactly("100");
    }
    if (section.name().startsWith("B4.14 ")) {
      // The book: curl -o latest.dump `heroku pgbackups:url`
      reader
          .shell(
              "curl -sS -o latest.dump `heroku pgbackups:url --app your-app-name`"
                  + " && pg_restore --list latest.dump | grep 'TABLE DATA public lessons'")
          .run()
          .succeeded();
    }
  }
}
