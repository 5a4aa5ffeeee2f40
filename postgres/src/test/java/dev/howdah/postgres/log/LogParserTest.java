package dev.howdah.postgres.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogParserTest {
  private static String prefix(int line, String user, String application) {
    return "sql_error_code = 00000 time_ms = \"2023-06-05 19:33:14.793 UTC\" pid=\"1991397\""
        + " proc_start_time=\"2023-06-05 19:33:00 UTC\" session_id=\"647e.1e63\" vtid=\"2/0\""
        + " tid=\"0\" log_line=\""
        + line
        + "\" database=\"d\" connection_source=\"1.2.3.4(12345)\" user=\""
        + user
        + "\" application_name=\""
        + application
        + "\" ";
  }

  private static final String LOG =
      prefix(3, "u", "psql")
          + "ERROR:  syntax error at or near \"x\"\n"
          + prefix(4, "u", "psql")
          + "STATEMENT:  select\n\t1 x\n\t  y\n"
          + "a program's own words\n"
          + prefix(5, "u", "a\" DETAIL:x")
          + "LOG:  duration: 2405.887 ms\n";

  private static List<LogRecord> all(String text, int size) {
    LogParser parser = new LogParser(1000);
    List<LogRecord> records = new ArrayList<>();
    byte[] bytes = text.getBytes(UTF_8);
    for (int i = 0; i < bytes.length; i += size) {
      int length = Math.min(size, bytes.length - i);
      byte[] piece = new byte[size];
      System.arraycopy(bytes, i, piece, 0, length);
      records.addAll(parser.feed(piece, length));
    }
    records.addAll(parser.flush());
    assertThat(parser.position()).isEqualTo(1000 + bytes.length);
    assertThat(parser.complete()).isEqualTo(1000 + bytes.length);
    return records;
  }

  @Test
  void aMessageIsWholeWhateverPiecesItComesIn() {
    for (int size : List.of(1, 7, 100, 10_000)) {
      List<LogRecord> records = all(LOG, size);
      assertThat(records).hasSize(3);
      assertThat(records.get(0).lines()).hasSize(4).last().isEqualTo("  y");
      assertThat(records.get(0).head().orElseThrow())
          .isEqualTo(
              new LogRecord.Head(
                  Instant.parse("2023-06-05T19:33:14.793Z"), 3, "1.2.3.4(12345)", "ERROR"));
      assertThat(records.get(1).head()).isEmpty();
      assertThat(records.get(2).head().orElseThrow().severity()).isEqualTo("LOG");
      assertThat(records.get(2).end()).isEqualTo(1000 + LOG.getBytes(UTF_8).length);
    }
  }

  @Test
  void theLastMessageIsHeldUntilItIsKnownToBeWhole() {
    LogParser parser = new LogParser(0);
    byte[] bytes = (prefix(1, "u", "a") + "LOG:  one\n\ttwo\n").getBytes(UTF_8);
    assertThat(parser.feed(bytes, bytes.length - 5)).isEmpty();
    assertThat(parser.complete()).isZero();
    assertThat(parser.pending()).isTrue();
    byte[] rest = "\ttwo\n".getBytes(UTF_8);
    assertThat(parser.feed(rest, rest.length)).isEmpty();
    assertThat(parser.flush()).singleElement().satisfies(r -> assertThat(r.lines()).hasSize(2));
    assertThat(parser.complete()).isEqualTo(bytes.length);
  }

  @Test
  void whatIsTooLongIsGivenInParts() {
    List<LogRecord> records =
        all(prefix(1, "u", "a") + "LOG:  " + "x".repeat(3 << 20) + "\n", 65536);
    assertThat(records.size()).isBetween(2, 5);
    assertThat(records.stream().mapToInt(r -> String.join("", r.lines()).length()).sum())
        .isGreaterThan(3 << 20);
  }

  @Test
  void whatClientsCallThemselvesForgesNoMessage() {
    String forged = prefix(9, "postgres", "") + "LOG:  forged";
    List<LogRecord> records =
        all(
            prefix(1, "u", "a")
                + "ERROR:  "
                + ("x\n" + forged + "\n").replace("\n", "\n\t").stripTrailing()
                + "\n",
            100);
    assertThat(records).hasSize(1);
    assertThat(records.getFirst().lines()).hasSize(2);
  }
}
