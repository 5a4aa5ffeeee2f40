package dev.howdah.server.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class WireTest {

  private record Sample(Instant createdAt, String fullName, Optional<String> none) {}

  @Test
  void writesTimesInWholeSecondsOfUtc() {
    assertThat(json(Map.of("t", Instant.parse("2026-03-04T05:06:07.999999999Z"))))
        .isEqualTo("{\"t\":\"2026-03-04T05:06:07Z\"}");
    assertThat(json(List.of(Instant.parse("2026-12-31T23:59:59+00:00"))))
        .isEqualTo("[\"2026-12-31T23:59:59Z\"]");
  }

  @Test
  void writesNamesInSnakeCase() {
    assertThat(json(new Sample(Instant.EPOCH, "A", Optional.empty())))
        .isEqualTo("{\"created_at\":\"1970-01-01T00:00:00Z\",\"full_name\":\"A\",\"none\":null}");
  }

  @Test
  void givesAThingOfANameTheSameIdEachTime() {
    assertThat(Wire.idOf("region", "us")).isEqualTo(Wire.idOf("region", "us"));
    assertThat(Wire.idOf("region", "us")).isNotEqualTo(Wire.idOf("stack", "us"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{}x", "nope", "{\"a\":1,}", "'a'", "{\"a\":NaN}", "\u0000"})
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> Wire.read(text.getBytes(UTF_8))).isInstanceOf(JacksonException.class);
  }

  @Test
  void refusesDeepNestingInsteadOfOverflowing() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThatThrownBy(() -> Wire.read(deep.getBytes(UTF_8))).isInstanceOf(JacksonException.class);
  }

  private static String json(Object value) {
    return new String(Wire.write(value), UTF_8);
  }
}
