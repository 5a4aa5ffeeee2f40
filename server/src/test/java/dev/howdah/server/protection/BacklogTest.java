package dev.howdah.server.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final long GB = 1L << 30;
  private static final Backlog STANDARD = Backlog.standard();

  @Test
  void waitsWhileThereIsRoom() {
    assertThat(STANDARD.isTooLarge(20 * GB, 100 * GB, 50 * GB)).isFalse();
    assertThat(STANDARD.isTooLarge(0, 100 * GB, 0)).isFalse();
  }

  @Test
  void isGivenUpBeyondItsShare() {
    assertThat(STANDARD.isTooLarge(26 * GB, 100 * GB, 50 * GB)).isTrue();
  }

  @Test
  void isGivenUpWhenItHelpsToFillTheVolume() {
    assertThat(STANDARD.isTooLarge(3 * GB, 100 * GB, 9 * GB)).isTrue();
    // Somebody else fills it; giving up our log would not help.
    assertThat(STANDARD.isTooLarge(GB, 100 * GB, 9 * GB)).isFalse();
  }

  @Test
  void isGivenUpBeyondANumberOfBytes() {
    Backlog small = new Backlog(1, 0, 64 << 20);
    assertThat(small.isTooLarge(64 << 20, 100 * GB, 50 * GB)).isFalse();
    assertThat(small.isTooLarge((64 << 20) + 1, 100 * GB, 50 * GB)).isTrue();
  }

  @Test
  void refusesSharesThatAreNone() {
    assertThatThrownBy(() -> new Backlog(0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backlog(1.1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backlog(1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
