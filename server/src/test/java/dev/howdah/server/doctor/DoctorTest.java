package dev.howdah.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DoctorTest {
  private static final Caller OPERATOR =
      new Caller(UUID.randomUUID(), "operator@example.com", true, UUID.randomUUID());
  private static final Caller USER =
      new Caller(UUID.randomUUID(), "user@example.com", false, UUID.randomUUID());

  private final Doctor doctor =
      new Doctor(
          List.of(
              new Check(
                  "Broken",
                  () -> {
                    throw new IllegalStateException("no such disk");
                  }),
              new Check("Sound", () -> List.of(Finding.good("Sound", "as it should be")))));

  @Test
  void takesACheckThatFailsForAFinding() {
    assertThat(doctor.findings(OPERATOR))
        .extracting(Finding::about, Finding::good)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("Broken", false),
            org.assertj.core.groups.Tuple.tuple("Sound", true));
    assertThat(doctor.findings(OPERATOR).getFirst().text()).contains("no such disk");
  }

  @Test
  void tellsOnlyOperators() {
    assertThatThrownBy(() -> doctor.findings(USER))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("operator");
  }
}
