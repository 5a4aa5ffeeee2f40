package dev.howdah.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.secret.Tokens;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {
  private final Names names = new Names(new Tokens(new SecureRandom()));

  @Test
  void madeUpNamesAreNamesAnAppMayHave() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(names.app()).matches(App.NAME).matches("[a-z]+-[a-z]+-[0-9]{4}");
    }
  }

  @Test
  void addonNamesLookLikeHerokus() {
    assertThat(names.addon("postgresql")).matches("postgresql-[a-z]+-[0-9]{5}");
  }

  @Test
  void hardlyRepeatThemselves() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      made.add(names.app());
    }
    assertThat(made).hasSizeGreaterThan(990);
  }
}
