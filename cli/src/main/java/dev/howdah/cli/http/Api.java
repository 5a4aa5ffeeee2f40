package dev.howdah.cli.http;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Platform API and the data API, which one Howdah server offers side by side. */
public final class Api implements AutoCloseable {
  private static final int TRIES = 3;

  private final URI server;
  private final Connection connection;
  private final String userAgent;
  private final Set<String> warnings = new LinkedHashSet<>();
  private String authorization;

  /**
   * The API of a server.
   *
   * @param authorization value of the header of this name; empty for none
   */
  public Api(URI server, String authorization, String userAgent) {
    this.server = server;
    this.authorization = authorization;
    this.userAgent = userAgent;
    this.connection = new Connection(server);
  }

  @Override
  public void close() {
    connection.close();
  }

  /** From now on speak for someone else. */
  public void authorize(String newAuthorization) {
    authorization = newAuthorization;
  }

  public Json get(String path) throws IOException {
    return call("GET", path, Map.of(), null);
  }

  public Json get(String path, Map<String, String> headers) throws IOException {
    return call("GET", path, headers, null);
  }

  public Json post(String path) throws IOException {
    return call("POST", path, Map.of(), null);
  }

  public Json post(String path, Json body) throws IOException {
    return call("POST", path, Map.of(), body);
  }

  public Json post(String path, Map<String, String> headers, Json body) throws IOException {
    return call("POST", path, headers, body);
  }

  public Json patch(String path, Json body) throws IOException {
    return call("PATCH", path, Map.of(), body);
  }

  public Json patch(String path, Map<String, String> headers, Json body) throws IOException {
    return call("PATCH", path, headers, body);
  }

  public Json put(String path, Json body) throws IOException {
    return call("PUT", path, Map.of(), body);
  }

  public Json delete(String path) throws IOException {
    return call("DELETE", path, Map.of(), null);
  }

  public Json delete(String path, Json body) throws IOException {
    return call("DELETE", path, Map.of(), body);
  }

  /** A list, all pages of it. */
  public List<Json> list(String path) throws IOException {
    return list(path, Map.of());
  }

  /** A list, all pages of it. */
  public List<Json> list(String path, Map<String, String> headers) throws IOException {
    var items = new ArrayList<Json>();
    var sent = new LinkedHashMap<>(headers);
    while (true) {
      Reply reply = exchange("GET", path, sent, null);
      items.addAll(checked(reply).items());
      String next = reply.header("next-range");
      if (next.isEmpty()) {
        return items;
      }
      sent.put("Range", next);
    }
  }

  /** An answer that goes on for as long as the server likes; comes without an authorization. */
  public InputStream stream(String path, Map<String, String> headers) throws IOException {
    connection.waitForEver();
    Reply reply = exchange("GET", path, headers, null);
    if (reply.status() != 200) {
      checked(reply);
    }
    return reply.body();
  }

  /** Sends a file, and whatever its size, as the body of a POST. */
  public Json upload(String path, Path file) throws IOException {
    try (InputStream body = Files.newInputStream(file)) {
      return checked(connection.upload(path, headers(Map.of()), body, Files.size(file)));
    } catch (ConnectException _) {
      throw unreachable();
    }
  }

  /** Warnings the server sent along with its answers, each once. */
  public Set<String> warnings() {
    return warnings;
  }

  /** A part of a path, with whatever needs escaping escaped. */
  public static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Json call(String method, String path, Map<String, String> headers, @Nullable Json body)
      throws IOException {
    return checked(exchange(method, path, headers, body));
  }

  private Json checked(Reply reply) throws IOException {
    boolean isJson = reply.isJson();
    if (reply.status() >= 200 && reply.status() < 300) {
      warn(reply.header("x-heroku-warning"));
      warn(reply.header("warning-message"));
      return reply.json();
    }
    byte[] bytes = reply.body().readAllBytes();
    Json body = Json.NULL;
    if (isJson && bytes.length > 0) {
      body = Json.parse(bytes);
    }
    String message = body.text("message");
    if (message.isEmpty()) {
      message = isJson ? "" : new String(bytes, StandardCharsets.UTF_8).strip();
      if (message.isEmpty() || message.startsWith("<")) {
        message = "The server answered HTTP " + reply.status() + ".";
      }
    }
    if (reply.status() == 401 && authorization.isEmpty()) {
      message = "You are not logged in.";
    }
    throw new ApiException(reply.status(), body.text("id"), message, body);
  }

  private void warn(String warning) {
    if (!warning.isEmpty()) {
      warnings.add(warning);
    }
  }

  private Reply exchange(
      String method, String path, Map<String, String> headers, @Nullable Json body)
      throws IOException {
    Map<String, String> sent = headers(headers);
    byte[] bytes = body == null ? null : body.write().getBytes(StandardCharsets.UTF_8);
    for (int attempt = 1; ; attempt++) {
      try {
        return connection.send(method, path, sent, bytes);
      } catch (ConnectException _) {
        throw unreachable();
      } catch (UnknownHostException _) {
        throw new CommandException(
            "There is no host " + server.getHost() + ".\nHOWDAH_HOST is the server's address.");
      } catch (EOFException | SocketException e) {
        // Only what asks without changing anything may be said twice.
        if (!method.equals("GET") || attempt == TRIES) {
          throw e;
        }
        pause(200L << attempt);
      }
    }
  }

  private Map<String, String> headers(Map<String, String> more) {
    var sent = new LinkedHashMap<String, String>();
    sent.put("Accept", "application/vnd.heroku+json; version=3");
    sent.put("User-Agent", userAgent);
    if (!authorization.isEmpty()) {
      sent.put("Authorization", authorization);
    }
    sent.putAll(more);
    return sent;
  }

  private CommandException unreachable() {
    return new CommandException(
        "Could not reach the Howdah server at "
            + server
            + " (connection refused).\n"
            + "Start it with `howdah up`, or set HOWDAH_HOST to its address.");
  }

  private static void pause(long milliseconds) throws IOException {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }
}
