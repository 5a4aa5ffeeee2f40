package dev.howdah.server.platform;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a request body may look like. Routes declare it, {@link Api} enforces it before a handler
 * runs, and a test generates wrong bodies from it for every route there is.
 *
 * <p>Fields that a shape does not name are ignored, as the Platform API ignores them.
 */
public sealed interface Shape {

  /** A shape that takes anything: the body is not read. */
  Obj NOTHING = object();

  /** Why {@code node} does not fit, or empty when it does. {@code path} names it in the answer. */
  Optional<String> check(String path, JsonNode node);

  /** Text of at most {@code max} characters, without NUL, matching {@code pattern}. */
  record Text(int max, Pattern pattern, String expectation) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      if (!node.isString()) {
        return Optional.of(path + " must be a string.");
      }
      String value = node.stringValue();
      if (value.length() > max) {
        return Optional.of(path + " is too long (maximum is " + max + " characters).");
      }
      if (value.indexOf('\0') >= 0) {
        return Optional.of(path + " must not contain the NUL character.");
      }
      if (!pattern.matcher(value).matches()) {
        return Optional.of(path + " " + expectation + ".");
      }
      return Optional.empty();
    }
  }

  /** {@code true} or {@code false}. */
  record Bool() implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      return node.isBoolean()
          ? Optional.empty()
          : Optional.of(path + " must be either true or false.");
    }
  }

  /** A whole number from {@code min} to {@code max}. */
  record Whole(long min, long max) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      return node.isIntegralNumber()
              && node.canConvertToLong()
              && node.longValue() >= min
              && node.longValue() <= max
          ? Optional.empty()
          : Optional.of(path + " must be a whole number from " + min + " to " + max + ".");
    }
  }

  /** {@code null}, or what {@code shape} takes. */
  record Nullable(Shape shape) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      return node.isNull() ? Optional.empty() : shape.check(path, node);
    }
  }

  /** What any of {@code shapes} takes; the first one words the refusal. */
  record AnyOf(List<Shape> shapes) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      return shapes.stream().anyMatch(shape -> shape.check(path, node).isEmpty())
          ? Optional.empty()
          : shapes.getFirst().check(path, node);
    }
  }

  /** A list of at most {@code max} items. */
  record ListOf(Shape item, int max) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      if (!node.isArray()) {
        return Optional.of(path + " must be a list.");
      }
      if (node.size() > max) {
        return Optional.of(path + " has too many items (maximum is " + max + ").");
      }
      for (int i = 0; i < node.size(); i++) {
        Optional<String> problem = item.check(path + "[" + i + "]", node.get(i));
        if (problem.isPresent()) {
          return problem;
        }
      }
      return Optional.empty();
    }
  }

  /** A map whose keys and values fit. */
  record MapOf(Text key, Shape value, int max) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      if (!node.isObject()) {
        return Optional.of(path + " must be an object.");
      }
      if (node.size() > max) {
        return Optional.of(path + " has too many entries (maximum is " + max + ").");
      }
      for (var entry : node.properties()) {
        Optional<String> problem =
            key.check("The name " + quote(entry.getKey()), stringNode(entry.getKey()))
                .or(() -> value.check(quote(entry.getKey()), entry.getValue()));
        if (problem.isPresent()) {
          return problem;
        }
      }
      return Optional.empty();
    }

    private static JsonNode stringNode(String text) {
      return tools.jackson.databind.node.StringNode.valueOf(text);
    }

    private static String quote(String text) {
      return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
  }

  /** One field of an object. */
  record Field(String name, Shape shape, boolean required) {}

  /** An object with these fields. */
  record Obj(List<Field> fields) implements Shape {
    @Override
    public Optional<String> check(String path, JsonNode node) {
      if (!node.isObject()) {
        return Optional.of((path.isEmpty() ? "The request body" : path) + " must be an object.");
      }
      for (Field field : fields) {
        JsonNode value = node.get(field.name());
        String name = path.isEmpty() ? field.name() : path + "." + field.name();
        if (value == null) {
          if (field.required()) {
            return Optional.of(name + " is missing.");
          }
          continue;
        }
        // Clients send null for what they leave out; only a required field may not be null.
        if (value.isNull() && !field.required()) {
          continue;
        }
        Optional<String> problem = field.shape().check(name, value);
        if (problem.isPresent()) {
          return problem;
        }
      }
      return Optional.empty();
    }
  }

  /** Any text up to {@code max} characters. */
  static Text text(int max) {
    return new Text(max, Pattern.compile("(?s).*"), "must be text");
  }

  /** Text that is not blank. */
  static Text name(int max) {
    return new Text(max, Pattern.compile("(?s).*\\S.*"), "must not be blank");
  }

  /** Text matching {@code regex}; {@code expectation} completes "<field> …". */
  static Text matching(int max, String regex, String expectation) {
    return new Text(max, Pattern.compile(regex), expectation);
  }

  /** {@code true} or {@code false}. */
  static Bool bool() {
    return new Bool();
  }

  /** An object with these fields. */
  static Obj object(Field... fields) {
    return new Obj(List.of(fields));
  }

  /** A field that must be there. */
  static Field required(String name, Shape shape) {
    return new Field(name, shape, true);
  }

  /** A field that may be absent or null. */
  static Field optional(String name, Shape shape) {
    return new Field(name, shape, false);
  }

  /** One of these shapes. */
  static AnyOf anyOf(Shape... shapes) {
    return new AnyOf(Arrays.asList(shapes));
  }
}
