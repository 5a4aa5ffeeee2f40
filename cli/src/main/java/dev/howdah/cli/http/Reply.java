package dev.howdah.cli.http;

import dev.howdah.cli.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;

/**
 * An answer of the server.
 *
 * @param headers names in lower case
 * @param body to be read to its end before the next request goes out on the same connection
 */
record Reply(int status, Map<String, String> headers, InputStream body) {

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  Json json() throws IOException {
    byte[] bytes = body.readAllBytes();
    return isJson() && bytes.length > 0 ? Json.parse(bytes) : Json.NULL;
  }

  boolean isJson() {
    String type = header("content-type").toLowerCase(Locale.ROOT);
    return type.contains("application/json") || type.contains("+json");
  }
}
