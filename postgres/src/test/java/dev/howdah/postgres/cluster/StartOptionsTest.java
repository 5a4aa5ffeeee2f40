package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StartOptionsTest {

  private static final String LEADER =
      """
      wal_log_hints setting:                off
      max_connections setting:              508
      max_worker_processes setting:         4
      max_wal_senders setting:              16
      max_prepared_xacts setting:           0
      max_locks_per_xact setting:           64
      track_commit_timestamp setting:       off
      """;

  @Test
  void aFollowerHasAtLeastWhatItsLeaderHas() {
    assertThat(
            StartOptions.leaders(
                LEADER,
                """
                max_connections = '28'
                max_worker_processes = '8'
                max_wal_senders = '16'
                max_locks_per_transaction = '64'
                """))
        .isEqualTo(Map.of("max_connections", "508"));
  }

  @Test
  void moreThanTheLeaderIsLeftAlone() {
    assertThat(
            StartOptions.leaders(
                LEADER,
                """
                max_connections = '600'
                max_worker_processes = '4'
                max_wal_senders = '20'
                max_locks_per_transaction = '128'
                """))
        .isEmpty();
  }

  @Test
  void whatAServerHasMoreOfThanItIsToldToIsNoReasonToRestart() {
    String told = "max_connections = '128'\nshared_buffers = '8MB'\n";
    assertThat(StartOptions.needsRestart(Map.of(), told)).isFalse();
    assertThat(StartOptions.needsRestart(Map.of("max_connections", "408"), told)).isFalse();
    assertThat(StartOptions.needsRestart(Map.of("max_connections", "28"), told)).isTrue();
    assertThat(StartOptions.needsRestart(Map.of("shared_buffers", "2048"), told)).isTrue();
    assertThat(
            StartOptions.needsRestart(
                Map.of("max_connections", "408", "archive_mode", "off"), told))
        .isTrue();
  }
}
