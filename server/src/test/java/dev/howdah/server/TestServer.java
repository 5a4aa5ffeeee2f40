package dev.howdah.server;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.control.JdbcAddress;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.server.platform.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The whole server in this process, with real PostgreSQL behind it. Started once for all classes
 * that register it; gone, with its databases, when the last test has run.
 */
public final class TestServer implements BeforeAllCallback {
  /** The token of the first account, an operator. */
  public static final String ADMIN_TOKEN = "HRDH-0123456789abcdefghijklmnopqrstu";

  /** Its e-mail address. */
  public static final String ADMIN = "admin@example.com";

  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(TestServer.class);

  static {
    // As the stock command does: a connection that was closed meanwhile is no answer.
    System.setProperty("jdk.httpclient.enableAllMethodRetry", "true");
  }

  private @Nullable Running running;

  @Override
  public void beforeAll(ExtensionContext context) {
    running =
        context
            .getRoot()
            .getStore(SPACE)
            .computeIfAbsent(Running.class, type -> Running.start(), Running.class);
  }

  /** Every route that is served. */
  public List<Route> routes() {
    return running().server.api().routes();
  }

  /** Where the server is, without a slash at the end. */
  public String url() {
    return running().url;
  }

  /** The control database, from outside the server. */
  public Jdbi control() {
    return running().control;
  }

  /** The PostgreSQL servers, from outside the server. */
  public PostgresHost host() {
    return running().host;
  }

  /** Somebody who calls the API with {@code token}. */
  public Client client(String token) {
    return new Client(running(), Map.of("Authorization", "Bearer " + token));
  }

  /** The first account. */
  public Client admin() {
    return client(ADMIN_TOKEN);
  }

  /** Somebody without a token. */
  public Client nobody() {
    return new Client(running(), Map.of());
  }

  /** A new account, logged in. */
  public Client stranger() {
    String email = "stranger-" + UUID.randomUUID() + "@example.com";
    admin().post("/accounts", Map.of("email", email, "password", "a long password")).expect(201);
    return new Client(running(), Map.of()).login(email, "a long password");
  }

  private Running running() {
    if (running == null) {
      throw new IllegalStateException("the server is there from beforeAll on");
    }
    return running;
  }

  /** The running server and what it stands on. */
  static final class Running implements AutoCloseable {
    final HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Path root;
    private final PostgresHost host;
    private final Server server;
    private final Jdbi control;
    final String url;

    private Running(Path root, PostgresHost host, Server server, String url) {
      this.root = root;
      this.host = host;
      this.server = server;
      this.url = url;
      JdbcAddress address = host.control().jdbc();
      var properties = new java.util.Properties();
      properties.putAll(address.properties());
      this.control = Jdbi.create(address.url(), properties).installPlugin(new PostgresPlugin());
    }

    PostgresHost host() {
      return host;
    }

    Client client(String token) {
      return new Client(this, Map.of("Authorization", "Bearer " + token));
    }

    /** The history that a database writes now. */
    UUID lineage(UUID database) {
      return control.withHandle(handle ->
          handle
              .createQuery("select lineage from database where id = :id")
              .bind("id", database)
              .mapTo(UUID.class)
              .one());
    }

