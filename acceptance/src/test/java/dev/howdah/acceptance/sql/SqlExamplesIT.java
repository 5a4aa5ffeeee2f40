package dev.howdah.acceptance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The specification's list S, through {@code pg:psql}. */
@ExtendWith(SharedServer.class)
class SqlExamplesIT {

  /**
   * Rows without frames, so that they can be compared; everything else is psql as users have it.
   */
  private static final String ROWS_ONLY =
      "\\set QUIET on\n\\pset format unaligned\n\\pset tuples_only on\n";

  /**
   * An example.
   *
   * @param name the specification's number and what it is about
   * @param sql the statements
   * @param rows what they answer, a line that begins with ~ being a regular expression
   * @param errors what they complain of
   */
  private record Example(String name, String sql, List<String> rows, List<String> errors) {

    static Example of(String section) {
      int newline = section.indexOf('\n');
      String[] parts = section.substring(newline + 1).split("(?m)^--->\n", 2);
      var rows = new ArrayList<String>();
      var errors = new ArrayList<String>();
      for (String line : parts[1].strip().split("\n", -1)) {
        (line.matches("(ERROR|DETAIL|HINT): .*") ? errors : rows).add(line);
      }
      rows.removeIf(String::isEmpty);
      return new Example(section.substring(0, newline), parts[0], rows, errors);
    }

    void check(List<String> lines, String complaints) {
      assertThat(lines).hasSameSizeAs(rows);
      for (int i = 0; i < rows.size(); i++) {
        if (rows.get(i).startsWith("~ ")) {
          assertThat(lines.get(i)).matches(rows.get(i).substring(2));
        } else {
          assertThat(lines.get(i)).isEqualTo(rows.get(i));
        }
      }
      checkErrors(errors, complaints);
      if (errors.isEmpty()) {
        assertThat(complaints).doesNotContain("ERROR");
      }
    }
  }

  /**
   * Each error is a line, or a regular expression of one, without the place psql puts before it.
   */
  private static void checkErrors(List<String> errors, String complaints) {
    List<String> lines =
        complaints.lines().map(line -> line.replaceFirst("^psql:\\S+ ", "")).toList();
    for (String error : errors) {
      assertThat(lines).anyMatch(line -> line.equals(error) || line.matches(error));
    }
  }

  private static List<Example> examples() {
    try (var stream = SqlExamplesIT.class.getResourceAsStream("examples.txt")) {
      if (stream == null) {
        throw new AssertionError("the examples are gone");
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return Stream.of(text.split("(?m)^== ", -1))
          .filter(section -> !section.isBlank())
          .map(Example::of)
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> throughOurCommand(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "sql-howdah", "hobby-dev");
    return examples().stream()
        .map(example ->
            dynamicTest(
                example.name(),
                () -> {
                  Ran ran =
                      server
                          .command("howdah", "pg:psql", "--app", app.name())
                          .reading(ROWS_ONLY + example.sql())
                          .run();
                  example.check(ran.out().lines().toList(), ran.err());
                }));
  }

  @Test
  void throughTheStockCommandInOneSession(RunningServer server) throws IOException {
    TestApp app = TestApp.withDatabase(server, "sql-stock", "essential-0");
    // Statistics of a session arrive when it ends.
    List<Example> some =
        examples().stream().filter(example -> !example.name().startsWith("S20 ")).toList();
    var script = new StringBuilder(ROWS_ONLY).append("\\set ON_ERROR_STOP off\n");
    for (Example example : some) {
      script.append("\\echo == ").append(example.name()).append('\n').append(example.sql());
    }
    Path file = server.workspace("sql").resolve("examples.sql");
    Files.writeString(file, script);
    Ran ran = server.heroku("pg:psql", "-a", app.name(), "-f", file.toString());
    String[] answers = ran.out().split("(?m)^== .*\n", -1);
    assertThat(answers).hasSize(some.size() + 1);
    var errors = new ArrayList<String>();
    for (int i = 0; i < some.size(); i++) {
      var answer = new ArrayList<>(answers[i + 1].lines().toList());
      if (i == some.size() - 1) {
        // The command ends its output with an empty line.
        answer.removeIf(String::isEmpty);
      }
      new Example(some.get(i).name(), "", some.get(i).rows(), List.of()).check(answer, "");
      errors.addAll(some.get(i).errors());
    }
    checkErrors(errors, ran.err());
  }

  @Test
  void rowLocksOfAnotherSessionAreSeen(RunningServer server) throws Exception {
    TestApp app = TestApp.withDatabase(server, "sql-locks", "hobby-dev");
    app.sql("CREATE EXTENSION pgrowlocks");
    app.sql("CREATE TABLE users AS SELECT 1 AS id");
    try (var other = app.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT * FROM users FOR SHARE");
      assertThat(app.sql("SELECT * FROM pgrowlocks('users')").getFirst())
          .matches("\\(0,1\\)\\|\\d+\\|f\\|\\{\\d+\\}\\|\\{\"For Share\"\\}\\|\\{\\d+\\}");
    }
  }

  @Test
  void theCacheQueryDividesByZeroOnAnUntouchedDatabase(RunningServer server) {
    TestApp app = TestApp.withDatabase(server, "sql-untouched", "hobby-dev");
    String query =
        "SELECT sum(heap_blks_hit) / (sum(heap_blks_hit) + sum(heap_blks_read))"
            + " FROM pg_statio_user_tables";
    app.sql("CREATE TABLE untouched ()");
    assertThat(server.howdah("pg:psql", "-c", query, "--app", app.name()).failed().err())
        .contains("ERROR:  division by zero");
  }

  @Test
  void hobbyRefusesPostgisWithAReasonAndStandardAcceptsIt(RunningServer server) {
    TestApp hobby = TestApp.withDatabase(server, "sql-postgis-hobby", "hobby-dev");
    String create = "CREATE EXTENSION postgis";
    for (Ran refused :
        List.of(
            server.howdah("pg:psql", "-c", create, "--app", hobby.name()),
            server.heroku("pg:psql", "-c", create, "-a", hobby.name()))) {
      assertThat(refused.failed().err())
          .contains("ERROR:  extension \"postgis\" is not offered on the plan of this database");
    }

    TestApp standard = TestApp.withDatabase(server, "sql-postgis-standard", "standard-0");
    server.howdah("pg:psql", "-c", create, "--app", standard.name()).succeeded();
    Ran version = server.heroku("pg:psql", "-c", "SELECT postgis_version()", "-a", standard.name());
    assertThat(version.succeeded().out())
        .containsPattern("\\d+\\.\\d+ USE_GEOS=1 USE_PROJ=1 USE_STATS=1");
  }
}
