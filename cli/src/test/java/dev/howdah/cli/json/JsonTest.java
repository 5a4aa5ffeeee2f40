package dev.howdah.cli.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static Json parse(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void givesBackWhatItRead() {
    String text = "{\"a\":[1,2.50,true,false,null,\"x\"],\"b\":{},\"c\":\"\\\"\\\\\\n\\u0001é\"}";
    assertThat(parse(text).write()).isEqualTo(text);
  }

  @Test
  void answersNullForWhatIsMissing() {
    Json json = parse("{\"a\":null}");
    assertThat(json.at("a").isNull()).isTrue();
    assertThat(json.at("b").at("c").text()).isEmpty();
    assertThat(json.at("b").items()).isEmpty();
    assertThat(json.number("b")).isZero();
    assertThat(json.flag("b")).isFalse();
    assertThat(parse("").isNull()).isTrue();
  }

  @Test
  void indentsForPeople() {
    assertThat(Json.object("a", Json.array(1, "x"), "b", Json.object(), "c", null).pretty())
        .isEqualTo(
            """
            {
              "a": [
                1,
                "x"
              ],
              "b": {},
              "c": null
            }\
            """);
    assertThat(Json.array(List.of()).pretty()).isEqualTo("[]");
  }
}
