package dev.howdah.server.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private final SecureRandom random = new SecureRandom();

  @ParameterizedTest
  @ValueSource(strings = {"correct horse battery", "ünïcödé-пароль", " spaces count ", "a$b$c"})
  void knowsThePasswordAgain(String password) {
    String kept = PasswordHash.of(password, random);
    assertThat(PasswordHash.matches(password, kept)).isTrue();
    assertThat(PasswordHash.matches(password + " ", kept)).isFalse();
    assertThat(kept).doesNotContain(password);
  }

  @Test
  void saltsEachHash() {
    assertThat(PasswordHash.of("password", random))
        .isNotEqualTo(PasswordHash.of("password", random));
  }

  @Test
  void readsTheCostFromTheHashSoThatItMayBeRaised() {
    String cheap =
        "argon2id$64$1$"
            + "AAAAAAAAAAAAAAAAAAAAAA$"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assertThat(PasswordHash.matches("anything", cheap)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "argon2id", "bcrypt$1$2$3$4", "argon2id$1$2$3"})
  void matchesNothingThatIsNotAHash(String kept) {
    assertThat(PasswordHash.matches("password", kept)).isFalse();
  }
}
