package dev.howdah.server.platform;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads the fields of a page's form, so that handlers need not know how a body was written. */
final class Form {
  private Form() {}

  /** An object of texts. Of a field sent twice the first counts. */
  static JsonNode read(byte[] body) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        fields.putIfAbsent(
            decode(pair.substring(0, equals)),
            JsonNodeFactory.instance.stringNode(decode(pair.substring(equals + 1))));
      }
    }
    return fields;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw ApiError.badRequest("Unable to read the form: " + malformed.getMessage() + ".");
    }
  }
}
