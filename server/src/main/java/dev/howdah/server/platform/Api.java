package dev.howdah.server.platform;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The one listener. Turns HTTP into {@link Call}s and {@link Reply}s: negotiates the version,
 * authenticates, meters, checks bodies against their {@link Shape}, cuts lists, and writes every
 * refusal in the platform's error shape. Features never see HTTP beyond this.
 */
public final class Api {
  /** The largest request body that is read; anything larger is refused with 413. */
  public static final int MAX_BODY = 1 << 20;

  /** As {@link #MAX_BODY}, of routes that are open to callers without a token. */
  static final int MAX_PUBLIC_BODY = 16 * 1024;

  private static final Logger log = LoggerFactory.getLogger(Api.class);
  private static final int MAX_HEADERS = 32 * 1024; // Request-Id alone grows to 7 kB (trap 20)
  private static final int MAX_CONNECTIONS = 10_000; // most of them tails that wait for a line
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final String JSON = "application/json";

  private final Authenticator authenticator;
  private final RateLimit rateLimit;
  private final List<Route> routes;
  private final Bodies bodies = new Bodies();
  private volatile RequestObserver observer = RequestObserver.NONE;
  private @Nullable Javalin server;

  /** Serves {@code routes}; nothing listens before {@link #start}. */
  public Api(Authenticator authenticator, RateLimit rateLimit, List<Route> routes) {
    this.authenticator = authenticator;
    this.rateLimit = rateLimit;
    this.routes = List.copyOf(routes);
  }

  /** Lets somebody hear of every request from now on. */
  public void observe(RequestObserver whom) {
    observer = whom;
  }

  /** Every route that is served. */
  public List<Route> routes() {
    return routes;
  }

  /** Listens on {@code host:port}, for HTTP alone. Throws when the address is taken. */
  public void start(String host, int port) {
    serve((jetty, http) -> plain(jetty, http, host, port));
  }

  /**
   * Listens on {@code host:port}, for HTTP and, told apart by the first byte of a connection, for
   * HTTPS. Throws when the address is taken.
   */
  public void start(String host, int port, SSLContext tls) {
    serve((jetty, http) -> both(jetty, http, host, port, tls));
  }

