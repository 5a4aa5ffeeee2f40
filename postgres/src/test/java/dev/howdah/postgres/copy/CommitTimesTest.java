package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class CommitTimesTest {
  private static final String RECORDS =
      """
      rmgr: Transaction len (rec/tot):     34/    34, tx:        740, lsn: 0/01565C18, prev 0/01565BE0, desc: COMMIT 2014-10-15 13:15:00.000001 UTC
      rmgr: Transaction len (rec/tot):     81/    81, tx:        741, lsn: 0/01565D18, prev 0/01565CE0, desc: ASSIGNMENT xtop 740: subxacts: 741
      rmgr: Transaction len (rec/tot):     34/    34, tx:        742, lsn: 0/01565E18, prev 0/01565DE0, desc: ABORT 2014-10-15 13:15:02.500000 UTC
      rmgr: Transaction len (rec/tot):     82/    82, tx:          0, lsn: 0/01565F18, prev 0/01565EE0, desc: COMMIT_PREPARED 743: 2014-10-15 13:15:03.000000 UTC; origin: node 1, lsn 0/0, at 2030-01-01 00:00:00.000000 UTC
      """;

  @Test
  void whatEndedLaterIsSeenAndNothingElse() {
    assertThat(CommitTimes.isBeyond(RECORDS, at("13:15:02.499999"))).isTrue();
    assertThat(CommitTimes.isBeyond(RECORDS, at("13:15:02.999999"))).isTrue();
    assertThat(CommitTimes.isBeyond(RECORDS, at("13:15:03"))).isFalse();
    assertThat(CommitTimes.isBeyond("", Instant.EPOCH)).isFalse();
  }

  private static Instant at(String time) {
    return Instant.parse("2014-10-15T" + time + "Z");
  }
}
