package dev.howdah.server.platform;

import java.util.Map;
import java.util.Objects;

/**
 * A refusal in the platform's error shape: a status, a stable {@code id}, and a {@code message}
 * that says what to do next. The only exception features throw to say no.
 */
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String id;
  private final transient Map<String, Object> details;
  private final transient Map<String, String> headers;

  /** A refusal without further fields. {@code status} is an HTTP status of 400 or more. */
  public ApiError(int status, String id, String message) {
    this(status, id, message, Map.of(), Map.of());
  }

  private ApiError(
      int status,
      String id,
      String message,
      Map<String, Object> details,
      Map<String, String> headers) {
    super(Objects.requireNonNull(message, "message"), null, false, false);
    this.status = status;
    this.id = Objects.requireNonNull(id, "id");
    this.details = Map.copyOf(details);
    this.headers = Map.copyOf(headers);
  }

  /** 400: the request cannot be read. */
  public static ApiError badRequest(String message) {
    return new ApiError(400, "bad_request", message);
  }

  /** 401: nobody, or nobody we know. */
  public static ApiError unauthorized(String message) {
    return new ApiError(401, "unauthorized", message);
  }

  /** 403: somebody, but not allowed to. */
  public static ApiError forbidden(String message) {
    return new ApiError(403, "forbidden", message);
  }

  /** 404 with the {@code resource} field that the stock CLI's fallbacks look at. */
  public static ApiError notFound(String resource, String message) {
    return new ApiError(404, "not_found", message, Map.of("resource", resource), Map.of());
  }

  /** 409: true a moment ago, or true in a moment; trying again may help. */
  public static ApiError conflict(String message) {
    return new ApiError(409, "conflict", message);
  }

  /** 422: understood, and wrong. */
  public static ApiError invalid(String message) {
    return new ApiError(422, "invalid_params", message);
  }

  /** 423: repeat with {@code confirm: app} to go on (contract §2.4). */
  public static ApiError confirmationRequired(String app, String message) {
    return new ApiError(
        423, "confirmation_required", message, Map.of(), Map.of("X-Confirmation-Required", app));
  }

  /** 503: not now. */
  public static ApiError unavailable(String message) {
    return new ApiError(503, "service_unavailable", message);
  }

  /** 503: too much at once; the client may repeat after {@code seconds}. */
  public static ApiError busy(String message, int seconds) {
    return new ApiError(
        503,
        "service_unavailable",
        message,
        Map.of(),
        Map.of("Retry-After", Integer.toString(seconds)));
  }

  /** 429: too often; the client may repeat after {@code seconds}. */
  public static ApiError tooOften(String message, int seconds) {
    return new ApiError(
        429, "rate_limit", message, Map.of(), Map.of("Retry-After", Integer.toString(seconds)));
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The stable error id, by which scripts tell errors apart. */
  public String id() {
    return id;
  }

  /** Fields beside {@code id} and {@code message}. */
  public Map<String, Object> details() {
    return details;
  }

  /** Headers that belong to the refusal. */
  public Map<String, String> headers() {
    return headers;
  }
}
