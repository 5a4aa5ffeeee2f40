package dev.howdah.server.platform;

/**
 * One endpoint, declared by a feature and served by {@link Api}.
 *
 * @param method GET, POST, PUT, PATCH or DELETE
 * @param path with parameters as {@code {name}}
 * @param access who may call it at all; what a caller may touch is the feature's to decide
 * @param body what the request body must look like
 * @param bodyRequired whether a request without a body is refused
 * @param encoding how the body is written
 * @param handler does the work
 */
public record Route(
    String method,
    String path,
    Access access,
    Shape body,
    boolean bodyRequired,
    Encoding encoding,
    Handler handler) {

  /** Who may call a route. */
  public enum Access {
    /** Anybody who presents a valid token. */
    ACCOUNT,
    /** Anybody; the handler itself looks at the credentials, if any. */
    PUBLIC
  }

  /**
   * How a request body is written. A route says so itself: old clients send JSON under the type of
   * a form (contract §14).
   */
  public enum Encoding {
    /** JSON. */
    JSON,
    /** The fields of a page's form. */
    FORM
  }

  /** The work of a route. */
  @FunctionalInterface
  public interface Handler {
    /** Answers one request; throws {@link ApiError} to refuse it. */
    Reply handle(Call call);
  }

  /** A route without a body, for callers with a token. */
  public static Route of(String method, String path, Handler handler) {
    return new Route(method, path, Access.ACCOUNT, Shape.NOTHING, false, Encoding.JSON, handler);
  }

  /** A route with a body, for callers with a token. The body is required if a field of it is. */
  public static Route of(String method, String path, Shape body, Handler handler) {
    boolean required =
        !(body instanceof Shape.Obj object)
            || object.fields().stream().anyMatch(Shape.Field::required);
    return new Route(method, path, Access.ACCOUNT, body, required, Encoding.JSON, handler);
  }

  /** The largest body that is read. What strangers may send is small. */
  public int maxBody() {
    return access == Access.PUBLIC ? Api.MAX_PUBLIC_BODY : Api.MAX_BODY;
  }

  /** The same route, open to callers without a token. */
  public Route open() {
    return new Route(method, path, Access.PUBLIC, body, bodyRequired, encoding, handler);
  }

  /** The same route, for a page's form: every field is text. */
  public Route form() {
    return new Route(method, path, access, body, bodyRequired, Encoding.FORM, handler);
  }
}
