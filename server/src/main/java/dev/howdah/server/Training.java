package dev.howdah.server;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.server.platform.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run that teaches the AOT cache which classes a server needs: a real server on a data
 * directory of its own, which makes a database, is asked about it, and removes it again.
 */
final class Training {
  private static final Logger log = LoggerFactory.getLogger(Training.class);

  private static final String EMAIL = "training@example.com";

  private final int port;
  private final String token;

  private Training(int port, String token) {
    this.port = port;
    this.token = token;
  }

  static void run() throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "howdah-training-");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx--x--x"));
    int port = freePort();
    String token = UUID.randomUUID().toString();
    ServerConfig config =
        ServerConfig.of(
            List.of("--data", data.toString(), "--port", Integer.toString(port)),
            Map.of(
                "HOWDAH_ADMIN_EMAIL", EMAIL,
                "HOWDAH_ADMIN_TOKEN", token,
                "HOWDAH_ENFORCEMENT_INTERVAL", "PT1S"),
            data);
    try {
      try (Server server = Server.open(config, Clock.systemUTC())) {
        server.start();
        new Training(port, token).requests();
      }
      // What every later start does: the one above had a database to migrate.
      try (Server server = Server.open(config, Clock.systemUTC())) {
        server.start();
      }
    } finally {
      remove(data);
    }
  }

  private void requests() throws IOException {
    send("GET", "/healthz", "");
    send("GET", "/account", "");
    send("POST", "/apps", "{\"name\":\"training\"}");
    send("GET", "/apps", "");
    send("GET", "/apps/training", "");
    send("PATCH", "/apps/training/config-vars", "{\"A\":\"b\"}");
    String addon =
        send("POST", "/apps/training/addons", "{\"plan\":\"heroku-postgresql:standard-0\"}");
    String id = Wire.read(addon.getBytes(StandardCharsets.UTF_8)).path("id").asString();
    send("GET", "/apps/training/addons", "");
    send("GET", "/apps/training/addon-attachments", "");
    send("GET", "/apps/training/config-vars", "");
    send("GET", "/apps/training/releases", "");
    send(
        "POST",
        "/actions/addon-attachments/resolve",
        "{\"addon_attachment\":\"DATABASE_URL\",\"app\":\"training\"}");
    send("GET", "/client/v11/databases/" + id, "");
    send("GET", "/client/v11/databases/" + id + "/wait_status", "");
    send("GET", "/postgres/v0/databases/" + id + "/credentials", "");
    send("PATCH", "/postgres/v0/databases/" + id + "/config", "{\"log_statement\":\"ddl\"}");
    send("POST", "/postgres/v0/databases/" + id + "/credentials_rotation", "{}");
    send("GET", "/apps/unknown", "");
    send("DELETE", "/apps/training", "");
  }

  /** Sends a request and returns the answer's body; a client library would end up in the cache. */
  private String send(String method, String path, String body) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      byte[] content = body.getBytes(StandardCharsets.UTF_8);
      String head =
          """
          %s %s HTTP/1.1
          Host: localhost
          Authorization: Bearer %s
          Accept: application/vnd.heroku+json; version=3
          Content-Type: application/json
          Content-Length: %d
          Connection: close

          """
              .formatted(method, path, token, content.length)
              .replace("\n", "\r\n");
      var out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(content);
      out.flush();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      log.info("{} {}: {}", method, path, answer.lines().findFirst().orElse(""));
      return answer.substring(Math.max(0, answer.indexOf("\r\n\r\n")));
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void remove(Path data) {
    PostgresHost host = PostgresHost.open(data, Clock.systemUTC());
    host.clusters().list().forEach(id -> host.clusters().stop(id, StopMode.IMMEDIATE));
    host.control().stop();
    Orphans.endIn(data);
    OwnedFiles.delete(data);
  }
}
