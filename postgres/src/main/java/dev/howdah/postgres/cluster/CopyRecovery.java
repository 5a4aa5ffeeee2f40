package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.copy.PendingRecovery;
import dev.howdah.postgres.copy.Recovery;
import dev.howdah.postgres.copy.RecoveryLog;
import dev.howdah.postgres.copy.WalFiles;
import dev.howdah.postgres.os.ForeignFile;
import dev.howdah.postgres.replication.FollowerRoles;
import dev.howdah.postgres.replication.Position;
import dev.howdah.postgres.replication.Streaming;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Starts a copy and sees it through its recovery. Everything it knows it reads from the copy's
 * directory, so that another can go on where it was killed, whatever the server did meanwhile.
 */
final class CopyRecovery {

  private static final Pattern REPLAYING = Pattern.compile("startup +recovering ([0-9A-F]{24})");
  private static final Pattern HISTORY = Pattern.compile("([0-9A-F]{8})\\.history");
  private static final Pattern SWITCH = Pattern.compile("(?m)^[0-9]+\\t([0-9A-F]+/[0-9A-F]+)\\t");

  /** A history has a line for each time a database was copied from another. */
  private static final int HISTORY_BYTES = 1 << 20;

  private final ClusterDirectory cluster;
  private final Installation installation;
  private final ControlConnections connections;
  private final Progress progress;

  CopyRecovery(
      ClusterDirectory cluster,
      Installation installation,
      ControlConnections connections,
      Progress progress) {
    this.cluster = cluster;
    this.installation = installation;
    this.connections = connections;
    this.progress = progress;
  }

  Recovery run() {
    Postmaster postmaster = new Postmaster(cluster);
    if (cluster.isStandby()) {
      postmaster.start(installation);
      Position position = new Streaming(() -> connections).position();
      return new Recovery(position.lastReplay(), position.replayed(), false);
    }
    PendingRecovery recovery =
        cluster
            .recovery()
            .orElseThrow(() -> new PostgresException(cluster.home() + " is not a copy"));
    recovery = replay(postmaster, recovery);
    if (recovery.result().isEmpty()) {
      FollowerRoles.dropAll(connections);
      RecoveryLog log = RecoveryLog.of(ServerLog.messages(cluster.logFile()));
      recovery = recovery.with(new Recovery(log.lastCommit(), end(), recovery.clamped()));
      cluster.write(recovery);
    }
    return recovery.result().orElseThrow();
  }

  /** Returns with the server running, promoted; and whether its target had to be given up. */
  private PendingRecovery replay(Postmaster postmaster, PendingRecovery recovery) {
    try {
      postmaster.start(installation, () -> tell(postmaster, recovery));
    } catch (StartFailedException failed) {
      // Whoever started it then: what it says of its target is in its log.
      boolean early = RecoveryLog.of(ServerLog.messages(cluster.logFile())).endedEarly();
      if (!cluster.isRecovering() || !early || recovery.clamped()) {
        throw failed;
      }
      PendingRecovery clamped = recovery.clamp();
      cluster.write(clamped);
      return replay(postmaster, clamped);
    }
    long total = Math.max(0, recovery.available().since(recovery.begin()));
    progress.at(total, total);
    return recovery;
  }

  /** The server takes no questions yet, but its process list says where it is. */
  private void tell(Postmaster postmaster, PendingRecovery recovery) {
    long total = recovery.available().since(recovery.begin());
    if (total <= 0) {
      return;
    }
    replaying(postmaster)
        .flatMap(segment -> WalFiles.begin(cluster.data().resolve("pg_wal"), segment))
        .ifPresent(at -> progress.at(Math.clamp(at.since(recovery.begin()), 0L, total), total));
  }

  private static Optional<String> replaying(Postmaster postmaster) {
    return postmaster.pid().flatMap(ProcessHandle::of).stream()
        .flatMap(ProcessHandle::children)
        .flatMap(child -> title(child.pid()).stream())
        .findFirst();
  }

  private static Optional<String> title(long pid) {
    try {
      Matcher title =
          REPLAYING.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline")));
      return title.find() ? Optional.of(title.group(1)) : Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** Where the history of its own begins, as the newest history file says. */
  private Lsn end() {
    Path log = cluster.data().resolve("pg_wal");
    try (Stream<Path> files = Files.list(log)) {
      Path newest =
          files
              .filter(file -> HISTORY.matcher(file.getFileName().toString()).matches())
              .max(Comparator.comparing(Path::toString))
              .orElseThrow(() -> new PostgresException("there is no timeline history in " + log));
      return SWITCH
          .matcher(ForeignFile.head(newest, HISTORY_BYTES))
          .results()
          .reduce((a, b) -> b)
          .map(line -> Lsn.of(line.group(1)))
          .orElseThrow(() -> new PostgresException("not a timeline history: " + newest));
    } catch (IOException e) {
      throw new PostgresException("could not read the timeline history in " + log + ": " + e, e);
    }
  }
}
