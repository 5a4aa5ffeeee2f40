package dev.howdah.server.platform;

/**
 * One endpoint, declared by a feature and served by {@link Api}.
 *
 * @param method GET, POST, PUT, PATCH or DELETE
 * @param path with parameters as {@code {name}}
 * @param access who may call it at all; what a caller may touch is the feature's to decide
 * @param body what the request body must look like
 * @param bodyRequired whether a request without a body is refused
 * @param handler does the work
 */
public record Route(
    String method, String path, Access access, Shape body, boolean bodyRequired, Handler handler) {

  /** Who may call a route. */
  public enum Access {
    /** Anybody who presents a valid token. */
    ACCOUNT,
    /** Anybody; the handler itself looks at the credentials, if any. */
    PUBLIC
  }

  /** The work of a route. */
  @FunctionalInterface
  public interface Handler {
    /** Answers one request; throws {@link ApiError} to refuse it. */
    Reply handle(Call call);
  }

  /** A route without a body, for callers with a token. */
  public static Route of(String method, String path, Handler handler) {
    return new Route(method, path, Access.ACCOUNT, Shape.NOTHING, false, handler);
  }

  /** A route with a body, for callers with a token. The body is required if a field of it is. */
  public static Route of(String method, String path, Shape body, Handler handler) {
    boolean required =
        !(body instanceof Shape.Obj object)
            || object.fields().stream().anyMatch(Shape.Field::required);
    return new Route(method, path, Access.ACCOUNT, body, required, handler);
  }

  /** The same route, open to callers without a token. */
  public Route open() {
    return new Route(method, path, Access.PUBLIC, body, bodyRequired, handler);
  }
}
