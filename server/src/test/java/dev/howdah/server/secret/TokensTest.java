package dev.howdah.server.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokensTest {
  private final Tokens tokens = new Tokens(new SecureRandom());

  @Test
  void apiTokensFitIntoOldNetrcReaders() {
    assertThat(tokens.apiToken()).matches("HRDH-[A-Za-z0-9]{31}").hasSizeLessThanOrEqualTo(40);
  }

  @Test
  void databasePasswordsNeedNoEscapingInAnAddress() {
    assertThat(tokens.databasePassword()).matches("[A-Za-z0-9]{40,63}");
  }

  @Test
  void noTwoAreAlike() {
    Set<String> drawn = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      assertThat(drawn.add(tokens.apiToken())).isTrue();
      assertThat(drawn.add(tokens.secret())).isTrue();
      assertThat(drawn.add(tokens.identifier('u'))).isTrue();
    }
  }

  @Test
  void aHintShowsOnlyTheEnds() {
    String token = tokens.apiToken();
    assertThat(Tokens.hint(token))
        .isEqualTo("HRDH**********" + token.substring(token.length() - 4));
    assertThat(Tokens.hint("short")).doesNotContain("short");
  }
}
