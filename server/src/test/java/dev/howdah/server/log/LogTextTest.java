package dev.howdah.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.Seeds;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

class LogTextTest {
  private static final String FORGED = "2014-05-25T13:16:09.958885+00:00 heroku[api]: forged";

  @Test
  void everyLineOfATextIsALineOfTheSameSource() {
    assertThat(LogEntry.of(Instant.EPOCH, "app", "postgres.1", "one\n" + FORGED + "\r\ntwo\rthree"))
        .extracting(LogEntry::message)
        .containsExactly("one", FORGED, "two", "three");
    assertThat(LogText.lines("one\n")).containsExactly("one");
    assertThat(LogText.lines("")).containsExactly("");
    assertThat(LogText.lines("one\n\ntwo")).containsExactly("one", "", "two");
  }

  @Test
  void whatMovesACursorIsShownAsItsPicture() {
    assertThat(LogText.clean("\u001b[2K\u001b[1Aroot\u0000\b\u007f\tend"))
        .isEqualTo("␛[2K␛[1Aroot␀␈␡\tend");
    assertThat(LogText.clean("a\u0085b\u009bc\u2028d\u202ee")).isEqualTo("a�b�c�d�e");
    assertThat(LogText.clean("\ud83d\ude00 \ud83d")).isEqualTo("\ud83d\ude00 �");
  }

  @Test
  void longLinesAreCutBetweenCharacters() {
    String line = "€".repeat(10_000);
    List<String> lines = LogText.lines(line);
    assertThat(String.join("", lines)).isEqualTo(line);
    assertThat(lines).hasSize(4).allMatch(part -> part.getBytes(UTF_8).length <= LogText.LONGEST);
    assertThat(LogText.lines("x".repeat(10_000))).hasSize(1);
    assertThat(LogText.lines("x".repeat(10_001))).extracting(String::length).contains(10_000, 1);
    assertThat(LogText.lines("x".repeat(10 << 20))).hasSize(1049);
  }

  @ParameterizedTest
  @Seeds(20)
  void noBytesAtAllMakeMoreThanCleanLines(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      for (LogEntry entry : LogEntry.of(Instant.EPOCH, "app", "web.1", bytes)) {
        assertThat(entry.message())
            .as("seed %d", seed)
            .doesNotContainPattern("[\\x00-\\x08\\x0a-\\x1f\\x7f]");
        assertThat(LogText.clean(entry.message())).isEqualTo(entry.message());
      }
    }
  }

  @Test
  void anEntryThatWasNotCleanedIsRefused() {
    assertThatThrownBy(() -> new LogEntry(Instant.EPOCH, "app", "web.1", "a\nb"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LogEntry(Instant.EPOCH, "app", "web.1]: x", "a"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
