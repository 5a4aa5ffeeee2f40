package dev.howdah.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {

  @Test
  void agreesWithTheExampleOfTheStandard() {
    // RFC 7677, section 3: user "user", password "pencil".
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    assertThat(ScramVerifier.of("pencil", salt, 4096).value())
        .isEqualTo(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  }

  @Test
  void saltsEveryPasswordAnew() {
    assertThat(ScramVerifier.of("x")).isNotEqualTo(ScramVerifier.of("x"));
  }

  @Test
  void doesNotPrintItself() {
    assertThat(ScramVerifier.of("x")).hasToString("ScramVerifier[hidden]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "müll", "a\nb"})
  void refusesPasswordsThatNeedPreparation(String password) {
    assertThatThrownBy(() -> ScramVerifier.of(password))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "md5abc", "SCRAM-SHA-256$1:a'; DROP--$b:c"})
  void isNothingButAVerifier(String text) {
    assertThatThrownBy(() -> new ScramVerifier(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
