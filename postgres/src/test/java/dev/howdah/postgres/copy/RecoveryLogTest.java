package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryLogTest {

  @Test
  void findsTheLastCommitWithAndWithoutFraction() {
    assertThat(
            RecoveryLog.of(
                    List.of(
                        "redo done at 0/3000110 system usage: CPU: user: 0.00 s",
                        "last completed transaction was at log time 2026-11-23 10:41:02.123456+00",
                        "selected new timeline ID: 2"))
                .lastCommit())
        .contains(Instant.parse("2026-11-23T10:41:02.123456Z"));
    assertThat(
            RecoveryLog.of(
                    List.of("last completed transaction was at log time 2026-11-23 10:41:02+00"))
                .lastCommit())
        .contains(Instant.parse("2026-11-23T10:41:02Z"));
    assertThat(RecoveryLog.of(List.of("redo is not required")).lastCommit()).isEmpty();
    assertThat(
            RecoveryLog.of(
                    List.of("last completed transaction was at log time 2026-13-23 10:41:02+00"))
                .lastCommit())
        .isEmpty();
  }

  @Test
  void replayingAgainForgetsNothing() {
    RecoveryLog log =
        RecoveryLog.of(
            List.of(
                "last completed transaction was at log time 2026-11-23 10:41:02.5+00",
                "recovery ended before configured recovery target was reached",
                "last completed transaction was at log time 2026-11-23 10:40:00+00"));
    assertThat(log.lastCommit()).contains(Instant.parse("2026-11-23T10:41:02.500Z"));
    assertThat(log.endedEarly()).isTrue();
  }

  @Test
  void onlyPostgresOwnWordsEndARecovery() {
    assertThat(
            RecoveryLog.of(
                    List.of("recovery stopping before commit of transaction 745, time 2026-11-23"))
                .endedEarly())
        .isFalse();
    assertThat(
            RecoveryLog.of(
                    List.of("a user wrote: recovery ended before configured recovery target"))
                .endedEarly())
        .isFalse();
  }
}
