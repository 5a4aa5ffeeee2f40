package dev.howdah.server.platform;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** One request, authenticated and with a body that fits its route's {@link Shape}. */
public final class Call {
  private final String scheme;
  private final Function<String, String> path;
  private final Function<String, Optional<String>> header;
  private final Function<String, Optional<String>> query;
  private final JsonNode body;
  private final Supplier<Upload> upload;
  private final Supplier<Caller> caller;

  Call(
      String scheme,
      Function<String, String> path,
      Function<String, Optional<String>> header,
      Function<String, Optional<String>> query,
      JsonNode body,
      Supplier<Upload> upload,
      Supplier<Caller> caller) {
    this.scheme = scheme;
    this.path = path;
    this.header = header;
    this.query = query;
    this.body = body;
    this.upload = upload;
    this.caller = caller;
  }

  /** The decoded path parameter {@code name}. */
  public String path(String name) {
    return path.apply(name);
  }

  /** The request header {@code name}. */
  public Optional<String> header(String name) {
    return header.apply(name);
  }

  /** The query parameter {@code name}. */
  public Optional<String> query(String name) {
    return query.apply(name);
  }

  /** Who asks. Throws 401 on a public route called without a token. */
  public Caller caller() {
    return caller.get();
  }

  /** The whole body; an empty object when there was none. */
  public JsonNode body() {
    return body;
  }

  /** The body of a route that declares none, to be read as it arrives. */
  public Upload upload() {
    return upload.get();
  }

  /** A part of the body by JSON pointer, an absent one being a missing node. */
  public JsonNode at(String pointer) {
    return body.at(pointer);
  }

  /** The text at {@code pointer}, absent when it is missing, null or not text. */
  public Optional<String> text(String pointer) {
    JsonNode node = body.at(pointer);
    return node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
  }

  /** The boolean at {@code pointer}, absent when it is missing or null. */
  public Optional<Boolean> bool(String pointer) {
    JsonNode node = body.at(pointer);
    return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
  }

  /** User name and password of HTTP basic authentication. */
  public Optional<Map.Entry<String, String>> basic() {
    return header("Authorization").flatMap(Credentials::basic);
  }

  /** The token that was presented, whether it is one of ours or not. */
  public Optional<String> token() {
    return header("Authorization").flatMap(Credentials::token);
  }

  /** Scheme, host and port under which the client reached this server. */
  public String origin() {
    return header("X-Forwarded-Proto").filter("https"::equals).orElse(scheme)
        + "://"
        + header("Host").orElse("localhost");
  }

  /**
   * What tells this request from others, if the client says it. A client that loses its connection
   * sends the same request again with the same id (trap 19).
   */
  public Optional<String> requestId() {
    return header("Request-Id")
        .map(ids -> ids.split(",", 2)[0].strip())
        .filter(id -> id.matches("[A-Za-z0-9-]{16,64}"));
  }

  /** Whether the header {@code name} is {@code true}. */
  public boolean flag(String name) {
    return header(name).map(v -> v.toLowerCase(Locale.ROOT)).filter("true"::equals).isPresent();
  }

  static JsonNode emptyBody() {
    return JsonNodeFactory.instance.objectNode();
  }
}
