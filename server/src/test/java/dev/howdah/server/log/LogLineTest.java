package dev.howdah.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** B3.36 has the format. */
class LogLineTest {
  private static final LogLine LINE =
      new LogLine(
          1,
          Instant.parse("2014-05-25T13:16:09.958885Z"),
          "heroku",
          "api",
          "Release v2 created by someone@example.com");

  @Test
  void looksAsTheBookShowsIt() {
    assertThat(LINE.text())
        .isEqualTo(
            "2014-05-25T13:16:09.958885+00:00 heroku[api]: Release v2 created by"
                + " someone@example.com");
  }

  @Test
  void aSessionFiltersBySourceAndProcess() {
    assertThat(session("", "").wants(LINE)).isTrue();
    assertThat(session("heroku", "").wants(LINE)).isTrue();
    assertThat(session("app", "").wants(LINE)).isFalse();
    assertThat(session("", "api").wants(LINE)).isTrue();
    assertThat(session("", "web").wants(LINE)).isFalse();
    assertThat(session("", "ap").wants(LINE)).isFalse();
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