    static Running start() {
      return start(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /** With its data on the file system of a directory. */
    static Running start(Path parent) {
      try {
        Path root = Files.createTempDirectory(parent, "howdah-server-test");
        // PostgreSQL runs under users of its own, which must be able to pass.
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
        int port = freePort();
        int databases = 30_000 + port % 1000 * 10;
        ServerConfig config =
            ServerConfig.of(
                List.of("--data", root.toString(), "--port", Integer.toString(port)),
                new TreeMap<>(
                    Map.of(
                        "HOWDAH_ADMIN_EMAIL",
                        ADMIN,
                        "HOWDAH_ADMIN_TOKEN",
                        ADMIN_TOKEN,
                        "HOWDAH_RATE_LIMIT",
                        "1000000000",
                        "HOWDAH_ENFORCEMENT_INTERVAL",
                        "PT1H",
                        "HOWDAH_PROTECTION_INTERVAL",
                        "PT1S",
                        "HOWDAH_BACKLOG_BYTES",
                        Integer.toString(64 << 20),
                        "HOWDAH_REPOSITORY_PATIENCE",
                        "PT30S",
                        "HOWDAH_DATABASE_PORTS",
                        databases + "-" + (databases + 9))),
                root);
        Server server = Server.open(config, Clock.systemUTC());
        server.start();
        return new Running(
            root, PostgresHost.open(root, Clock.systemUTC()), server, "http://127.0.0.1:" + port);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    }

    @Override
    public void close() {
      http.shutdownNow(); // an answer that a failed test waited for must not hold up the end
      server.close();
      for (UUID id : host.clusters().list()) {
        host.clusters().stop(id, StopMode.IMMEDIATE);
        host.clusters().destroy(id);
      }
      host.control().stop();
      Orphans.endIn(root); // a template may still be under way
      OwnedFiles.delete(root);
    }
  }

  /** An answer, its body read. */
  public record Answer(HttpRequest request, int status, String contentType, String body) {
    /** The body as JSON. */
    public tools.jackson.databind.JsonNode json() {
      return dev.howdah.server.platform.Wire.read(body.getBytes(StandardCharsets.UTF_8));
    }

    /** The text at a JSON pointer. */
    public String text(String pointer) {
      return json().at(pointer).asString();
    }

    /** This answer, unless it has another status. */
    public Answer expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError(
            "%s %s answered %d, not %d: %s"
                .formatted(request.method(), request.uri(), status, wanted, body));
      }
      return this;
    }
  }

  /** Calls the API with some headers. */
  public static final class Client {
    private final Running running;
    private final Map<String, String> headers;

    private Client(Running running, Map<String, String> headers) {
      this.running = running;
      this.headers = headers;
    }

    /** The same caller with one more header. */
    public Client with(String name, String value) {
      var more = new TreeMap<>(headers);
      more.put(name, value);
      return new Client(running, more);
    }

    /** GET. */
    public Answer get(String path) {
      return send("GET", path, new byte[0]);
    }

    /** DELETE. */
    public Answer delete(String path) {
      return send("DELETE", path, new byte[0]);
    }

    /** POST. */
    public Answer post(String path, Object body) {
      return send("POST", path, dev.howdah.server.platform.Wire.write(body));
    }

    /** PATCH. */
    public Answer patch(String path, Object body) {
      return send("PATCH", path, dev.howdah.server.platform.Wire.write(body));
    }

    /** PUT. */
    public Answer put(String path, Object body) {
      return send("PUT", path, dev.howdah.server.platform.Wire.write(body));
    }

    /** Any request; an empty body is none. */
    public Answer send(String method, String path, byte[] body) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(running.url + path))
              .timeout(Duration.ofSeconds(30))
              .method(
                  method,
                  body.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(body));
      headers.forEach(request::header);
      HttpRequest built = request.build();
      try {
        HttpResponse<byte[]> response;
        try {
          response = running.http.send(built, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException closed) {
          // A connection kept from before may be closed just then; refused paths close theirs.
          response = running.http.send(built, HttpResponse.BodyHandlers.ofByteArray());
        }
        return new Answer(
            built,
            response.statusCode(),
            response.headers().firstValue("Content-Type").orElse(""),
            new String(response.body(), StandardCharsets.UTF_8));
      } catch (IOException broken) {
        throw new UncheckedIOException(method + " " + path + " got no answer", broken);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError(interrupted);
      }
    }

    /** The caller that logs in with these. */
    public Client login(String email, String password) {
      String pair =
          java.util.Base64.getEncoder()
              .encodeToString((email + ":" + password).getBytes(StandardCharsets.UTF_8));
      Answer made =
          new Client(running, Map.of("Authorization", "Basic " + pair))
              .post("/oauth/authorizations", Map.of("description", "test"))
              .expect(201);
      return new Client(
          running, Map.of("Authorization", "Bearer " + made.text("/access_token/token")));
    }
  }
}
