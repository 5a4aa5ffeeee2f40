package dev.howdah.server.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class ShapeTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Any shape a route might declare, nested up to {@code depth}. */
  private static Shape shape(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 10)) {
      case 0 -> Shape.text(random.nextInt(1, 300));
      case 1 -> Shape.name(random.nextInt(10, 300));
      case 2 -> Shape.matching(40, "[a-z][a-z0-9]*", "must be a word");
      case 3 -> Shape.bool();
      case 4 -> {
        long min = random.nextInt(-1000, 1000);
        yield new Shape.Whole(min, min + 1 + random.nextInt(1000));
      }
      case 5 -> new Shape.Nullable(shape(random, depth - 1));
      case 6 -> Shape.anyOf(shape(random, depth - 1), shape(random, depth - 1));
      case 7 -> new Shape.ListOf(shape(random, depth - 1), random.nextInt(1, 10));
      case 8 ->
          new Shape.MapOf(
              Shape.matching(20, "[A-Z][A-Z0-9]*", "must be a name"),
              shape(random, depth - 1),
              random.nextInt(1, 10));
      default -> {
        List<Shape.Field> fields = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
          Shape inner = shape(random, depth - 1);
          fields.add(
              random.nextBoolean()
                  ? Shape.required("field" + i, inner)
                  : Shape.optional("field" + i, inner));
        }
        yield new Shape.Obj(fields);
      }
    };
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(500)
  void takesWhatFits(long seed) {
    Random random = new Random(seed);
    Shape shape = shape(random, 3);
    JsonNode value = Values.fitting(shape, random);
    assertThat(shape.check("body", value)).as("%s takes %s", shape, value).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(500)
  void refusesWhatDoesNotFitAndSaysWhere(long seed) {
    Random random = new Random(seed);
    Shape shape = shape(random, 2);
    for (Values.Misfit misfit : Values.unfitting(shape, random)) {
      assertThat(shape.check("body", misfit.value()))
          .as("%s refuses (%s) %s", shape, misfit.why(), misfit.value())
          .isPresent()
          .get()
          .asString()
          .endsWith(".");
    }
  }

  @Test
  void namesTheFieldAsItIsNested() {
    Shape shape =
        Shape.object(
            Shape.required(
                "updates",
                new Shape.ListOf(Shape.object(Shape.required("type", Shape.name(10))), 5)));
    assertThat(shape.check("", Wire.read("{\"updates\":[{\"type\":\"web\"},{}]}".getBytes(UTF_8))))
        .contains("updates[1].type is missing.");
  }

  @Test
  void anOptionalFieldMayBeNullAndARequiredOneMayNot() {
    JsonNode node = JSON.objectNode().putNull("a");
    assertThat(Shape.object(Shape.optional("a", Shape.text(5))).check("", node)).isEmpty();
    assertThat(Shape.object(Shape.required("a", Shape.text(5))).check("", node)).isPresent();
  }

  @Test
  void ignoresFieldsItDoesNotName() {
    assertThat(Shape.NOTHING.check("", JSON.objectNode().put("anything", 1))).isEmpty();
  }

  @Test
  void cutsALongNameInItsAnswer() {
    Shape map = new Shape.MapOf(Shape.text(5), Shape.bool(), 5);
    assertThat(map.check("", JSON.objectNode().put("a".repeat(100_000), true)).orElseThrow())
        .hasSizeLessThan(200);
  }
}
