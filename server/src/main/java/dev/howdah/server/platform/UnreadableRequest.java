package dev.howdah.server.platform;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What is answered to a request that Jetty refuses before it reaches a route, such as one with an
 * ambiguous path: the same shape as every other refusal, where Jetty would write a page.
 */
final class UnreadableRequest extends ErrorHandler {
  private static final String JSON = "application/json";

  /** Jetty would answer some methods with nothing at all. */
  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
    // Jetty gives such a connection up: a client that is not told sends its next request into it.
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    response.write(true, ByteBuffer.wrap(body(code, message)), callback);
  }

  private static byte[] body(int status, @Nullable String message) {
    String name = HttpStatus.getMessage(status);
    return Wire.write(
        Map.of(
            "id",
            name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_"),
            "message",
            "The request cannot be read: " + (message == null ? name : message) + "."));
  }
}
