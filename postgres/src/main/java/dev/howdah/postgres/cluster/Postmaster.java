package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.postgres.os.ForeignFile;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.Signal;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The server process of one data directory. It is started without {@code pg_ctl}, in a session of
 * its own, so that it outlives us; and it is found again by its pid file, which is believed only
 * when the process it names really is a PostgreSQL working in that directory.
 */
public final class Postmaster {

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
  private static final Duration QUIT_PATIENCE = Duration.ofSeconds(10);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(4);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  /** The lines of the pid file that we read, counted from 0. */
  private static final int START_TIME_LINE = 2;

  private static final int STATUS_LINE = 7;

  private static final int PID_FILE_BYTES = 4096;

  private final ClusterDirectory directory;

  /** The server of a cluster's directory, running or not. */
  public Postmaster(ClusterDirectory directory) {
    this.directory = directory;
  }

  private record PidFile(long pid, Instant startedAt, String status) {}

  /** What it is doing now; if it is down because it could not start, why. */
  public ClusterState state() {
    ClusterState observed = observed();
    String failure = observed instanceof ClusterState.Stopped ? directory.startFailure() : "";
    return failure.isEmpty() ? observed : new ClusterState.Failed(failure);
  }

  private ClusterState observed() {
    if (!directory.exists()) {
      return new ClusterState.Absent();
    }
    Optional<PidFile> file = pidFile();
    if (file.isEmpty()) {
      return new ClusterState.Stopped();
    }
    PidFile found = file.get();
    if (!isOurs(found.pid())) {
      return new ClusterState.Failed(ServerLog.disappearance(directory.logFile()));
    }
    boolean open =
        found.status().equals("ready")
            // A copy that is still recovering says so too, and takes no connections.
            || (found.status().equals("standby") && directory.isStandby());
    if (open) {
      return new ClusterState.Running(found.pid(), found.startedAt());
    }
    return found.status().equals("stopping")
        ? new ClusterState.Stopping(found.pid())
        : new ClusterState.Starting(found.pid(), found.startedAt());
  }

  /**
   * Starts it and returns when it takes connections. However long a recovery takes, it is waited
   * for.
   *
   * @throws StartFailedException with the reason from its log
   */
  public void start(Installation installation) {
    start(installation, () -> {});
  }

  /** The same, and does something small again and again while it waits. */
  void start(Installation installation, Runnable meanwhile) {
    try {
      launchAndAwait(installation, meanwhile);
      directory.setStartFailure("");
    } catch (StartFailedException failure) {
      directory.setStartFailure(String.valueOf(failure.getMessage()));
      throw failure;
    }
  }

  private void launchAndAwait(Installation installation, Runnable meanwhile) {
    long logged = ServerLog.length(directory.logFile());
    Optional<Process> launched = Optional.empty();
    for (Pause pause = new Pause(); ; pause.sleep()) {
      switch (observed()) {
        case ClusterState.Running _ -> {
          return;
        }
        case ClusterState.Absent _ ->
            throw new StartFailedException(
                "there is no cluster in " + directory.home() + ", or it was never completed");
        case ClusterState.Starting _ -> meanwhile.run();
        case ClusterState.Stopping _ -> {}
        case ClusterState.Stopped _ -> {
          if (launched.isEmpty()) {
            launched = Optional.of(launch(installation));
          } else if (!launched.get().isAlive()) {
            throw new StartFailedException(ServerLog.startFailure(directory.logFile(), logged));
          }
        }
        case ClusterState.Failed _ -> {
          if (launched.isEmpty()) {
            clearRemains();
          } else if (!launched.get().isAlive()) {
            throw new StartFailedException(ServerLog.startFailure(directory.logFile(), logged));
          }
        }
      }
    }
  }

  /** Stops it and returns when all its processes are gone. */
  public void stop(StopMode mode) {
    Optional<Long> pid = pid();
    if (pid.isEmpty()) {
      if (observed() instanceof ClusterState.Failed) {
        clearRemains();
      }
      directory.setStartFailure("");
      return;
    }
    if (mode == StopMode.FAST) {
      Signal.INTERRUPT.send(pid.get());
      if (isGoneWithin(pid.get(), STOP_PATIENCE)) {
        return;
      }
    }
    Signal.QUIT.send(pid.get());
    if (isGoneWithin(pid.get(), QUIT_PATIENCE)) {
      return;
    }
    Signal.KILL.send(pid.get());
    clearRemains();
  }

  /** Lets it read its configuration again, if it runs. */
  public void reload() {
    pid().ifPresent(Signal.HANGUP::send);
  }

  /** The process id, if it lives. */
  Optional<Long> pid() {
    return pidFile().map(PidFile::pid).filter(this::isOurs);
  }

