package dev.howdah.server.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Values that fit a {@link Shape}, and values that in one respect do not. */
public final class Values {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Texts for the patterns of our shapes: of each pattern at least one must match. */
  private static final List<String> SAMPLES =
      List.of(
          "abcdefgh1",
          "ABCDEFGH",
          "someone@example.com",
          "heroku-postgresql:hobby-dev",
          "https://example.com/",
          "postgres://u:p@db.example.com:5432/d",
          "2026-01-02T03:04:05Z",
          "00000000-0000-4000-8000-000000000000",
          "12",
          "readonly",
          "a",
          "");

  private static final List<String> ODDITIES =
      List.of("", " ", "-", "!", "ü", "\n", "a b", "A-", "9", "\u202e", "'; drop table app; --");

  private Values() {}

  /** Why a value does not fit, and the value. */
  public record Misfit(String why, JsonNode value) {}

  /** A value that fits. */
  public static JsonNode fitting(Shape shape, Random random) {
    return switch (shape) {
      case Shape.Text text -> {
        List<String> matching =
            SAMPLES.stream()
                .filter(sample -> text.check("", JSON.stringNode(sample)).isEmpty())
                .toList();
        if (matching.isEmpty()) {
          throw new AssertionError(
              "No sample matches " + text.pattern() + ": add one to Values.SAMPLES.");
        }
        yield JSON.stringNode(matching.get(random.nextInt(matching.size())));
      }
      case Shape.Bool bool -> JSON.booleanNode(random.nextBoolean());
      case Shape.Whole whole ->
          JSON.numberNode(
              switch (random.nextInt(3)) {
                case 0 -> whole.min();
                case 1 -> whole.max();
                default -> random.nextLong(whole.min(), whole.max()) + 0L;
              });
      case Shape.Nullable nullable ->
          random.nextInt(4) == 0 ? JSON.nullNode() : fitting(nullable.shape(), random);
      case Shape.AnyOf anyOf ->
          fitting(anyOf.shapes().get(random.nextInt(anyOf.shapes().size())), random);
      case Shape.ListOf list -> {
        ArrayNode array = JSON.arrayNode();
        for (int i = random.nextInt(Math.min(list.max(), 4) + 1); i > 0; i--) {
          array.add(fitting(list.item(), random));
        }
        yield array;
      }
      case Shape.MapOf map -> {
        ObjectNode object = JSON.objectNode();
        for (int i = random.nextInt(Math.min(map.max(), 4) + 1); i > 0; i--) {
          object.set(fitting(map.key(), random).stringValue(), fitting(map.value(), random));
        }
        yield object;
      }
      case Shape.Obj object -> {
        ObjectNode fields = JSON.objectNode();
        for (Shape.Field field : object.fields()) {
          if (field.required() || random.nextBoolean()) {
            fields.set(field.name(), fitting(field.shape(), random));
          }
        }
        if (random.nextBoolean()) {
          fields.put("a_field_nobody_named", 1);
        }
        yield fields;
      }
    };
  }

  /** Values each of which does not fit for one reason. */
  public static List<Misfit> unfitting(Shape shape, Random random) {
    Stream<Misfit> all = Stream.concat(wrongTypes(), special(shape, random).stream());
    return all.filter(misfit -> mayBeTold(shape, misfit)).toList();
  }

  /** What is of the wrong type for one shape is of the right one for another. */
  private static boolean mayBeTold(Shape shape, Misfit misfit) {
    return !misfit.why().equals("wrong type") || !typeFits(shape, misfit.value());
  }

  private static boolean typeFits(Shape shape, JsonNode value) {
    return switch (shape) {
      case Shape.Text text -> value.isString();
      case Shape.Bool bool -> value.isBoolean();
      case Shape.Whole whole -> value.isIntegralNumber();
      case Shape.Nullable nullable -> value.isNull() || typeFits(nullable.shape(), value);
      case Shape.AnyOf anyOf -> anyOf.shapes().stream().anyMatch(s -> typeFits(s, value));
      case Shape.ListOf list -> value.isArray();
      case Shape.MapOf map -> value.isObject();
      case Shape.Obj object -> value.isObject();
    };
  }

