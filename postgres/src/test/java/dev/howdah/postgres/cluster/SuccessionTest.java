package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.cluster.Succession.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SuccessionTest {

  /** Carries the steps out on names only; ends with what is in each place. */
  private static List<String> run(
      String live, String next, String previous, Function<Succession, Step> way) {
    boolean forth = way.apply(new Succession(true, true, false)) == Step.LEAVE;
    List<String> places = new ArrayList<>(List.of(live, next, previous));
    int from = forth ? 1 : 2;
    int to = forth ? 2 : 1;
    for (int i = 0; i < 4; i++) {
      Succession now =
          new Succession(
              !places.get(0).isEmpty(), !places.get(1).isEmpty(), !places.get(2).isEmpty());
      switch (way.apply(now)) {
        case LEAVE -> {
          assertThat(places.get(to)).as("overwritten").isEmpty();
          places.set(to, places.get(0).isEmpty() ? "mark" : places.get(0));
          places.set(0, "");
        }
        case ARRIVE -> {
          assertThat(places.get(0)).as("overwritten").isEmpty();
          places.set(0, places.get(from));
          places.set(from, "");
        }
        case START -> {
          return places;
        }
      }
    }
    throw new AssertionError("no end: " + places);
  }

  private static Step forth(Succession now) {
    return now.forth();
  }

  private static Step back(Succession now) {
    // Where the way of the test itself is found out.
    return now.equals(new Succession(true, true, false)) ? Step.START : now.back();
  }

  @Test
  void bringsTheSuccessorInFromEveryPoint() {
    assertThat(run("a", "b", "", SuccessionTest::forth)).containsExactly("b", "", "a");
    assertThat(run("", "b", "a", SuccessionTest::forth)).containsExactly("b", "", "a");
    assertThat(run("b", "", "a", SuccessionTest::forth)).containsExactly("b", "", "a");
    assertThat(run("", "b", "", SuccessionTest::forth)).containsExactly("b", "", "mark");
  }

  @Test
  void bringsBackWhatWasReplacedFromEveryPoint() {
    assertThat(run("b", "", "a", SuccessionTest::back)).containsExactly("a", "b", "");
    assertThat(run("", "b", "a", SuccessionTest::back)).containsExactly("a", "b", "");
    assertThat(run("a", "b", "", SuccessionTest::back)).containsExactly("a", "b", "");
    assertThat(run("", "", "a", SuccessionTest::back)).containsExactly("a", "mark", "");
  }

  /** Whatever is there: nothing is ever put where something is. */
  @Test
  void overwritesNothing() {
    for (int bits = 0; bits < 8; bits++) {
      String live = (bits & 1) != 0 ? "a" : "";
      String next = (bits & 2) != 0 ? "b" : "";
      String previous = (bits & 4) != 0 ? "c" : "";
      for (Function<Succession, Step> way :
          List.<Function<Succession, Step>>of(SuccessionTest::forth, SuccessionTest::back)) {
        try {
          assertThat(run(live, next, previous, way)).contains(live, next, previous);
        } catch (PostgresException refused) {
          assertThat(refused.getMessage()).isNotBlank();
        }
      }
    }
  }
}
