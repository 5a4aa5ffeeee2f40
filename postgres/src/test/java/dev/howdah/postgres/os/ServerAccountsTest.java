package dev.howdah.postgres.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerAccountsTest {

  @Test
  void readsTheKernelsMapOfUserIds() {
    assertThat(ServerAccounts.mapped(List.of("         0          0 4294967295"), 1_100_000))
        .isTrue();
    // A rootless container: sixty-five thousand ids and no more.
    assertThat(ServerAccounts.mapped(List.of("0 1000 1", "1 100000 65536"), 1_100_000)).isFalse();
    assertThat(ServerAccounts.mapped(List.of("0 1000 1", "1000000 9 200000"), 1_100_000)).isTrue();
    assertThat(ServerAccounts.mapped(List.of("1000000 9 120000"), 1_100_000)).isFalse();
  }

  @Test
  void givesEachPortAnAccountOfItsOwn() {
    ServerAccounts accounts = new ServerAccounts.PerCluster(1_100_000);
    assertThat(accounts.forPort(5432)).isEqualTo(new ServerAccount(1_105_432, 1_105_432));
    assertThat(accounts.forPort(5433)).isNotEqualTo(accounts.forPort(5432));
  }

  @Test
  void signalsNoProcessGroups() {
    for (long pid : List.of(-1L, 0L, 1L)) {
      assertThatThrownBy(() -> Signal.HANGUP.send(pid))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void seesWhetherAPortIsTaken() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
      assertThat(Ports.isFree("127.0.0.1", port)).isFalse();
    }
    assertThat(Ports.isFree("127.0.0.1", port)).isTrue();
  }
}
