package dev.howdah.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RestoreReportTest {

  private static RestoreReport report(String text) {
    return RestoreReport.of(text.lines().toList());
  }

  @Test
  void aCommentOnAnExtensionIsNoLoss() {
    RestoreReport report =
        report(
            """
            pg_restore: while PROCESSING TOC:
            pg_restore: from TOC entry 3352; 0 0 COMMENT EXTENSION pg_stat_statements
            pg_restore: error: could not execute query: ERROR:  must be owner of extension pg_stat_statements
            Command was: COMMENT ON EXTENSION pg_stat_statements IS 'track …';
            pg_restore: warning: errors ignored on restore: 1
            """);
    assertThat(report.problems()).hasSize(1);
    assertThat(report.whole()).isTrue();
  }

  @Test
  void dataThatCouldNotBeLoadedAreALossWhateverElseWentWrong() {
    RestoreReport report =
        report(
            """
            pg_restore: from TOC entry 2; 3079 16385 EXTENSION plv8
            pg_restore: error: could not execute query: ERROR:  permission denied
            pg_restore: from TOC entry 3345; 0 16389 TABLE DATA lessons u1
            pg_restore: error: COPY failed for table "lessons": ERROR:  value too long
            """);
    assertThat(report.problems()).hasSize(2);
    assertThat(report.whole()).isFalse();
    assertThat(report.reason())
        .isEqualTo("COPY failed for table \"lessons\": ERROR:  value too long");
  }

  @Test
  void aTableThatIsCalledLikeSomethingHarmlessIsATable() {
    assertThat(
            report(
                    """
                    pg_restore: from TOC entry 9; 1259 16389 TABLE COMMENT u1
                    pg_restore: error: could not execute query: ERROR:  no room
                    """)
                .whole())
        .isFalse();
  }

  @Test
  void aSettingThatAnOlderServerDoesNotKnowIsNoLoss() {
    assertThat(
            report(
                    """
                    pg_restore: while INITIALIZING:
                    pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
                    """)
                .whole())
        .isTrue();
  }

  @Test
  void anErrorOutsideOfTheArchiveIsALoss() {
    assertThat(report("pg_restore: error: could not read from input file: end of file").whole())
        .isFalse();
    assertThat(report("").whole()).isTrue();
  }
}
