package dev.howdah.cli.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value. Asking for what is not there gives JSON null, so that a missing field of an answer
 * costs a blank in the output and nothing more.
 */
public final class Json {
  /** JSON null, and the answer for everything missing. */
  public static final Json NULL = new Json(null);

  private static final JsonFactory FACTORY = new JsonFactory();

  private final @Nullable Object value;

  private Json(@Nullable Object value) {
    this.value = value;
  }

  /** Reads one JSON value. */
  public static Json parse(byte[] bytes) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
      return parser.nextToken() == null ? NULL : new Json(read(parser));
    }
  }

  /** An object of keys and values by turns; a value may be text, number, boolean, null, Json. */
  public static Json object(@Nullable Object... keysAndValues) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(String.valueOf(keysAndValues[i]), raw(keysAndValues[i + 1]));
    }
    return new Json(map);
  }

  /** An object made of a map. */
  public static Json object(Map<String, ? extends @Nullable Object> entries) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (Map.Entry<String, ? extends @Nullable Object> entry : entries.entrySet()) {
      map.put(entry.getKey(), raw(entry.getValue()));
    }
    return new Json(map);
  }

  /** An array. */
  public static Json array(List<? extends @Nullable Object> items) {
    var list = new ArrayList<@Nullable Object>();
    for (Object item : items) {
      list.add(raw(item));
    }
    return new Json(list);
  }

  /** An array. */
  public static Json array(Object... items) {
    return array(Arrays.asList(items));
  }

  private static @Nullable Object raw(@Nullable Object value) {
    return value instanceof Json json ? json.value : value;
  }

  /** The value under a key. */
  public Json at(String key) {
    return value instanceof Map<?, ?> map ? new Json(map.get(key)) : NULL;
  }

  /** The items of an array; none when it is no array. */
  public List<Json> items() {
    var items = new ArrayList<Json>();
    if (value instanceof List<?> list) {
      for (Object item : list) {
        items.add(new Json(item));
      }
    }
    return items;
  }

  /** The entries of an object, in order; none when it is no object. */
  public Map<String, Json> entries() {
    var entries = new LinkedHashMap<String, Json>();
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        entries.put(String.valueOf(entry.getKey()), new Json(entry.getValue()));
      }
    }
    return entries;
  }

  public boolean isNull() {
    return value == null;
  }

  public boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  /** The value as text; empty for null. */
  public String text() {
    return value == null ? "" : value instanceof String text ? text : write();
  }

  /** The text under a key; empty when there is none. */
  public String text(String key) {
    return at(key).text();
  }

  /** Whether the value under a key is true. */
  public boolean flag(String key) {
    return at(key).isTrue();
  }

  /** The number under a key; 0 when there is none. */
  public long number(String key) {
    return at(key).value instanceof Number number ? number.longValue() : 0;
  }

  /** Compact JSON. */
  public String write() {
    var text = new StringBuilder();
    write(value, text, -1);
    return text.toString();
  }

  /** JSON indented by two. */
  public String pretty() {
    var text = new StringBuilder();
    write(value, text, 0);
    return text.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Json json && write().equals(json.write());
  }

  @Override
  public int hashCode() {
    return write().hashCode();
  }

  @Override
  public String toString() {
    return write();
  }

  private static @Nullable Object read(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          parser.nextToken();
          map.put(key, read(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static void write(@Nullable Object value, StringBuilder text, int depth) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> {
        text.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          text.append(separator);
          indent(text, depth + 1, depth);
          quote(String.valueOf(entry.getKey()), text);
          text.append(depth < 0 ? ":" : ": ");
          write(entry.getValue(), text, depth < 0 ? depth : depth + 1);
          separator = ",";
        }
        if (!map.isEmpty()) {
          indent(text, depth, depth);
        }
        text.append('}');
      }
      case List<?> list -> {
        text.append('[');
        String separator = "";
        for (Object item : list) {
          text.append(separator);
          indent(text, depth + 1, depth);
          write(item, text, depth < 0 ? depth : depth + 1);
          separator = ",";
        }
        if (!list.isEmpty()) {
          indent(text, depth, depth);
        }
        text.append(']');
      }
      case BigDecimal number -> text.append(number.toPlainString());
      case Number number -> text.append(number);
      case Boolean bool -> text.append(bool);
      default -> quote(value.toString(), text);
    }
  }

  private static void indent(StringBuilder text, int to, int depth) {
    if (depth >= 0) {
      text.append('\n').append("  ".repeat(to));
    }
  }

  private static void quote(String string, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ') {
            text.append("\\u00").append(c < 16 ? "0" : "").append(Integer.toHexString(c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
