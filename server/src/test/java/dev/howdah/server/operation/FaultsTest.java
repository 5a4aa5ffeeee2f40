package dev.howdah.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {
  private static final List<Procedure> PROCEDURES =
      List.of(
          new Procedure(
              "build",
              Duration.ofMinutes(1),
              List.of(step("walls"), step("roof")),
              List.of(step("clear"))),
          new Procedure("paint", Duration.ofMinutes(1), List.of(step("door")), List.of()));

  private static Procedure.Step step(String name) {
    return new Procedure.Step(name, operation -> Outcome.done());
  }

  @Test
  void failsTheStepsItWasAskedTo() {
    Faults faults = Faults.of("build/roof/fail,build/clear/after");
    assertThat(faults.fails("build", "roof")).isTrue();
    assertThat(faults.fails("build", "walls")).isFalse();
    assertThat(faults.fails("build", "clear")).isFalse();
  }

  @Test
  void takesUndoStepsToo() {
    assertThatCode(() -> Faults.of("build/clear/before").require(PROCEDURES))
        .doesNotThrowAnyException();
  }

  @Test
  void namesTheStepsThereAreWhenOneIsUnknown() {
    assertThatThrownBy(() -> Faults.of("build/rooof/before").require(PROCEDURES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("build/rooof")
        .hasMessageContaining("build: walls roof; undo: clear\npaint: door");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "build", "build/roof", "build/roof/during", "build/roof/before/x"})
  void refusesWhatItCannotRead(String text) {
    assertThatThrownBy(() -> Faults.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HOWDAH_FAULT");
  }
}
