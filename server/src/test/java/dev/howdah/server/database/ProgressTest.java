package dev.howdah.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.operation.Operation;
import dev.howdah.server.platform.Wire;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is answered when a request has waited long enough. */
class ProgressTest {
  private static Databases.Progress progress(Operation.State state) {
    Instant now = Instant.EPOCH;
    return Databases.progress(
        new Operation(
            UUID.randomUUID(),
            DatabaseProcedures.ROTATE_CREDENTIAL,
            UUID.randomUUID(),
            Wire.tree(Map.of()),
            state,
            "rotate",
            3,
            "",
            Optional.of("no answer"),
            false,
            now,
            now,
            now,
            Optional.empty()));
  }

  @Test
  void onlyWhatIsDoneIsCalledDone() {
    var done = DatabaseRoutes.answer(progress(Operation.State.SUCCEEDED), "Rotated.");
    assertThat(done.status()).isEqualTo(200);
    assertThat(done.body()).isEqualTo(Map.of("message", "Rotated."));
    var later = DatabaseRoutes.answer(progress(Operation.State.RUNNING), "Rotated.");
    assertThat(later.status()).isEqualTo(202);
    assertThat(later.body().toString()).contains("goes on").doesNotContain("Rotated");
  }

  @Test
  void whatDoesNotWorkIsRefused() {
    assertThatThrownBy(() -> progress(Operation.State.UNDOING)).hasMessageContaining("taken back");
    assertThatThrownBy(() -> progress(Operation.State.FAILED)).hasMessageContaining("nothing was");
  }
}
