package dev.howdah.server.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.network.Reach;
import dev.howdah.server.platform.ApiError;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrainTargetTest {
  @Test
  void readsWhatADrainMayBe() {
    assertThat(DrainTarget.of("syslog://logs.example.com"))
        .isEqualTo(new DrainTarget.Syslog("logs.example.com", 514, false));
    assertThat(DrainTarget.of("SYSLOG+TLS://logs.example.com:99"))
        .isEqualTo(new DrainTarget.Syslog("logs.example.com", 99, true));
    assertThat(DrainTarget.of("https://u:p@logs.example.com/in?x=1").host())
        .isEqualTo("logs.example.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "logs.example.com", "ftp://a/", "syslog://", "syslog://a:0", "https:///x"})
  void refusesOthers(String url) {
    assertThatThrownBy(() -> DrainTarget.of(url)).isInstanceOf(ApiError.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "syslog://127.0.0.1:514",
        "syslog+tls://[::1]:6514",
        "https://169.254.169.254/latest",
        "http://0.0.0.0/",
        "http://localhost/"
      })
  void leadsToNoAddressOfThisHost(String url) {
    DrainTarget target = DrainTarget.of(url);
    assertThatThrownBy(() -> target.require(Reach.PRIVATE)).isInstanceOf(ApiError.class);
    assertThatThrownBy(() -> target.address(Reach.PRIVATE)).isInstanceOf(IOException.class);
  }

  @Test
  void leadsToPrivateNetworksUnlessForbidden() {
    DrainTarget target = DrainTarget.of("syslog://10.1.2.3:514");
    assertThatCode(() -> target.require(Reach.PRIVATE)).doesNotThrowAnyException();
    assertThatThrownBy(() -> target.require(Reach.PUBLIC)).isInstanceOf(ApiError.class);
  }
}
