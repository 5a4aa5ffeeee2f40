package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.repository.Lsn;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WalSegmentTest {

  @Test
  void isNamedAsPostgresNamesIt() {
    assertThat(WalSegment.holding(1, Lsn.of("0/3000028"), 16L << 20).name())
        .isEqualTo("000000010000000000000003");
    assertThat(WalSegment.holding(10, Lsn.of("2A/FF000000"), 16L << 20).name())
        .isEqualTo("0000000A0000002A000000FF");
    assertThat(WalSegment.holding(1, Lsn.of("1/00100000"), 1L << 20).name())
        .isEqualTo("000000010000000100000001");
  }

  @Test
  void aPositionAtItsEndIsInTheNextOneAndTheByteBeforeInIt() {
    Lsn end = Lsn.of("0/4000000");
    assertThat(WalSegment.holding(1, end, 16L << 20).name()).isEqualTo("000000010000000000000004");
    assertThat(WalSegment.before(1, end, 16L << 20).name()).isEqualTo("000000010000000000000003");
    assertThat(WalSegment.before(1, end, 16L << 20).end()).isEqualTo(end);
  }

  @Test
  void everyNameLeadsBack() {
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      long bytes = 1L << (20 + random.nextInt(11));
      Lsn position = new Lsn(random.nextLong() >>> 8);
      WalSegment segment = WalSegment.holding(1 + random.nextInt(1000), position, bytes);
      assertThat(WalSegment.named(segment.name(), bytes)).contains(segment);
      assertThat(segment.begin()).isLessThanOrEqualTo(position);
      assertThat(segment.end()).isGreaterThan(position);
    }
  }

  @Test
  void otherFilesAreNone() {
    assertThat(WalSegment.named("00000002.history", 1 << 20)).isEmpty();
    assertThat(WalSegment.named("000000010000000000000003.partial", 1 << 20)).isEmpty();
    assertThat(WalSegment.named("000000010000000000000003", 0)).isEmpty();
    assertThat(WalSegment.isHistory("00000002.history")).isTrue();
    assertThat(WalSegment.isHistory("00000002.history.done")).isFalse();
  }
}
