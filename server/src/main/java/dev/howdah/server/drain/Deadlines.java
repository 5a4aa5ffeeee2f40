package dev.howdah.server.drain;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends what takes too long by closing it: a blocked write to a peer that does not read has no other
 * end.
 */
final class Deadlines implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("drain-deadlines").daemon().factory());

  Deadlines() {
    // Nearly all are met, and each holds its socket.
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Something that must be over in time. */
  interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  /** Does something with a thing that is closed when it takes too long. */
  void within(Duration patience, Closeable thing, Work work) throws IOException {
    Future<?> end = timer.schedule(() -> close(thing), patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      work.run();
    } finally {
      end.cancel(false);
    }
  }

  private static void close(Closeable thing) {
    // A close that waits for its peer must not hold up the other deadlines.
    Thread.ofVirtual()
        .start(() -> {
          try {
            thing.close();
          } catch (IOException gone) {
            // That is what was wanted.
          }
        });
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
