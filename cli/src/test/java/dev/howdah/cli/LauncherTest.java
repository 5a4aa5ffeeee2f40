package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, in a checkout with blanks in its path and a JDK that only repeats. */
class LauncherTest {
  @TempDir Path temp;
  private Path checkout;
  private Path jar;
  private Path jdk;

  private record Result(int status, String output) {}

  @BeforeEach
  void begin() throws IOException {
    checkout = Files.createDirectories(temp.resolve("a checkout"));
    Files.copy(Path.of("../howdah"), checkout.resolve("howdah"));
    checkout.resolve("howdah").toFile().setExecutable(true);
    jar = checkout.resolve("cli/target/howdah-cli-1.jar");
    Files.createDirectories(checkout.resolve("cli/target/lib"));
    Files.writeString(jar, "jar");
    Files.writeString(checkout.resolve("cli/target/lib/other.jar"), "other");
    jdk = jdk("25.0.3");
  }

  private Path jdk(String version) throws IOException {
    Path home = Files.createDirectories(temp.resolve("jdk " + version));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    for (String program : List.of("java", "javac")) {
      Path file = home.resolve("bin/" + program);
      Files.writeString(
          file,
          """
          #!/bin/bash
          for word in "$@"; do
            printf '<%s>\\n' "$word"
            case $word in -XX:AOTCacheOutput=*) : >"${word#*=}" ;; esac
          done
          """);
      file.toFile().setExecutable(true);
    }
    return home;
  }

