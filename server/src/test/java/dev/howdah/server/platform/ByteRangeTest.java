package dev.howdah.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  private static final long SIZE = 1000;

  @ParameterizedTest
  @CsvSource({
    "bytes=0-, 0, 999",
    "bytes=10-19, 10, 19",
    "bytes=990-2000, 990, 999",
    "bytes=-10, 990, 999",
    "bytes=-2000, 0, 999"
  })
  void givesAPart(String header, long first, long last) {
    assertThat(ByteRange.asked(Optional.of(header), SIZE))
        .isEqualTo(new ByteRange.Asked.Part(new ByteRange(first, last)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=1000-1001", "bytes=-0"})
  void saysThatThereIsNothingBehindTheEnd(String header) {
    assertThat(ByteRange.asked(Optional.of(header), SIZE)).isEqualTo(new ByteRange.Asked.Nothing());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bytes=-", "bytes=20-10", "bytes=0-1,5-6", "id a..b", "bytes=x-"})
  void ignoresWhatItDoesNotGive(String header) {
    assertThat(ByteRange.asked(Optional.of(header), SIZE)).isEqualTo(new ByteRange.Asked.Whole());
  }

  @Test
  void givesEverythingUnasked() {
    assertThat(ByteRange.asked(Optional.empty(), SIZE)).isEqualTo(new ByteRange.Asked.Whole());
  }
}
