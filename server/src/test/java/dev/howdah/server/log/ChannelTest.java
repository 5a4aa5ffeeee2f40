package dev.howdah.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelTest {
  private static final Instant NOW = Instant.parse("2026-11-29T03:04:05Z");

  @TempDir Path directory;
  private final SettableClock clock = new SettableClock(NOW);
  private Channels channels;
  private Channel channel;

  @BeforeEach
  void open() {
    channels = new Channels(directory, clock, new LogLimits(1 << 20, 100));
    channel = channels.of(UUID.randomUUID());
  }

  private List<LogEntry> entries(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new LogEntry(clock.instant(), "app", "web.1", "line " + i))
        .toList();
  }

  @Test
  void whatIsTooMuchIsCountedInItsPlace() {
    channel.write(entries(250));
    channel.write(entries(30));
    assertThat(channel.last()).isEqualTo(200);
    clock.advance(Duration.ofSeconds(1));
    channel.write(entries(1));
    List<LogLine> lines = channel.after(200).next(10).lines();
    assertThat(lines)
        .extracting(LogLine::message)
        .containsExactly(
            "Error L12 (Local buffer overflow): 80 messages of app[web.1] dropped since"
                + " 2026-11-29T03:04:05.000000+00:00.",
            "line 0");
    assertThat(lines.getFirst().process()).isEqualTo("logplex");
    assertThat(channels.dropped()).isEqualTo(80);
  }

  @Test
  void aReaderWaitsUntilThereIsSomething() throws Exception {
    Channel.Cursor cursor = channel.newest(10);
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> cursor.await(Duration.ofSeconds(20)));
    channel.write(entries(1));
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(cursor.next(10).lines()).hasSize(1);
    assertThat(cursor.await(Duration.ZERO)).isFalse();
  }

  @Test
  void closingEndsTheWait() throws Exception {
    Channel.Cursor cursor = channel.newest(10);
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> cursor.await(Duration.ofSeconds(20)));
    channels.close();
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(cursor.closed()).isTrue();
  }
}
