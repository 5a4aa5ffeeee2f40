package dev.howdah.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a newcomer does: README command one, and then the commands it prints. */
class UpIT {

  @Test
  void upStartsAServerAndTheCommandsItPrintsWork() throws IOException {
    Path root = Files.createTempDirectory(Path.of("/tmp"), "howdah-acceptance-up-");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
    String data = root.resolve("data").toString();
    try (PortBlock ports = PortBlock.reserve()) {
      String port = Integer.toString(ports.http());
      var environment = new HashMap<String, String>();
      environment.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
      environment.put("HOME", Files.createDirectory(root.resolve("home")).toString());
      environment.put("LANG", "C.UTF-8");
      environment.put("HOWDAH_DATABASE_PORTS", ports.databases());
      String java = System.getenv("JAVA_HOME");
      if (java != null) {
        environment.put("JAVA_HOME", java);
      }
      var here = new Newcomer(environment, Files.createDirectory(root.resolve("work")));
      String howdah = RunningServer.CHECKOUT.resolve("howdah").toString();
      try {
        Ran up = here.types(howdah + " up --data " + data + " --port " + port);
        assertThat(up.succeeded().out())
            .contains("Howdah is running.", "Dashboard  http://localhost:" + port, "E-mail");

        List<String> suggested =
            up.out()
                .substring(up.out().indexOf("Try:"))
                .lines()
                .skip(1)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(suggested).hasSize(4);
        assertThat(suggested.getFirst()).startsWith("eval ");
        Ran session =
            here.types("set -e\n" + String.join("\n", suggested) + " <<<'SELECT 6 * 7'")
                .succeeded();
        assertThat(session.out())
            .contains(
                "Creating my-first-app... done",
                "Database has been created and is available",
                "42");

        Ran again = here.types(howdah + " up --data " + data + " --port " + port).succeeded();
        assertThat(again.out()).startsWith("Howdah is running.").doesNotContain("Building");
      } finally {
        Ran down = here.types(howdah + " down --databases --data " + data);
        here.types("rm -rf " + root);
        assertThat(down.succeeded().out()).contains("Stopping the server");
      }
      assertThat(ProcessHandle.allProcesses().filter(process -> mentions(process, data)))
          .as("processes left behind")
          .isEmpty();
    }
  }

  private record Newcomer(Map<String, String> environment, Path directory) {
    Ran types(String line) {
      return new Command(
              List.of("bash", "-c", line), environment, directory, "", Duration.ofMinutes(5))
          .run();
    }
  }

  private static boolean mentions(ProcessHandle process, String text) {
    try {
      return Files.readString(
              Path.of("/proc/" + process.pid() + "/cmdline"),
              java.nio.charset.StandardCharsets.ISO_8859_1)
          .contains(text);
    } catch (IOException gone) {
      return false;
    }
  }
}
