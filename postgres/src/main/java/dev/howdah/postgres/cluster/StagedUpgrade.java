package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.upgrade.Layout;
import dev.howdah.postgres.upgrade.PgUpgrade;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Makes a cluster that nobody uses one of a newer major version. Every method may be repeated after
 * a crash at any instruction.
 */
final class StagedUpgrade {

  private final ClusterDirectory cluster;
  private final Installation from;
  private final Installation to;
  private final PgUpgrade upgrade;

  StagedUpgrade(
      ClusterDirectory cluster, Installation from, Installation to, ServerAccount preparer) {
    this.cluster = cluster;
    this.from = from;
    this.to = to;
    ClusterDirectory.Facts facts = cluster.facts();
    upgrade =
        new PgUpgrade(
            from,
            to,
            cluster.home(),
            cluster.data(),
            cluster.socketDirectory(),
            facts.account(),
            preparer,
            facts.port());
  }

  /** Makes the empty new data directory, unless it is there. The server may run. */
  void prepare(Layout layout) {
    if (!isBegun() && !Files.exists(prepared())) {
      OwnedFiles.write(layout(), layout.text(), ServerAccount.current());
      upgrade.prepare(layout);
      OwnedFiles.write(prepared(), to.major() + "\n", ServerAccount.current());
    }
  }

  /** Ends what an interrupted run has left running, so that the old server can be started again. */
  void endRemains() {
    if (Files.exists(layout()) && !Files.exists(prepared())) {
      upgrade.endRemains();
    }
  }

  /** Moves the data over. The server must have been shut down in good order. */
  void run() {
    if (!isDone() && !Files.exists(mark())) {
      if (!Files.exists(prepared())) {
        // An earlier run that was interrupted has spoilt it.
        upgrade.prepare(Layout.parse(OwnedFiles.read(layout())));
      }
      OwnedFiles.delete(prepared());
      upgrade.run();
      Command.of("sync", "-f", cluster.home()).run();
      OwnedFiles.write(mark(), to.major() + "\n", ServerAccount.current());
    }
    if (Files.exists(mark())) {
      take();
    }
    upgrade.clear();
    OwnedFiles.delete(old());
    OwnedFiles.delete(layout());
  }

  /** Whether moving has begun, so that the old server must not be started any more. */
  boolean isBegun() {
    return isDone()
        || Files.exists(mark())
        || !Files.exists(cluster.data().resolve("global/pg_control"), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether the cluster is of the newer version. */
  boolean isDone() {
    return cluster.facts().major() == to.major();
  }

  /** The old directory goes aside and the new one to its place; from then on it is the cluster. */
  private void take() {
    ClusterDirectory.Facts facts = cluster.facts();
    try {
      if (Files.isDirectory(upgrade.result(), LinkOption.NOFOLLOW_LINKS)) {
        if (Files.exists(cluster.data(), LinkOption.NOFOLLOW_LINKS)) {
          Files.move(cluster.data(), old(), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(upgrade.result(), cluster.data(), StandardCopyOption.ATOMIC_MOVE);
      }
      // Where it came from is the server's user's, who could have put a link there.
      if (!Files.isDirectory(cluster.data(), LinkOption.NOFOLLOW_LINKS)) {
        throw new PostgresException(cluster.data() + " is not a directory");
      }
      cluster.write(
          new ClusterDirectory.Facts(to.major(), facts.port(), facts.account(), facts.boot()));
      OwnedFiles.force(cluster.home());
      Files.deleteIfExists(mark());
      OwnedFiles.force(cluster.home());
    } catch (IOException e) {
      throw new PostgresException(
          "could not take what pg_upgrade made of %s from %d: %s"
              .formatted(cluster.home(), from.major(), e),
          e);
    }
  }

  private Path layout() {
    return cluster.home().resolve("upgrade-layout");
  }

  private Path prepared() {
    return cluster.home().resolve("upgrade-prepared");
  }

  private Path mark() {
    return cluster.home().resolve("upgraded");
  }

  private Path old() {
    return cluster.home().resolve("data.old");
  }
}
