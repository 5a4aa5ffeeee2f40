package dev.howdah.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocationTest {
  private static final UUID DATABASE = UUID.randomUUID();

  private static Location locate(String address, Optional<Boolean> sameHost) {
    return Location.of(
        List.of(InetAddress.ofLiteral(address)),
        sameHost.map(same -> new Location.Neighbour(DATABASE, same)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fe80::1",
        "224.0.0.1"
      })
  void thisHostIsReachedThroughItsDatabasesOnly(String address) {
    assertThatThrownBy(() -> locate(address, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(locate(address, Optional.of(false))).isEqualTo(new Location.Here(DATABASE));
  }

  @Test
  void theHostOfADatabasesUrlIsHereWhateverItsAddress() {
    assertThat(locate("203.0.113.7", Optional.of(true))).isEqualTo(new Location.Here(DATABASE));
  }

  @Test
  void anotherHostIsElsewhereAlsoWhenItHasADatabaseAtTheSamePort() {
    assertThat(locate("203.0.113.7", Optional.of(false)))
        .isEqualTo(new Location.Elsewhere(InetAddress.ofLiteral("203.0.113.7")));
  }

  @Test
  void aHostWithOneInternalAddressAmongOthersIsRefused() {
    List<InetAddress> both =
        List.of(InetAddress.ofLiteral("203.0.113.7"), InetAddress.ofLiteral("127.0.0.1"));
    assertThatThrownBy(() -> Location.of(both, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Location.of(List.of(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
