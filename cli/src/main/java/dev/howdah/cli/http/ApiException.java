package dev.howdah.cli.http;

import dev.howdah.cli.json.Json;

/** The server answered with an error; {@code id} and the message are the API's own. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String id;
  private final transient Json body;

  public ApiException(int status, String id, String message, Json body) {
    super(message, null, false, false);
    this.status = status;
    this.id = id;
    this.body = body;
  }

  public int status() {
    return status;
  }

  /** The API's error id; empty when the answer had none. */
  public String id() {
    return id;
  }

  /** The whole answer. */
  public Json body() {
    return body;
  }

  /** The text, never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
