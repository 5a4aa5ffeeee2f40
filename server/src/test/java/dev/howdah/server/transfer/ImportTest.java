package dev.howdah.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.network.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportTest {
  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  private static void judge(String text, Reach reach) throws IOException {
    assertThat(Import.judge(List.of(address(text)), reach)).isEqualTo(address(text));
  }

  @Test
  void takesAddressesOfTheWeb() {
    assertThat(Import.parse("https://example.com/a.dump?x=1"))
        .isEqualTo(URI.create("https://example.com/a.dump?x=1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://example.com/a",
        "http://",
        "http:///a",
        "http://me:secret@example.com/a",
        "example.com/a.dump",
        "http://exa mple.com/"
      })
  void refusesOthers(String url) {
    assertThatThrownBy(() -> Import.parse(url)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "0.0.0.0", "::", "169.254.169.254", "fe80::1"})
  void goesToNoAddressOfThisHost(String text) {
    assertThatThrownBy(() -> judge(text, Reach.PRIVATE)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> judge(text, Reach.PUBLIC)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.1.2.3", "192.168.0.1", "172.16.5.5", "100.64.0.1", "fd00::1"})
  void goesToPrivateNetworksUnlessForbidden(String text) throws IOException {
    judge(text, Reach.PRIVATE);
    assertThatThrownBy(() -> judge(text, Reach.PUBLIC)).isInstanceOf(IOException.class);
  }

  @Test
  void goesNowhereWhereOneOfSeveralAddressesIsForbidden() {
    List<InetAddress> both = List.of(address("203.0.113.7"), address("127.0.0.1"));
    assertThatThrownBy(() -> Import.judge(both, Reach.PRIVATE)).isInstanceOf(IOException.class);
  }

  @Test
  void neverGoesWhereCloudsKeepTheirSecrets() throws IOException {
    judge("127.0.0.1", Reach.ANY);
    assertThatThrownBy(() -> judge("169.254.169.254", Reach.ANY)).isInstanceOf(IOException.class);
  }
}