  private static Stream<Misfit> wrongTypes() {
    return Stream.of(
            JSON.stringNode("true"),
            JSON.booleanNode(true),
            JSON.numberNode(1),
            JSON.numberNode(1.5),
            JSON.nullNode(),
            JSON.arrayNode(),
            JSON.objectNode())
        .map(value -> new Misfit("wrong type", value));
  }

  private static List<Misfit> special(Shape shape, Random random) {
    List<Misfit> misfits = new ArrayList<>();
    switch (shape) {
      case Shape.Text text -> {
        misfits.add(new Misfit("too long", JSON.stringNode("a".repeat(text.max() + 1))));
        misfits.add(new Misfit("NUL", JSON.stringNode("a\0b")));
        ODDITIES.stream()
            .filter(odd -> odd.length() <= text.max() && !text.pattern().matcher(odd).matches())
            .forEach(odd -> misfits.add(new Misfit("pattern", JSON.stringNode(odd))));
      }
      case Shape.Bool bool -> {}
      case Shape.Whole whole -> {
        misfits.add(new Misfit("too small", JSON.numberNode(Math.subtractExact(whole.min(), 1))));
        misfits.add(new Misfit("too large", JSON.numberNode(Math.addExact(whole.max(), 1))));
        misfits.add(
            new Misfit("too large", JSON.numberNode(new java.math.BigInteger("9".repeat(30)))));
      }
      case Shape.Nullable nullable -> misfits.addAll(special(nullable.shape(), random));
      case Shape.AnyOf anyOf ->
          anyOf.shapes().stream()
              .flatMap(s -> special(s, random).stream())
              .filter(misfit ->
                  anyOf.shapes().stream().noneMatch(s -> s.check("", misfit.value()).isEmpty()))
              .forEach(misfits::add);
      case Shape.ListOf list -> {
        ArrayNode many = JSON.arrayNode();
        JsonNode item = fitting(list.item(), random);
        for (int i = 0; i <= list.max(); i++) {
          many.add(item);
        }
        misfits.add(new Misfit("too many", many));
        for (Misfit inner : unfitting(list.item(), random)) {
          misfits.add(new Misfit(inner.why(), JSON.arrayNode().add(item).add(inner.value())));
        }
      }
      case Shape.MapOf map -> {
        ObjectNode many = JSON.objectNode();
        JsonNode value = fitting(map.value(), random);
        for (int i = 0; i <= map.max(); i++) {
          many.set("A" + i, value);
        }
        misfits.add(new Misfit("too many", many));
        for (Misfit key : special(map.key(), random)) {
          misfits.add(
              new Misfit(
                  key.why() + " in a name",
                  JSON.objectNode().set(key.value().stringValue(), value)));
        }
        for (Misfit inner : unfitting(map.value(), random)) {
          misfits.add(new Misfit(inner.why(), JSON.objectNode().set("A", inner.value())));
        }
      }
      case Shape.Obj object -> {
        for (Shape.Field field : object.fields()) {
          ObjectNode whole = (ObjectNode) fitting(required(object), random);
          if (field.required()) {
            misfits.add(
                new Misfit(field.name() + " missing", whole.deepCopy().without(field.name())));
          }
          for (Misfit inner : unfitting(field.shape(), random)) {
            if (field.required() || !inner.value().isNull()) {
              misfits.add(
                  new Misfit(
                      field.name() + ": " + inner.why(),
                      whole.deepCopy().set(field.name(), inner.value())));
            }
          }
        }
      }
    }
    return misfits;
  }

  private static Shape.Obj required(Shape.Obj object) {
    return new Shape.Obj(object.fields().stream().filter(Shape.Field::required).toList());
  }
}
