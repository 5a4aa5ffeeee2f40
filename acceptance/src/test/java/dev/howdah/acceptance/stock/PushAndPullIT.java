package dev.howdah.acceptance.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.LocalPostgres;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code pg:push} and {@code pg:pull}, with a developer's own PostgreSQL. */
@ExtendWith(SharedServer.class)
class PushAndPullIT {

  @Test
  void aLocalDatabaseIsPushedAndPulledBack(RunningServer server) {
    TestApp app = TestApp.create(server, "stock-push");
    String addon = app.addDatabase("hobby-dev", "DATABASE");
    try (LocalPostgres local = LocalPostgres.start()) {
      here(server, local, "createdb", "library").run().succeeded();
      here(
              server,
              local,
              "psql",
              "-q",
              "library",
              "-c",
              "CREATE TABLE books (id serial PRIMARY KEY, title text NOT NULL);"
                  + " INSERT INTO books (title) VALUES ('Waiting for the Barbarians'), ('Ulysses')")
          .run()
          .succeeded();

      Ran push =
          here(server, local, "heroku", "pg:push", "library", "DATABASE", "-a", app.name()).run();
      assertThat(push.succeeded().flat())
          .startsWith("Pushing library to " + addon)
          .contains("Pushing complete.");
      assertThat(app.sql("SELECT title FROM books ORDER BY id"))
          .containsExactly("Waiting for the Barbarians", "Ulysses");
      assertThat(app.sql("INSERT INTO books (title) VALUES ('Middlemarch') RETURNING id"))
          .as("the sequence came along")
          .containsExactly("3");

      assertThat(
              here(server, local, "heroku", "pg:push", "library", "DATABASE", "-a", app.name())
                  .run()
                  .failed()
                  .flat())
          .contains("Remote database is not empty.");

      Ran pull =
          here(server, local, "heroku", "pg:pull", "DATABASE", "copy_of_library", "-a", app.name())
              .run();
      assertThat(pull.succeeded().flat())
          .startsWith("Pulling " + addon + " to copy_of_library")
          .contains("Pulling complete.");
      assertThat(
              here(
                      server,
                      local,
                      "psql",
                      "-At",
                      "copy_of_library",
                      "-c",
                      "SELECT title FROM books ORDER BY id")
                  .run()
                  .succeeded()
                  .out())
          .isEqualTo("Waiting for the Barbarians\nUlysses\nMiddlemarch\n");

      assertThat(
              here(server, local, "heroku", "pg:pull", "DATABASE", "library", "-a", app.name())
                  .run()
                  .failed()
                  .flat())
          .contains("database \"library\" already exists");
    }
  }

  private static Command here(RunningServer server, LocalPostgres local, String... words) {
    return server.command(words).with(local.environment());
  }
}