  private Process launch(Installation installation) {
    ClusterDirectory.Facts facts = directory.facts();
    ServerAccount account = facts.account();
    prepareSocketDirectory(account);
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(account.prefix());
    command.add(installation.program("postgres").toString());
    command.addAll(List.of("-D", directory.data().toString()));
    command.addAll(
        List.of("-c", "config_file=" + directory.conf().resolve(ServerConfiguration.SETTINGS)));
    StartOptions.of(directory, installation)
        .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    builder.environment().clear();
    builder.environment().putAll(Command.environment());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    // Appending, so that the file can be cut while the server writes to it.
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.logFile().toFile()));
    builder.redirectErrorStream(true);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new StartFailedException("the server could not be started: " + e.getMessage());
    }
  }

  /** The short directories live where a reboot empties them. */
  private void prepareSocketDirectory(ServerAccount account) {
    Path sockets = directory.socketDirectory();
    if (!sockets.startsWith(directory.home().toAbsolutePath())) {
      Path base = sockets.getParent();
      if (base != null) {
        OwnedFiles.directory(
            base, ServerAccount.current(), CurrentUser.isRoot() ? "rwx--x--x" : "rwx------");
      }
    }
    OwnedFiles.directory(sockets, account, "rwx------");
  }

  /**
   * Ends what a killed server left and removes its lock files. A new server would refuse to start
   * beside the old one's sessions, which may still write; and it would believe a lock file whose
   * number now belongs to an innocent process of the same user.
   */
  private void clearRemains() {
    List<Long> remains = processesInDirectory();
    remains.forEach(Signal.QUIT::send);
    Instant patience = Instant.now().plus(QUIT_PATIENCE);
    for (Pause pause = new Pause(); !remains.isEmpty(); pause.sleep()) {
      if (Instant.now().isAfter(patience)) {
        remains.forEach(Signal.KILL::send);
      }
      remains = processesInDirectory();
    }
    int port = directory.facts().port();
    try {
      Files.deleteIfExists(directory.data().resolve("postmaster.pid"));
      Files.deleteIfExists(directory.socketDirectory().resolve(".s.PGSQL." + port));
      Files.deleteIfExists(directory.socketDirectory().resolve(".s.PGSQL." + port + ".lock"));
    } catch (IOException e) {
      throw new PostgresException("could not remove a stale lock file: " + e, e);
    }
  }

  private List<Long> processesInDirectory() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid).filter(this::isOurs).toList();
    }
  }

  private boolean isGoneWithin(long pid, Duration patience) {
    Instant end = Instant.now().plus(patience);
    for (Pause pause = new Pause(); isOurs(pid); pause.sleep()) {
      if (Instant.now().isAfter(end)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a process is a PostgreSQL working in our data directory. */
  private boolean isOurs(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      Path cwd = Files.readSymbolicLink(process.resolve("cwd"));
      // A package upgrade replaces the program under a running server.
      String program =
          Files.readSymbolicLink(process.resolve("exe")).toString().replace(" (deleted)", "");
      return program.endsWith("/postgres") && cwd.equals(directory.data().toRealPath());
    } catch (IOException goneOrNotOurs) {
      return false;
    }
  }

  private Optional<PidFile> pidFile() {
    try {
      // The directory is the server's user's, who could leave us a pipe to wait at.
      List<String> lines =
          ForeignFile.head(directory.data().resolve("postmaster.pid"), PID_FILE_BYTES)
              .lines()
              .toList();
      if (lines.isEmpty()) {
        return Optional.of(new PidFile(0, Instant.EPOCH, ""));
      }
      return Optional.of(
          new PidFile(
              Long.parseLong(lines.getFirst().strip()),
              lines.size() > START_TIME_LINE
                  ? Instant.ofEpochSecond(Long.parseLong(lines.get(START_TIME_LINE).strip()))
                  : Instant.EPOCH,
              lines.size() > STATUS_LINE ? lines.get(STATUS_LINE).strip() : ""));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException | NumberFormatException | DateTimeException halfWrittenOrForged) {
      return Optional.of(new PidFile(0, Instant.EPOCH, ""));
    }
  }

  /** Waits a little, and each time a little longer: starting takes 40 ms or a long recovery. */
  private static final class Pause {
    private Duration next = SHORTEST_PAUSE;

    void sleep() {
      try {
        Thread.sleep(next);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PostgresException("interrupted while waiting for a server", e);
      }
      next = next.multipliedBy(5).dividedBy(4);
      if (next.compareTo(LONGEST_PAUSE) > 0) {
        next = LONGEST_PAUSE;
      }
    }
  }
}