  private void serve(BiFunction<Server, HttpConfiguration, Connector> connector) {
    server =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          config.concurrency.useVirtualThreads = true;
          config.http.maxRequestSize = MAX_BODY;
          config.http.compressionStrategy = io.javalin.compression.CompressionStrategy.NONE;
          config.http.defaultContentType = JSON;
          config.jetty.modifyServer(jetty -> {
            jetty.setErrorHandler(new UnreadableRequest());
            jetty.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, jetty));
          });
          config.jetty.modifyHttpConfiguration(http -> {
            http.setRequestHeaderSize(MAX_HEADERS);
            http.setSendServerVersion(false);
            http.setIdleTimeout(IDLE.toMillis());
          });
          config.jetty.addConnector(connector);
          for (Route route : routes) {
            config.routes.addHttpHandler(
                HandlerType.findOrCreate(route.method()),
                route.path(),
                context -> serve(route, context));
            if (route.method().equals("GET")) {
              // Javalin's own answer to HEAD knows nothing of what GET would answer.
              config.routes.addHttpHandler(
                  HandlerType.HEAD, route.path(), context -> serve(route, context));
            }
          }
          config.routes.exception(Exception.class, this::unexpected);
          config.routes.error(404, this::noSuchRoute);
        });
    server.start();
  }

  private static Connector plain(
      Server jetty, HttpConfiguration configuration, String host, int port) {
    return at(host, port, new ServerConnector(jetty, new HttpConnectionFactory(configuration)));
  }

  private static Connector both(
      Server jetty, HttpConfiguration configuration, String host, int port, SSLContext tls) {
    // Whoever knows the authority may call us by any name that leads here, as over plain HTTP.
    configuration.addCustomizer(new SecureRequestCustomizer(false));
    var context = new SslContextFactory.Server();
    context.setSslContext(tls);
    var http = new HttpConnectionFactory(configuration);
    var https = new SslConnectionFactory(context, http.getProtocol());
    return at(host, port, new ServerConnector(jetty, new DetectorConnectionFactory(https), http));
  }

  private static Connector at(String host, int port, ServerConnector connector) {
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE.toMillis());
    return connector;
  }

  /** Stops listening; requests under way are finished first. */
  public void stop() {
    if (server != null) {
      server.stop();
    }
  }

  private void noSuchRoute(Context context) {
    if (context.attribute("served") == null) {
      refuse(
          context,
          new ApiError(
              404,
              "not_found",
              "The requested API endpoint was not found: this release of Howdah does not answer "
                  + context.method().name()
                  + " "
                  + context.path()
                  + ". What it has is listed in the README."));
    }
  }

  private void serve(Route route, Context context) throws IOException {
    String requestId = UUID.randomUUID().toString();
    context.attribute("served", true);
    context.header("Request-Id", requestId);
    MDC.put("request", requestId);
    long begun = System.nanoTime();
    try {
      negotiate(context);
      Optional<Caller> caller = authenticate(context);
      if (route.access() == Route.Access.ACCOUNT && caller.isEmpty()) {
        throw ApiError.unauthorized(
            context.header("Authorization") == null
                ? "There were no credentials in your `Authorization` header. Try `Authorization:"
                    + " Bearer <OAuth access token>` or `Authorization: Basic"
                    + " <base64-encoded email + \":\" + password>`."
                : "Invalid credentials provided.");
      }
      caller.ifPresent(who -> meter(context, who));
      JsonNode body = body(route, context);
      Call call =
          new Call(
              context.scheme(),
              context::pathParam,
              name -> Optional.ofNullable(context.header(name)),
              name -> Optional.ofNullable(context.queryParam(name)),
              body,
              () -> upload(context),
              () ->
                  caller.orElseThrow(() -> ApiError.unauthorized("Invalid credentials provided.")));
      Reply reply = route.handler().handle(call);
      if (reply instanceof Reply.Stream) {
        answered(route, context, begun);
      }
      write(context, reply);
      if (!(reply instanceof Reply.Stream)) {
        answered(route, context, begun);
      }
    } catch (ApiError refusal) {
      refuse(context, refusal);
      answered(route, context, begun);
    } finally {
      MDC.remove("request");
    }
  }

  private void answered(Route route, Context context, long begun) {
    observer.answered(
        route.method(),
        route.path(),
        context.statusCode(),
        Duration.ofNanos(System.nanoTime() - begun));
  }

  private static Upload upload(Context context) {
    try {
      return new Upload(context.req().getInputStream(), context.req().getContentLengthLong());
    } catch (IOException gone) {
      throw ApiError.badRequest("The request's body broke off: " + gone.getMessage());
    }
  }

  /**
   * Every {@code version=3.<variant>} is version 3; no vendor type at all is taken as version 3.
   */
  private static void negotiate(Context context) {
    String accept = context.header("Accept");
    if (accept != null
        && accept.contains("application/vnd.heroku+json")
        && !accept.replace(" ", "").contains("version=3")) {
      throw new ApiError(
          406,
          "not_acceptable",
          "This API speaks version 3: send `Accept: application/vnd.heroku+json; version=3`.");
    }
  }

  private Optional<Caller> authenticate(Context context) {
    return Optional.ofNullable(context.header("Authorization"))
        .flatMap(Credentials::token)
        .flatMap(authenticator::authenticate);
  }

  private void meter(Context context, Caller caller) {
    int remaining = rateLimit.take(caller.accountId());
    context.header("RateLimit-Remaining", Integer.toString(Math.max(0, remaining)));
    if (remaining < 0) {
      throw new ApiError(
          429,
          "rate_limit",
          "Your account reached the API rate limit. Please wait a few minutes before making new"
              + " requests.");
    }
  }

  private JsonNode body(Route route, Context context) throws IOException {
    if (route.method().equals("GET") || route.body().equals(Shape.NOTHING)) {
      return Call.emptyBody();
    }
    try (Bodies.Body body = bodies.read(context.req(), route.maxBody())) {
      return body(route, body.bytes());
    }
  }

  private static JsonNode body(Route route, byte[] bytes) {
    if (bytes.length == 0) {
      if (route.bodyRequired()) {
        throw ApiError.badRequest("The request needs a JSON body.");
      }
      return Call.emptyBody();
    }
    JsonNode body;
    try {
      body =
          switch (route.encoding()) {
            case JSON -> Wire.read(bytes);
            case FORM -> Form.read(bytes);
          };
    } catch (JacksonException notJson) {
      throw ApiError.badRequest(
          "Unable to parse the JSON in the request, please ensure it is valid JSON.");
    }
    route
        .body()
        .check("", body)
        .ifPresent(problem -> {
          throw ApiError.invalid(problem);
        });
    return body;
  }

  private static void write(Context context, Reply reply) throws IOException {
    switch (reply) {
      case Reply.Json json -> {
        json.headers().forEach(context::header);
        send(context, json.status(), JSON, Wire.write(json.body()));
      }
      case Reply.Page<?> page -> page(context, range(context), page);
      case Reply.Query<?> query -> query(context, range(context), query);
      case Reply.Raw raw -> {
        raw.headers().forEach(context::header);
        send(
            context,
            raw.status(),
            raw.contentType(),
            raw.body().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      case Reply.File file -> file(context, file);
      case Reply.Stream stream -> {
        // Javalin's own stream swallows flush(): what is tailed must reach the client at once.
        var response = context.res();
        response.setContentType(stream.contentType());
        response.setHeader("Cache-Control", "no-cache");
        if (isHead(context)) {
          return;
        }
        try {
          stream.writer().write(response.getOutputStream());
        } catch (IOException gone) {
          log.debug("the reader of {} left", context.path(), gone);
        }
      }
    }
  }

  /** A part of a file, or all of it; a client whose copy is of another content gets all. */
  private static void file(Context context, Reply.File file) throws IOException {
    String tag = "\"" + file.tag() + "\"";
    String held = context.header("If-Range");
    Optional<String> header =
        Optional.ofNullable(context.header("Range"))
            .filter(range -> held == null || held.equals(tag));
    var response = context.res();
    response.setContentType(file.contentType());
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("ETag", tag);
    response.setHeader("Cache-Control", "private, no-store");
    response.setHeader("Content-Disposition", "attachment; filename=\"" + file.name() + "\"");
    ByteRange range =
        switch (ByteRange.asked(header, file.size())) {
          case ByteRange.Asked.Whole() -> new ByteRange(0, file.size() - 1);
          case ByteRange.Asked.Part(ByteRange part) -> {
            response.setStatus(206);
            response.setHeader(
                "Content-Range",
                "bytes %d-%d/%d".formatted(part.first(), part.last(), file.size()));
            yield part;
          }
          case ByteRange.Asked.Nothing() -> {
            response.setStatus(416);
            response.setHeader("Content-Range", "bytes */" + file.size());
            yield new ByteRange(0, -1);
          }
        };
    response.setContentLengthLong(range.length());
    if (range.length() == 0 || isHead(context)) {
      return;
    }
    try (var in = file.opener().open(range.first())) {
      copy(in, response.getOutputStream(), range.length());
    } catch (IOException broken) {
      if (!response.isCommitted()) {
        response.reset();
        throw ApiError.unavailable(file.name() + " cannot be read now: " + broken.getMessage());
      }
      // Too short for what was announced: the client sees that, and may ask for the rest.
      log.warn("{} was not delivered whole: {}", file.name(), broken.toString());
    }
  }

  private static boolean isHead(Context context) {
    return context.req().getMethod().equals("HEAD");
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new IOException("the file ended %d bytes early".formatted(left));
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }

  private static Range range(Context context) {
    String header = context.header("Range");
    return header == null ? Range.all() : Range.parse(header);
  }

  private static <T> void query(Context context, Range range, Reply.Query<T> query) {
    List<T> items = query.read().apply(range.window(query.keys()));
    page(context, range, new Reply.Page<>(items, query.keys()));
  }

  private static <T> void page(Context context, Range range, Reply.Page<T> page) {
    Range.Cut<T> cut = range.cut(page);
    context.header(
        "Accept-Ranges", String.join(", ", page.keys().stream().map(Reply.SortKey::name).toList()));
    cut.next().ifPresent(next -> context.header("Next-Range", next));
    send(context, cut.next().isPresent() ? 206 : 200, JSON, Wire.write(cut.items()));
  }

  private static void send(Context context, int status, String contentType, byte[] body) {
    context.status(status).contentType(contentType).result(body);
  }

  private static void refuse(Context context, ApiError error) {
    var body = new java.util.LinkedHashMap<String, Object>();
    body.put("id", error.id());
    body.put("message", String.valueOf(error.getMessage()));
    body.putAll(error.details());
    error.headers().forEach(context::header);
    send(context, error.status(), JSON, Wire.write(body));
  }

  private void unexpected(Exception failure, Context context) {
    String requestId = String.valueOf(context.res().getHeader("Request-Id"));
    log.error("request {} {} {} failed", context.method(), context.path(), requestId, failure);
    refuse(
        context,
        new ApiError(
            500,
            "internal_server_error",
            "Something went wrong on our side. The server's log has the cause under request id "
                + requestId
                + "."));
  }
}
