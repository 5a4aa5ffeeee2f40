package dev.howdah.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Instant NOW = Instant.parse("2026-11-29T03:04:05.678901Z");

  @TempDir Path directory;

  private Journal open() throws IOException {
    return Journal.open(directory.resolve("log"), 64 * 1024);
  }

  private static List<LogEntry> entries(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> new LogEntry(NOW, "app", "web.1", "line " + i + " with a\ttab"))
        .toList();
  }

  private static List<Long> all(Journal journal, long after) throws IOException {
    List<Long> sequences = new ArrayList<>();
    Journal.Place place = journal.after(after);
    while (true) {
      Journal.Batch batch = journal.read(place, 7);
      if (batch.lines().isEmpty()) {
        return sequences;
      }
      batch.lines().forEach(line -> sequences.add(line.sequence()));
      place = batch.next();
    }
  }

  private Path newest() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.sorted().reduce((a, b) -> b).orElseThrow();
    }
  }

  @Test
  void givesBackWhatItWasGivenAlsoAfterARestart() throws IOException {
    try (Journal journal = open()) {
      journal.append(entries(1, 20), Optional.empty());
    }
    try (Journal journal = open()) {
      assertThat(journal.last()).isEqualTo(20);
      LogLine line = journal.read(journal.after(2), 1).lines().getFirst();
      assertThat(line).isEqualTo(new LogLine(3, NOW, "app", "web.1", "line 3 with a\ttab"));
      journal.append(entries(21, 22), Optional.empty());
      assertThat(all(journal, 18)).containsExactly(19L, 20L, 21L, 22L);
      assertThat(all(journal, 99)).isEmpty();
    }
  }

  @Test
  void whatIsTornIsGoneWithItsPosition() throws IOException {
    try (Journal journal = open()) {
      journal.append(entries(1, 5), Optional.of(new Origin("file", 500)));
      journal.append(entries(6, 9), Optional.of(new Origin("file", 900)));
    }
    byte[] whole = Files.readAllBytes(newest());
    String text = new String(whole, UTF_8);
    int first = text.indexOf("@") + "@\tfile\t500\n".length();
    for (int length = first; length < whole.length; length++) {
      Files.write(newest(), java.util.Arrays.copyOf(whole, length));
      try (Journal journal = open()) {
        assertThat(journal.last()).as("cut at %d", length).isEqualTo(5);
        assertThat(journal.position("file")).contains(500L);
        journal.append(entries(6, 6), Optional.of(new Origin("file", 600)));
        assertThat(all(journal, 0)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
      }
    }
    Files.write(newest(), whole);
    Files.write(newest(), new byte[1000], StandardOpenOption.APPEND); // as after a power failure
    try (Journal journal = open()) {
      assertThat(journal.last()).isEqualTo(9);
      assertThat(journal.position("file")).contains(900L);
    }
  }

  @Test
  void forgetsTheOldestAndSaysExactlyHowMuch() throws IOException {
    try (Journal journal = open()) {
      journal.append(entries(1, 1), Optional.of(new Origin("quiet", 7)));
      Journal.Place slow = journal.read(journal.after(0), 1).next();
      for (int i = 0; i < 400; i++) {
        journal.append(entries(i * 10 + 2, i * 10 + 11), Optional.empty());
      }
      long oldest = journal.first();
      assertThat(oldest).isGreaterThan(1000);
      Journal.Batch batch = journal.read(slow, 10);
      assertThat(batch.lost()).isEqualTo(oldest - 2);
      assertThat(batch.lines().getFirst().sequence()).isEqualTo(oldest);
      assertThat(journal.last()).isEqualTo(4001);
      try (Stream<Path> files = Files.list(directory.resolve("log"))) {
        assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(70 * 1024);
      }
    }
    try (Journal journal = open()) {
      assertThat(journal.position("quiet")).contains(7L);
      assertThat(journal.last()).isEqualTo(4001);
      assertThat(all(journal, 3990)).hasSize(11);
    }
  }

  @Test
  void knowsWhichUnorderedEntriesItHas() throws IOException {
    try (Journal journal = open()) {
      journal.append(entries(1, 1), Optional.of(new Origin("event", 12)));
      journal.append(entries(2, 2), Optional.of(new Origin("event", 11)));
    }
    try (Journal journal = open()) {
      assertThat(journal.knows(new Origin("event", 11))).isTrue();
      assertThat(journal.knows(new Origin("event", 12))).isTrue();
      assertThat(journal.knows(new Origin("event", 10))).isFalse();
    }
  }
}
