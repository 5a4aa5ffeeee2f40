package dev.howdah.server.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DepotTest {
  private static final int SEGMENT = Segments.SIZE;

  @TempDir Path directory;
  private Depot depot;
  private String key;

  @BeforeEach
  void open() {
    depot =
        new Depot(
            new DirectoryBucket(directory.resolve("bucket")), Optional.empty(), new SecureRandom());
    key = depot.newKey();
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  private void keep(byte[] content) throws IOException {
    Depot.Deposit deposit = depot.deposit("object", key);
    // In pieces that fit no segment.
    for (int at = 0; at < content.length; at += 1000) {
      deposit.stream().write(content, at, Math.min(1000, content.length - at));
    }
    deposit.complete();
    assertThat(deposit.size()).isEqualTo(content.length);
  }

  private byte[] read(int size, int from) throws IOException {
    try (var in = depot.open(depot.store(), "object", key, size, from)) {
      return in.readAllBytes();
    }
  }

  private Path file() {
    return directory.resolve("bucket").resolve("object");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 7})
  void givesBackWhatItTookFromAnywhere(int size) throws IOException {
    byte[] content = content(size);
    keep(content);
    for (int from : new int[] {0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, size - 1, size}) {
      if (from >= 0 && from <= size) {
        assertThat(read(size, from)).isEqualTo(Arrays.copyOfRange(content, from, size));
      }
    }
  }

  @Test
  void showsNothingOfTheContent() throws IOException {
    keep("SECRET".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    assertThat(new String(Files.readAllBytes(file()), java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("SECRET");
  }

  @Test
  void noticesEveryChange() throws IOException {
    keep(content(3 * SEGMENT));
    byte[] kept = Files.readAllBytes(file());
    for (int at : new int[] {0, SEGMENT + 20, kept.length - 1}) {
      byte[] damaged = kept.clone();
      damaged[at] ^= 1;
      Files.write(file(), damaged);
      assertThatThrownBy(() -> read(3 * SEGMENT, 0)).isInstanceOf(IOException.class);
    }
    // A segment less, and it would end as if that were its end.
    Files.write(file(), Arrays.copyOf(kept, 2 * (SEGMENT + 16)));
    assertThatThrownBy(() -> read(3 * SEGMENT, 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(2 * SEGMENT, 0)).isInstanceOf(IOException.class);
  }

  @Test
  void isThereWholeOrNotAtAll() throws IOException {
    Depot.Deposit deposit = depot.deposit("object", key);
    deposit.stream().write(content(SEGMENT * 2));
    assertThat(file()).doesNotExist();
    deposit.abandon();
    assertThat(directory.resolve("bucket")).isEmptyDirectory();
    depot.delete(depot.store(), "object");
  }
}
