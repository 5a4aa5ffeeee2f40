package dev.howdah.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorCommandsTest {

  private static List<String> codes(String asked) throws IOException {
    return ErrorCommands.entries().stream()
        .filter(entry -> entry.answers(asked))
        .map(ErrorCommands.Entry::code)
        .toList();
  }

  /** B7.4–B7.19, as the book has them, and as PostgreSQL 15 says them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LOG: duration: 63.697 ms  statement: SELECT 1 | SLOW",
        "could not receive data from client: Connection reset by peer | 08006",
        "unexpected EOF on client connection | 08006",
        "PGError: ERROR: permission denied for relation courses | 42501",
        "ERROR: permission denied for table courses | 42501",
        "operator does not exist: character varying = integer | 42883",
        "relation \"anything\" does not exist | 42P01",
        "column \"v\" cannot be cast automatically to type date | 42804",
        "SSL SYSCALL error: EOF detected | SSL",
        "prepared statement \"a31\" already exists | 42P05",
        "too many connections for role \"x\" | 53300",
        "could not receive data from WAL stream: SSL error: sslv3 alert unexpected message | 08P01",
        "role \"x\" is not permitted to log in | 28000",
        "terminating connection due to administrator command | 57P01",
        "remaining connection slots are reserved for non-replication superuser connections | 53300",
        "temporary file: path \"base/pgsql_tmp/pgsql_tmp1.2\", size 10485761 | TEMP",
        "checkpoint starting: time | CHECKPOINT",
        "42p01 | 42P01"
      })
  void explainsWhatALogSays(String message, String code) throws IOException {
    assertThat(codes(message.strip())).contains(code.strip()).hasSizeLessThan(3);
  }

  @Test
  void knowsEveryCodeOfThePlatform() throws IOException {
    List<String> all = ErrorCommands.entries().stream().map(ErrorCommands.Entry::code).toList();
    assertThat(all).doesNotHaveDuplicates();
    assertThat(all)
        .containsAll(
            Stream.of(
                    IntStream.rangeClosed(10, 28).mapToObj(i -> "H" + i),
                    Stream.of("H31", "H32", "H33", "H80", "H81", "H82", "H83", "H99"),
                    Stream.of("R10", "R12", "R13", "R14", "R15", "R16", "R17", "R99"),
                    IntStream.rangeClosed(10, 15).mapToObj(i -> "L" + i))
                .flatMap(codes -> codes)
                .toList());
    assertThat(ErrorCommands.entries())
        .allSatisfy(entry -> {
          assertThat(entry.text()).as(entry.code()).contains("Remedy:");
          assertThat(entry.messages()).as(entry.code()).isNotEmpty();
        });
  }
}
