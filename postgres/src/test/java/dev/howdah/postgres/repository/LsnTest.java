package dev.howdah.postgres.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LsnTest {

  @Test
  void isReadAndWrittenAsPostgresDoes() {
    assertThat(Lsn.of("1A/3000028")).isEqualTo(new Lsn(0x1A_0300_0028L)).hasToString("1A/3000028");
    assertThat(new Lsn(0)).hasToString("0/0");
    assertThatThrownBy(() -> Lsn.of("3000028")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isOrderedWithoutASign() {
    assertThat(Lsn.of("FFFFFFFF/0")).isGreaterThan(Lsn.of("7FFFFFFF/FFFFFFFF"));
    assertThat(Lsn.of("1/10").since(Lsn.of("0/10"))).isEqualTo(1L << 32);
  }
}
