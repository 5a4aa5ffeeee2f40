package dev.howdah.server.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FormTest {

  @Test
  void readsFieldsAsABrowserSendsThem() {
    JsonNode form = read("email=a%40example.com&password=p+w%26%C3%BC%3D&empty=");
    assertThat(form.path("email").stringValue()).isEqualTo("a@example.com");
    assertThat(form.path("password").stringValue()).isEqualTo("p w&ü=");
    assertThat(form.path("empty").stringValue()).isEmpty();
  }

  @Test
  void countsTheFirstOfTwo() {
    assertThat(read("a=1&a=2").path("a").stringValue()).isEqualTo("1");
  }

  @Test
  void passesOverWhatIsNoField() {
    assertThat(read("&&=x&novalue&a=1").size()).isEqualTo(1);
  }

  @Test
  void refusesWhatDoesNotDecode() {
    assertThatThrownBy(() -> read("a=%zz"))
        .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.status()).isEqualTo(400));
  }

  private static JsonNode read(String form) {
    return Form.read(form.getBytes(UTF_8));
  }
}
