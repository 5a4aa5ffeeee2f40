package dev.howdah.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.cli.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricesTest {
  @ParameterizedTest
  @CsvSource({"0, free", "5000, $50/mo", "850, $8.50/mo", "605, $6.05/mo"})
  void writesCentsAMonthAsDollars(long cents, String text) {
    assertThat(Prices.of(Json.object("cents", cents, "unit", "month"))).isEqualTo(text);
  }

  @Test
  void prefersWhatIsBilled() {
    Json addOn =
        Json.object(
            "plan", Json.object("price", Json.object("cents", 100)),
            "billed_price", Json.object("cents", 0));
    assertThat(Prices.ofAddon(addOn)).isEqualTo("free");
    assertThat(Prices.ofAddon(Json.object())).isEmpty();
  }
}
