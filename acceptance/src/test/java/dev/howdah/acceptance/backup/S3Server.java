package dev.howdah.acceptance.backup;

import dev.howdah.acceptance.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A server that speaks S3's protocol, as a process of its own (S3Mock), on a directory that
 * outlives it.
 */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "dumps";

  private static final Path JAR = RunningServer.CHECKOUT.resolve("acceptance/target/s3mock.jar");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path directory;
  private final int port;
  private final int tlsPort;
  private Process process;

  /** Begins to start one; {@link #await} waits for it. */
  S3Server() {
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      port = one.getLocalPort();
      tlsPort = other.getLocalPort();
      directory = Files.createTempDirectory("howdah-s3-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    keytool(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost",
        "-storetype",
        "PKCS12");
    keytool("-exportcert", "-rfc", "-file", certificate().toString());
    process = launch();
  }

  private Path keys() {
    return directory.resolveSibling(directory.getFileName() + ".p12");
  }

  private Path certificate() {
    return directory.resolveSibling(directory.getFileName() + ".pem");
  }

  /** The alias and the password are those that S3Mock expects. */
  private void keytool(String... words) {
    var all =
        new ArrayList<>(
            List.of(java().resolveSibling("keytool").toString(), "-alias", "selfsigned"));
    all.addAll(List.of("-storepass", "password", "-keystore", keys().toString()));
    all.addAll(List.of(words));
    try {
      int code = new ProcessBuilder(all).inheritIO().start().waitFor();
      if (code != 0) {
        throw new AssertionError("keytool ended with code " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static Path java() {
    return Path.of(ProcessHandle.current().info().command().orElseThrow());
  }

  private Process launch() {
    try {
      return new ProcessBuilder(
              java().toString(),
              "-Xmx160m",
              "-XX:TieredStopAtLevel=1",
              "-jar",
              JAR.toString(),
              "--http.port=" + port,
              "--server.port=" + tlsPort,
              "--server.ssl.key-store=file:" + keys(),
              "--server.ssl.key-store-type=PKCS12",
              "--com.adobe.testing.s3mock.store.initial-buckets=" + BUCKET,
              "--com.adobe.testing.s3mock.store.retain-files-on-exit=true",
              "--com.adobe.testing.s3mock.store.root=" + directory)
          .redirectErrorStream(true)
          .redirectOutput(directory.resolveSibling(directory.getFileName() + ".log").toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it answers. */
  S3Server await() {
    Awaitility.await("the S3 server")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> ask("").contains(BUCKET));
    return this;
  }

  /** What Howdah is told of it. */
  Map<String, String> settings() {
    return Map.of(
        "HOWDAH_BACKUP_BUCKET",
        BUCKET,
        "HOWDAH_BACKUP_ENDPOINT",
        "https://localhost:" + tlsPort,
        "HOWDAH_BACKUP_CA",
        certificate().toString(),
        "HOWDAH_BACKUP_KEY",
        "name",
        "HOWDAH_BACKUP_SECRET",
        "secret");
  }

  private String ask(String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/" + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The names of all objects. */
  List<String> objects() {
    return named(ask(BUCKET + "?list-type=2"));
  }

  /** The names of all objects that are being sent in parts. */
  List<String> unfinished() {
    return named(ask(BUCKET + "?uploads"));
  }

  private static List<String> named(String xml) {
    return Pattern.compile("<Key>([^<]+)</Key>")
        .matcher(xml)
        .results()
        .map(key -> key.group(1))
        .toList();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Starts it again with what it kept. */
  void restart() {
    process = launch();
    await();
  }

  @Override
  public void close() {
    kill();
    try {
      new ProcessBuilder(
              "rm",
              "-rf",
              directory.toString(),
              directory + ".log",
              keys().toString(),
              certificate().toString())
          .start()
          .waitFor();
    } catch (IOException | InterruptedException left) {
      throw new AssertionError(left);
    }
  }
}
