package dev.howdah.postgres.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Programs that outlived a Howdah which was killed while it waited for them. What they write would
 * mix with what the next try writes in the same place.
 */
public final class Orphans {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(5);

  private Orphans() {}

  /**
   * Ends every process that works in a directory or below it, also one that is deleted, and returns
   * when they are gone.
   */
  public static void endIn(Path directory) {
    Instant giveUp = Instant.now().plus(PATIENCE);
    for (List<Long> found = in(directory); !found.isEmpty(); found = in(directory)) {
      if (Instant.now().isAfter(giveUp)) {
        throw new IllegalStateException("processes in " + directory + " do not end: " + found);
      }
      found.forEach(Signal.KILL::send);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Ends every process of a user who has nothing but this one purpose. */
  public static void endOf(ServerAccount account) {
    if (account.uid() <= 0 || account.isCurrent()) {
      throw new IllegalArgumentException("not a user of one server only: " + account);
    }
    Instant giveUp = Instant.now().plus(PATIENCE);
    for (List<Long> found = of(account); !found.isEmpty(); found = of(account)) {
      if (Instant.now().isAfter(giveUp)) {
        throw new IllegalStateException("processes of " + account + " do not end: " + found);
      }
      found.forEach(Signal.KILL::send);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static List<Long> of(ServerAccount account) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid).filter(pid -> isOf(pid, account.uid())).toList();
    }
  }

  private static boolean isOf(long pid, int uid) {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
      // What is dead and not yet collected cannot be ended again.
      return lines.stream().noneMatch(line -> line.startsWith("State:\tZ"))
          && lines.stream()
              .filter(line -> line.startsWith("Uid:"))
              .anyMatch(line -> List.of(line.split("\\s+", -1)).contains(Integer.toString(uid)));
    } catch (IOException goneOrForeign) {
      return false;
    }
  }

  private static List<Long> in(Path directory) {
    long own = ProcessHandle.current().pid();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid)
          .filter(pid -> pid != own && worksIn(pid, directory))
          .toList();
    }
  }

  private static boolean worksIn(long pid, Path directory) {
    try {
      Path cwd = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
      return cwd.startsWith(directory);
    } catch (IOException goneOrForeign) {
      return false;
    }
  }
}
