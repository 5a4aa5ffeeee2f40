package dev.howdah.cli;

import dev.howdah.cli.environment.Environment;
import dev.howdah.cli.output.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * The run that teaches the AOT cache which classes an ordinary command needs: a handful of commands
 * against a server that knows three answers.
 */
final class Training {
  private static final String ATTACHMENTS =
      """
      [{"id":"1","name":"HEROKU_POSTGRESQL_GOLD","namespace":null,"app":{"id":"2","name":"a"},
        "addon":{"id":"3","name":"postgresql-a-1","app":{"id":"2","name":"a"},
                 "plan":{"id":"4","name":"heroku-postgresql:hobby-dev"}},
        "config_vars":["HEROKU_POSTGRESQL_GOLD_URL"]}]
      """;
  private static final String CONFIG_VARS =
      """
      {"DATABASE_URL":"postgres://u:p@h:5432/d","HEROKU_POSTGRESQL_GOLD_URL":"postgres://u:p@h:5432/d"}
      """;
  private static final String ANYTHING =
      """
      {"email":"a@b","name":"a","info":[{"name":"Plan","values":["Hobby-dev"]},
       {"name":"Followers","values":["postgres://u:p@h:5432/d"],"resolve_db_name":true}],
       "owner":{"email":"a@b"},"created_at":"2026-01-01T00:00:00Z","version":1.5,"on":true}
      """;

  private Training() {}

  static void run() throws IOException {
    Path home = Files.createTempDirectory("howdah-training");
    try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> serve(server));
      var environment =
          new Environment(
              Map.of(
                  "HOWDAH_HOST",
                  "http://localhost:" + server.getLocalPort(),
                  "HOWDAH_API_KEY",
                  "training"),
              home,
              home,
              home,
              InputStream.nullInputStream(),
              false,
              Clock.system(ZoneId.systemDefault()));
      var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
      var output = new Output(nowhere, nowhere, false);
      for (String line :
          List.of(
              "apps",
              "apps --json",
              "apps:info -a a",
              "config -a a",
              "config:set A=b -a a",
              "addons -a a",
              "addons:add heroku-postgresql:hobby-dev --follow=b -a a",
              "pg:info -a a",
              "pg:info GOLD -a a",
              "pg:wait -a a",
              "pg:credentials GOLD -a a",
              "pg:ps --help",
              "releases -a a",
              "whoami",
              "nonsense")) {
        Main.run(List.of(line.split(" ", -1)), environment, output);
      }
    } finally {
      Files.delete(home);
    }
  }

  private static void serve(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofPlatform().daemon().start(() -> answerAll(client));
      } catch (IOException _) {
        // The training is over.
      }
    }
  }

  private static void answerAll(Socket socket) {
    try (Socket client = socket) {
      answer(client);
    } catch (IOException _) {
      // The command has hung up.
    }
  }

  private static void answer(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    for (String head = head(in); !head.isEmpty(); head = head(in)) {
      String path = head.substring(head.indexOf(' ') + 1);
      int length = head.indexOf("Content-Length: ");
      if (length >= 0) {
        int end = head.indexOf('\r', length);
        in.skipNBytes(Long.parseLong(head.substring(length + 16, end)));
      }
      String body = ANYTHING;
      if (path.contains("config-vars")) {
        body = CONFIG_VARS;
      } else if (path.contains("attachments")) {
        body = ATTACHMENTS;
      } else if (path.startsWith("/users/") || head.contains("\nRange:")) {
        body = "[" + ANYTHING + "]";
      }
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      client
          .getOutputStream()
          .write(
              ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
                      + "\r\n\r\n"
                      + Integer.toHexString(bytes.length)
                      + "\r\n"
                      + body
                      + "\r\n0\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.append((char) b);
    }
    return head.toString();
  }
}
