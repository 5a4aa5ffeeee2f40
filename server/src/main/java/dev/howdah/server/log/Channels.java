package dev.howdah.server.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The logs of all apps, each in a directory of its own. Safe for use by any number of threads. */
public final class Channels implements AutoCloseable {
  private final Path root;
  private final InstantSource clock;
  private final LogLimits limits;
  private final ConcurrentMap<UUID, Channel> channels = new ConcurrentHashMap<>();
  private final AtomicLong dropped = new AtomicLong();

  /** The logs in a directory, which is made with the first of them. */
  public Channels(Path root, InstantSource clock, LogLimits limits) {
    this.root = root;
    this.clock = clock;
    this.limits = limits;
  }

  /** The log of an app. */
  public Channel of(UUID app) {
    return channels.computeIfAbsent(
        app,
        id -> {
          try {
            return new Channel(
                Journal.open(directory(id), limits.bytes()),
                clock,
                limits.perSecond(),
                dropped::incrementAndGet);
          } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
          }
        });
  }

  /** Where the log of an app is. */
  public Path directory(UUID app) {
    return root.resolve(app.toString());
  }

  /** The apps whose logs are in use. */
  Set<UUID> open() {
    return Set.copyOf(channels.keySet());
  }

  /** How many messages were more than their source may log, since the start. */
  public long dropped() {
    return dropped.get();
  }

  /** Ends the readings of an app's log and deletes it. */
  void delete(UUID app) {
    Channel channel = channels.get(app);
    if (channel != null) {
      channel.close();
    }
    try (Stream<Path> files = Files.walk(directory(app))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException none) {
      // It never logged.
    } catch (IOException stays) {
      throw new UncheckedIOException(stays);
    }
    channels.remove(app);
  }

  /** Deletes the logs of all apps but these. */
  void retain(Collection<UUID> apps) {
    if (!Files.isDirectory(root)) {
      return;
    }
    Set<String> names = apps.stream().map(UUID::toString).collect(Collectors.toSet());
    try (Stream<Path> all = Files.list(root)) {
      all.map(path -> path.getFileName().toString())
          .filter(name -> !names.contains(name))
          .forEach(name -> delete(UUID.fromString(name)));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Ends every reading and takes no more lines. */
  @Override
  public void close() {
    channels.values().forEach(Channel::close);
  }
}
