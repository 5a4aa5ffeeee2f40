package dev.howdah.acceptance.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.howdah.acceptance.Command;
import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.SharedServer;
import dev.howdah.acceptance.TestApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every example of docs/connecting.md, taken from the page and run against a database. */
@ExtendWith(SharedServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectingIT {

  private final Examples examples = Examples.of("docs/connecting.md");
  private Path directory = Path.of("/");
  private Map<String, String> environment = Map.of();

  @BeforeAll
  void writeExamples(RunningServer server) throws IOException {
    TestApp app = TestApp.withDatabase(server, "your-app-name", "hobby-dev");
    environment =
        Map.of(
            "DATABASE_URL", app.configVar("DATABASE_URL").orElseThrow(),
            "JDBC_DATABASE_URL", app.configVar("JDBC_DATABASE_URL").orElseThrow());
    directory = server.workspace("connecting");
    examples.writeTo(directory, server);
    run(server, "sh", "authority.sh").succeeded();

    // What the page leaves to the reader.
    Path program = directory.resolve("your-program");
    Files.writeString(program, "#!/bin/sh\nexec psql \"$DATABASE_URL\" -c 'SELECT version()'\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.createSymbolicLink(
        directory.resolve("node_modules"), RunningServer.NODE.resolve("node_modules"));
    Files.writeString(
        directory.resolve("Xml.java"),
        """
        import org.springframework.context.support.FileSystemXmlApplicationContext;
        import org.springframework.jdbc.core.JdbcTemplate;
        class Xml {
          public static void main(String[] args) {
            try (var context = new FileSystemXmlApplicationContext("database.xml")) {
              var jdbc = new JdbcTemplate(context.getBean(javax.sql.DataSource.class));
              System.out.println(jdbc.queryForObject("SELECT version()", String.class));
            }
          }
        }
        """);
    Files.writeString(
        directory.resolve("django_version.py"),
        """
        import django
        django.setup()
        from django.db import connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT version()")
            print(cursor.fetchone()[0])
        """);
  }

  @TestFactory
  Stream<DynamicTest> everyExampleOfThePageWorks(RunningServer server) {
    var runs = new LinkedHashMap<String, List<String>>();
    for (String script : List.of("start.sh", "psql.sh", "plain-psql.sh", "verify-full.sh")) {
      runs.put(script, List.of("sh", script));
    }
    runs.put("Connect.java", java(driver(), "Connect.java"));
    runs.put("ConnectByParts.java", java(driver(), "ConnectByParts.java"));
    // One needs the other: the settings are read by the program.
    runs.put("application.properties", spring());
    runs.put("com/example/Application.java", spring());
    runs.put("database.xml", java(everything(), "Xml.java"));
    runs.put("connect.rb", List.of("/usr/bin/ruby", "connect.rb"));
    runs.put("connect.py", List.of("/usr/bin/python3", "connect.py"));
    runs.put("settings_short.py", django("settings_short"));
    runs.put("settings_plain.py", django("settings_plain"));
    runs.put("connect.mjs", List.of("node", "connect.mjs"));

    Stream<DynamicTest> each =
        runs.entrySet().stream()
            .map(entry ->
                dynamicTest(
                    entry.getKey(),
                    () ->
                        assertThat(
                                run(server, entry.getValue().toArray(String[]::new))
                                    .succeeded()
                                    .out())
                            .containsPattern("(?m)^ ?PostgreSQL \\d+\\.\\d+ ")));
    DynamicTest all =
        dynamicTest(
            "no example is forgotten",
            () -> {
              var run = new java.util.TreeSet<>(runs.keySet());
              run.add("authority.sh"); // before all others
              assertThat(run).containsExactlyInAnyOrderElementsOf(examples.blocks().keySet());
            });
    return Stream.concat(each, Stream.of(all));
  }

  @Test
  void aPlainConnectionIsRefused(RunningServer server) {
    assertThat(psql(server, "sslmode=disable").failed().err())
        .contains("no pg_hba.conf entry for host", "no encryption");
  }

  @Test
  void verifyFullRefusesAServerOfAnotherAuthority(RunningServer server) {
    run(
            server,
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "other.key",
            "-out",
            "other-ca.pem",
            "-subj",
            "/CN=Other")
        .succeeded();
    assertThat(psql(server, "sslmode=verify-full&sslrootcert=other-ca.pem").failed().err())
        .contains("certificate verify failed");
  }

  @Test
  void thePartsThatPgAdminAsksForAreShown(RunningServer server) {
    assertThat(
            server.howdah("pg:credentials", "DATABASE", "--app", "your-app-name").succeeded().out())
        .containsPattern(
            "\"dbname=\\S+ host=\\S+ port=\\d+ user=\\S+ password=\\S+ sslmode=require\"");
  }

  private Ran psql(RunningServer server, String parameters) {
    return run(
        server, "psql", environment.get("DATABASE_URL") + "?" + parameters, "-c", "SELECT 1");
  }

  private Ran run(RunningServer server, String... words) {
    Command command = server.command(words).in(directory).with(environment);
    return command.run();
  }

  private static List<String> java(String classPath, String source) {
    return List.of(jdk("java"), "-cp", classPath, source);
  }

  private static List<String> spring() {
    return List.of(
        "sh",
        "-ec",
        "'%s' -proc:none -cp '%s' -d classes com/example/Application.java; '%s' -cp 'classes:%s' com.example.Application"
            .formatted(jdk("javac"), everything(), jdk("java"), everything()));
  }

  private static List<String> django(String settings) {
    return List.of(
        "env", "DJANGO_SETTINGS_MODULE=" + settings, "/usr/bin/python3", "django_version.py");
  }

  private static String jdk(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  /** The jar of the PostgreSQL driver. */
  private static String driver() {
    return org.postgresql.Driver.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .getPath();
  }

  /** The jars that these tests see: the driver's and Spring's among them. */
  private static String everything() {
    return System.getProperty("java.class.path", "");
  }
}
