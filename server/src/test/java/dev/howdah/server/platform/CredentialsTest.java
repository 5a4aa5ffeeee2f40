package dev.howdah.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract §2.2: the same token comes in three dresses. */
class CredentialsTest {

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer T0ken", "bearer T0ken", "Bearer  T0ken "})
  void readsABearerToken(String header) {
    assertThat(Credentials.token(header)).contains("T0ken");
  }

  @Test
  void readsATokenInPlaceOfAPassword() {
    assertThat(Credentials.token(basic(":T0ken"))).contains("T0ken");
    assertThat(Credentials.token(basic("a@example.com:T0ken"))).contains("T0ken");
  }

  @Test
  void readsEverythingAfterTheFirstColonAsThePassword() {
    assertThat(Credentials.basic(basic("a@example.com:p:w:ü")))
        .contains(Map.entry("a@example.com", "p:w:ü"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic bm9jb2xvbg==",
        "Digest abc",
        "T0ken"
      })
  void findsNothingInAnythingElse(String header) {
    assertThat(Credentials.token(header)).isEmpty();
  }

  @Test
  void anEmptyPasswordIsNoToken() {
    assertThat(Credentials.token(basic("a@example.com:"))).isEmpty();
  }
}
