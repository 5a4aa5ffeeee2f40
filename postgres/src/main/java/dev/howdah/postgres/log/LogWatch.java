package dev.howdah.postgres.log;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Hears from the kernel which logs have grown, so that looking costs nothing while none does. */
public final class LogWatch implements AutoCloseable {
  private final WatchService service;
  private final Map<UUID, WatchKey> keys = new HashMap<>();
  private final Map<WatchKey, UUID> clusters = new HashMap<>();

  private LogWatch(WatchService service) {
    this.service = service;
  }

  /** A watch of no logs yet. */
  public static LogWatch open(Path any) throws IOException {
    return new LogWatch(any.getFileSystem().newWatchService());
  }

  /**
   * Watches the log of a cluster from now on, in the directory that has the path now. Told again it
   * does so again, because an exchange puts another directory there.
   */
  public void watch(UUID cluster, Path directory) {
    try {
      WatchKey key = directory.register(service, StandardWatchEventKinds.ENTRY_MODIFY);
      WatchKey before = keys.put(cluster, key);
      if (before != null && !before.equals(key)) {
        clusters.remove(before);
        before.cancel();
      }
      clusters.put(key, cluster);
    } catch (IOException absent) {
      forget(cluster);
    }
  }

  /** Watches it no longer. */
  public void forget(UUID cluster) {
    WatchKey key = keys.remove(cluster);
    if (key != null) {
      clusters.remove(key);
      key.cancel();
    }
  }

  /** The clusters that have logged since the last call; waits for the first of them. */
  public Set<UUID> await(Duration patience) throws InterruptedException {
    Set<UUID> grown = new HashSet<>();
    try {
      WatchKey key = service.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
      while (key != null) {
        key.pollEvents();
        key.reset();
        UUID cluster = clusters.get(key);
        if (cluster != null) {
          grown.add(cluster);
        }
        key = service.poll();
      }
    } catch (ClosedWatchServiceException closed) {
      throw new InterruptedException();
    }
    return grown;
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
