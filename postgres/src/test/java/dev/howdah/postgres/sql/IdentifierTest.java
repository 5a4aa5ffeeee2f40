package dev.howdah.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class IdentifierTest {

  @Test
  void quotesWhatWouldEndTheName() {
    assertThat(new Identifier("a\"; DROP ROLE b; --").quoted())
        .isEqualTo("\"a\"\"; DROP ROLE b; --\"");
  }

  @Test
  void refusesWhatPostgresWouldCut() {
    assertThat(new Identifier("ä".repeat(31)).name()).hasSize(31);
    assertThatThrownBy(() -> new Identifier("ä".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Identifier("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Identifier("a\0b")).isInstanceOf(IllegalArgumentException.class);
  }
}
