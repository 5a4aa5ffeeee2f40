package dev.howdah.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.release.Release;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** B3.36 has the format. */
class LogLineTest {
  private static final Release RELEASE =
      new Release(
          UUID.randomUUID(),
          UUID.randomUUID(),
          "howdah-app",
          2,
          "Set FOO config vars",
          UUID.randomUUID(),
          "someone@example.com",
          List.of(),
          Instant.parse("2014-05-25T13:16:09.958885Z"));

  @Test
  void looksAsTheBookShowsIt() {
    assertThat(LogLine.of(RELEASE))
        .extracting(LogLine::text)
        .containsExactly(
            "2014-05-25T13:16:09.958885+00:00 heroku[api]: Set FOO config vars by"
                + " someone@example.com",
            "2014-05-25T13:16:09.958885+00:00 heroku[api]: Release v2 created by"
                + " someone@example.com");
  }

  @Test
  void theSequenceNumberLeadsBackToTheRelease() {
    for (LogLine line : LogLine.of(RELEASE)) {
      assertThat(LogLine.version(line.sequence())).isEqualTo(2);
    }
    assertThat(LogLine.version(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    assertThat(LogLine.version(0)).isZero();
  }

  @Test
  void aSessionFiltersBySourceAndProcess() {
    LogLine line = LogLine.of(RELEASE).getFirst();
    assertThat(session("", "").wants(line)).isTrue();
    assertThat(session("heroku", "").wants(line)).isTrue();
    assertThat(session("app", "").wants(line)).isFalse();
    assertThat(session("", "api").wants(line)).isTrue();
    assertThat(session("", "web").wants(line)).isFalse();
    assertThat(session("", "ap").wants(line)).isFalse();
    LogLine web = new LogLine(1, Instant.EPOCH, "app", "web.1", "hello");
    assertThat(session("", "web").wants(web)).isTrue();
    assertThat(session("", "web.1").wants(web)).isTrue();
    assertThat(session("", "web.11").wants(web)).isFalse();
  }

  private static LogSession session(String source, String process) {
    return new LogSession(
        UUID.randomUUID(),
        UUID.randomUUID(),
        100,
        false,
        source,
        process,
        Instant.EPOCH,
        Instant.EPOCH);
  }
}
