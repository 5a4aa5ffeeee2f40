package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.copy.PendingRecovery.Goal;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PendingRecoveryTest {

  private static final Instant MOMENT = Instant.parse("2026-11-23T09:08:07.000123Z");

  @Test
  void readsWhatItWrote() {
    for (Goal goal : List.of(new Goal.Consistent(), new Goal.Latest(), new Goal.At(MOMENT))) {
      PendingRecovery begun = begun(goal);
      Recovery last = new Recovery(Optional.of(MOMENT), Lsn.of("0/5000060"), true);
      Recovery none = new Recovery(Optional.empty(), Lsn.of("0/5000060"), false);
      for (PendingRecovery recovery :
          List.of(begun, begun.clamp(), begun.clamp().with(last), begun.with(none))) {
        assertThat(PendingRecovery.parse(recovery.text())).contains(recovery);
      }
    }
    assertThat(PendingRecovery.parse("")).isEmpty();
  }

  @Test
  void everyOriginHasItsEnd() {
    Archiving lineage = new Archiving(UUID.randomUUID(), "secret");
    assertThat(Goal.of(new Origin.Live(UUID.randomUUID()))).isEqualTo(new Goal.Consistent());
    assertThat(Goal.of(new Origin.Archived(lineage, new Target.Latest())))
        .isEqualTo(new Goal.Latest());
    assertThat(Goal.of(new Origin.Archived(lineage, new Target.At(MOMENT))))
        .isEqualTo(new Goal.At(MOMENT));
  }

  @Test
  void noRecoveryHasAWayToARepositoryAndEachHasItsTarget() {
    for (Goal goal : List.of(new Goal.Consistent(), new Goal.Latest(), new Goal.At(MOMENT))) {
      assertThat(begun(goal).settings())
          .containsEntry("restore_command", "/bin/false")
          .containsEntry("recovery_target_action", "promote");
    }
    assertThat(begun(new Goal.Consistent()).settings())
        .containsEntry("recovery_target", "immediate");
    assertThat(begun(new Goal.At(MOMENT)).settings())
        .containsEntry("recovery_target_time", "2026-11-23 09:08:07.000123+00");
    assertThat(begun(new Goal.At(MOMENT)).clamp().settings())
        .isEqualTo(begun(new Goal.Latest()).settings())
        .doesNotContainKeys("recovery_target_time", "recovery_target");
  }

  private static PendingRecovery begun(Goal goal) {
    return new PendingRecovery(
        goal, false, Lsn.of("0/2000028"), Lsn.of("1/5000000"), Optional.empty());
  }
}