  private Result run(Path script, Map<String, String> variables, String... words)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(script.toString());
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command).directory(temp.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("(HOWDAH|HEROKU|JAVA)_.*"));
    builder.environment().put("HOWDAH_JAVA_HOME", jdk.toString());
    builder.environment().put("HOWDAH_DATA", temp.resolve("data").toString());
    // A training in the background would outlive a test that does not wait for it.
    builder.environment().put("HOWDAH_AOT", "off");
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  private Result howdah(String... words) throws IOException, InterruptedException {
    return run(checkout.resolve("howdah"), Map.of(), words);
  }

  private Result howdahWithCache() throws IOException, InterruptedException {
    return run(checkout.resolve("howdah"), Map.of("HOWDAH_AOT", "on"), "apps");
  }

  private Path awaitCache() throws IOException, InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (var files = Files.walk(checkout.resolve("cli/target"))) {
        var cache =
            files
                .filter(file -> file.endsWith("cli.aot") && !file.toString().contains(".new/"))
                .findFirst();
        if (cache.isPresent()) {
          return cache.get();
        }
      } catch (UncheckedIOException _) {
        // The training moved its directory into place just now.
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no cache was made");
  }

  @Test
  void handsEveryWordOnAsItIs() throws Exception {
    Result result = howdah("config:set", "A=b c", "", "*", "--app", "x");
    assertThat(result.output())
        .contains("<-cp>\n<" + jar + ":" + checkout.resolve("cli/target/lib/other.jar") + ">\n")
        .endsWith("<dev.howdah.cli.Main>\n<config:set>\n<A=b c>\n<>\n<*>\n<--app>\n<x>\n");
  }

  @Test
  void downKillsAServerThatDoesNotEnd() throws Exception {
    Process server =
        new ProcessBuilder(
                "bash", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done", "howdah")
            .start();
    try {
      assertThat(server.inputReader().readLine()).isEqualTo("up");
      Path data = Files.createDirectories(temp.resolve("data"));
      Files.writeString(data.resolve("howdah.pid"), server.pid() + "\n");
      Result result = run(checkout.resolve("howdah"), Map.of("HOWDAH_DOWN_PATIENCE", "1"), "down");
      assertThat(result.output()).contains("not ended after 1 seconds", "done");
      assertThat(server.waitFor()).isNotZero();
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void worksThroughSymlinks() throws Exception {
    Path links = Files.createDirectories(temp.resolve("bin"));
    Files.createSymbolicLink(links.resolve("one"), Path.of("../a checkout/howdah"));
    Files.createSymbolicLink(links.resolve("two"), Path.of("one"));
    assertThat(run(links.resolve("two"), Map.of(), "apps").output())
        .endsWith("<dev.howdah.cli.Main>\n<apps>\n");
  }

  @Test
  void usesTheCacheOfExactlyThisJar() throws Exception {
    assertThat(howdahWithCache().output()).doesNotContain("AOTCache");
    Path cache = awaitCache();
    assertThat(howdahWithCache().output()).contains("<-XX:AOTCache=");
    assertThat(howdah("apps").output()).doesNotContain("AOTCache");
    // Put back by a restore, say: another jar, and older than the cache.
    Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    assertThat(howdahWithCache().output()).doesNotContain("AOTCache");
    assertThat(cache).exists();
  }

  @Test
  void theServerNeverRunsFromTheCacheOfAnotherBuildOfAnyOfItsJars() throws Exception {
    Path library = Files.createDirectories(checkout.resolve("server/target/lib")).resolve("p.jar");
    Files.writeString(checkout.resolve("server/target/howdah-server-1.jar"), "jar");
    Files.writeString(library, "first build");
    Path script = checkout.resolve("howdah");
    assertThat(run(script, Map.of(), "server", "--train").status()).isZero();
    Map<String, String> withCache = Map.of("HOWDAH_AOT", "on");
    assertThat(run(script, withCache, "server").output()).contains("<-XX:AOTCache=");
    FileTime time = Files.getLastModifiedTime(library);
    Files.writeString(library, "other build");
    Files.setLastModifiedTime(library, time);
    assertThat(run(script, withCache, "server").output()).doesNotContain("AOTCache=");
  }

  @Test
  void makesANewCacheAfterABuild() throws Exception {
    howdahWithCache();
    Path old = awaitCache();
    Files.writeString(jar, "another jar");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(2)));
    assertThat(howdahWithCache().output()).doesNotContain("AOTCache");
    for (int i = 0; i < 200 && awaitCache().equals(old); i++) {
      Thread.sleep(50);
    }
    assertThat(awaitCache()).isNotEqualTo(old);
  }

  @Test
  void passesByAnOldJdk() throws Exception {
    Path old = jdk("17.0.15");
    Result result =
        run(
            checkout.resolve("howdah"),
            Map.of("HOWDAH_JAVA_HOME", old.toString(), "JAVA_HOME", jdk.toString()),
            "apps");
    assertThat(result.output()).endsWith("<dev.howdah.cli.Main>\n<apps>\n");
    assertThat(Files.readString(checkout.resolve("cli/target/launch")))
        .contains("java=\"" + jdk.resolve("bin/java") + "\"");
  }

  @Test
  void saysWhatToDoWithoutABuild() throws Exception {
    Files.delete(jar);
    Result result = howdah("apps");
    assertThat(result.output()).startsWith(" !    Howdah is not built yet.");
    assertThat(result.status()).isEqualTo(1);
  }

  @Test
  void pointsTheStockCommandAtTheServer() throws Exception {
    Path data = temp.resolve("the data");
    Files.createDirectories(data.resolve("secrets"));
    Files.writeString(data.resolve("secrets/admin-token"), "the-token\n");
    Files.writeString(data.resolve("secrets/ca.pem"), "pem");
    Result result = howdah("env", "--port", "5999", "--data", data.toString());
    assertThat(result.output().lines())
        .contains(
            "export HEROKU_HOST=http://localhost:5999",
            "export HEROKU_DATA_HOST=localhost",
            "export HEROKU_GIT_HOST=localhost:5999",
            "export HEROKU_API_KEY=the-token",
            "export NODE_EXTRA_CA_CERTS=" + data.toString().replace(" ", "\\ ") + "/secrets/ca.pem")
        .allMatch(line -> line.startsWith("export "));
  }

  @Test
  void stopsNothingWhenNothingRuns() throws Exception {
    Files.createDirectories(temp.resolve("data"));
    // The number of a process that is none of ours.
    Files.writeString(temp.resolve("data/howdah.pid"), "1\n");
    assertThat(howdah("down").output()).startsWith("The server does not run.");
  }

  @Test
  void givesTheServerItsFirstAccount() throws Exception {
    Files.createDirectories(checkout.resolve("server/target"));
    Files.writeString(checkout.resolve("server/target/howdah-server-1.jar"), "jar");
    Result result = howdah("server", "--port", "5998");
    assertThat(result.output())
        .contains("<dev.howdah.server.Main>\n<--data>\n<" + temp.resolve("data") + ">\n<--port>")
        .contains("<5998>\n<--listen>\n<127.0.0.1>");
    Path secrets = temp.resolve("data/secrets");
    assertThat(Files.readString(secrets.resolve("admin-token")).strip()).hasSize(36);
    assertThat(Files.readString(secrets.resolve("admin-email")).strip())
        .isEqualTo("admin@howdah.localhost");
    assertThat(Files.getPosixFilePermissions(secrets.resolve("admin-token"))).hasSize(2);
    assertThat(temp.resolve("data/howdah.pid")).exists();
  }
}
