package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.Recovery;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.replication.Position;
import dev.howdah.postgres.replication.Streaming;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.tenant.Refurbishment;
import dev.howdah.postgres.upgrade.Layout;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.function.Function;

/**
 * What takes the place of a cluster: made beside it in {@code <id>.next} while it goes on, and
 * exchanged with it, which is then kept in {@code <id>.previous}; the port, the address and the
 * name of the directory stay. Every method is a step that may be repeated after a crash at any
 * instruction. Safe for use by many threads; two calls for one cluster wait for each other.
 */
public final class Successions {

  private final Clusters clusters;
  private final Path directory;
  private final Installations installations;
  private final ServerAccounts accounts;
  private final NewCopy copies;
  private final ConfigurationFiles files;

  Successions(
      Clusters clusters,
      Path directory,
      Installations installations,
      ServerAccounts accounts,
      NewCopy copies,
      ConfigurationFiles files) {
    this.clusters = clusters;
    this.directory = directory;
    this.installations = installations;
    this.accounts = accounts;
    this.copies = copies;
    this.files = files;
  }

  /**
   * As {@link Clusters#copy}, but makes a successor beside the cluster of the same id, in {@code
   * <id>.next}: with the same port and account, never reachable over TCP. The cluster itself goes
   * on and need not exist.
   */
  public void stage(ClusterSpec spec, Origin origin, Progress progress) {
    ClusterDirectory cluster = clusters.next(spec.id());
    clusters.locked(
        cluster.home(),
        () -> {
          copies.make(cluster, spec.unreachable(), origin, progress);
          return cluster;
        });
  }

  /** As {@link Clusters#recover}, of the staged successor. */
  public Recovery recoverStaged(UUID id, Progress progress) {
    return clusters.recover(clusters.next(id), progress);
  }

  /**
   * Makes ready what {@link #upgradeStaged} needs: what takes time and can be done while others
   * still work. The staged successor's server must run; it may follow.
   */
  public void prepareUpgrade(UUID id, int major) {
    ClusterDirectory staged = clusters.next(id);
    clusters.locked(
        staged.home(),
        () -> {
          Installation from = installations.require(Clusters.existing(staged).facts().major());
          stagedUpgrade(staged, major)
              .prepare(Layout.of(from, staged.data(), Clusters.connections(staged)));
          return id;
        });
  }

  /**
   * Makes the staged successor, which must have been promoted, one of the newer major version that
   * is specified, and returns with its server running, unreachable. Seconds, whatever the size.
   * Does nothing but start it when it is one already.
   *
   * @throws dev.howdah.postgres.upgrade.IncompatibleException when it holds something that the
   *     newer version cannot take; it is as it was then
   */
  public void upgradeStaged(ClusterSpec spec) {
    ClusterDirectory staged = clusters.next(spec.id());
    clusters.locked(
        staged.home(),
        () -> {
          StagedUpgrade upgrade = stagedUpgrade(staged, spec.major());
          Identifier database = new Identifier(spec.database());
          if (!upgrade.isBegun()) {
            upgrade.endRemains();
            clusters.start(staged);
            new Refurbishment(Clusters.connections(staged), database).before();
            upgrade.prepare(
                Layout.of(
                    installations.require(staged.facts().major()),
                    staged.data(),
                    Clusters.connections(staged)));
            Clusters.checkpoint(staged);
            new Postmaster(staged).stop(StopMode.FAST);
          }
          upgrade.run();
          files.write(spec.unreachable(), staged, staged, installations.require(spec.major()));
          clusters.start(staged);
          new Refurbishment(Clusters.connections(staged), database).after(spec.major());
          return spec;
        });
  }

  private StagedUpgrade stagedUpgrade(ClusterDirectory staged, int major) {
    return new StagedUpgrade(
        staged,
        installations.require(staged.facts().major()),
        installations.require(major),
        accounts.preparer());
  }

  /** Starts the staged successor's server, if it does not run. */
  public void startStaged(UUID id) {
    ClusterDirectory cluster = clusters.next(id);
    clusters.locked(
        cluster.home(),
        () -> {
          clusters.start(cluster);
          return id;
        });
  }

  /** Stops the staged successor's server, if it runs. */
  public void stopStaged(UUID id, StopMode mode) {
    ClusterDirectory cluster = clusters.next(id);
    clusters.locked(
        cluster.home(),
        () -> {
          new Postmaster(cluster).stop(mode);
          return id;
        });
  }

  /** What the staged successor is doing; {@code Absent} when there is none. */
  public ClusterState stagedState(UUID id) {
    return Clusters.state(clusters.next(id));
  }

  /** The directory of the staged successor, whether it is there or not. */
  public Path stagedDirectory(UUID id) {
    return clusters.next(id).home();
  }

  /** Howdah's own connections to the staged successor. */
  public ControlConnections stagedConnections(UUID id) {
    return Clusters.connections(Clusters.existing(clusters.next(id)));
  }

  /**
   * Puts the staged successor in the cluster's place: stops both, {@code <id>} becomes {@code
   * <id>.previous}, {@code <id>.next} becomes {@code <id>}, is configured as specified and started;
   * its log goes on in the file where the old one's is. The interruption is a stop and a start.
   * Completes what an interrupted one began; done again, it only configures and starts.
   *
   * @throws PostgresException before anything is done, when there is nothing staged, or a previous
   *     one is still kept
   */
  public void exchange(ClusterSpec spec) {
    Path home = clusters.at(spec.id()).home();
    change(
        spec,
        Succession::forth,
        Succession.sibling(home, Succession.NEXT),
        Succession.sibling(home, Succession.PREVIOUS));
  }

  /**
   * Undoes an exchange while the previous cluster is kept: that one gets its place again, and what
   * was in it becomes the staged successor, from where {@link #exchange} brings it back and {@link
   * #dropStaged} removes it. Like that one it can be repeated at any point.
   *
   * @throws PostgresException before anything is done, when there is no previous one
   */
  public void exchangeBack(ClusterSpec spec) {
    Path home = clusters.at(spec.id()).home();
    change(
        spec,
        Succession::back,
        Succession.sibling(home, Succession.PREVIOUS),
        Succession.sibling(home, Succession.NEXT));
  }

  /** Whether a successor is staged, complete. */
  public boolean hasStaged(UUID id) {
    return clusters.next(id).exists();
  }

  /** Whether what an exchange replaced is still kept. */
  public boolean hasPrevious(UUID id) {
    return clusters.previous(id).holdsDatabase();
  }

  /**
   * Whether an exchange, complete or not, has replaced what was no database any more, so that there
   * is no way back.
   */
  public boolean hasReplacedRuins(UUID id) {
    ClusterDirectory previous = clusters.previous(id);
    return previous.isTaken() && !previous.holdsDatabase();
  }

  /**
   * Whether the staged follower has replayed everything that the cluster, which was shut down in
   * good order, ever wrote. One that was promoted has.
   */
  public boolean stagedHasAll(UUID id) {
    ClusterDirectory cluster = Clusters.existing(clusters.at(id));
    Lsn end = LastCheckpoint.of(installations.require(cluster.facts().major()), cluster.data());
    Position staged = new Streaming(() -> stagedConnections(id)).position();
    // Positions are where a record ends, and the last one is the checkpoint of the shutdown.
    return !staged.recovering() || staged.replayed().compareTo(end) > 0;
  }

  /** Stops and deletes the staged successor, also a half-made one. */
  public void dropStaged(UUID id) {
    drop(id, clusters.next(id));
  }

  /** Deletes for good what an exchange replaced. */
  public void dropPrevious(UUID id) {
    drop(id, clusters.previous(id));
  }

  private void change(
      ClusterSpec spec, Function<Succession, Succession.Step> way, Path from, Path to) {
    ClusterDirectory live = clusters.at(spec.id());
    ClusterDirectory coming = new ClusterDirectory(from);
    ClusterDirectory leaving = new ClusterDirectory(to);
    clusters.locked(
        live.home(),
        () ->
            clusters.locked(
                clusters.next(spec.id()).home(),
                () -> {
                  Succession.Step step = way.apply(Succession.of(live.home()));
                  if (step == Succession.Step.LEAVE) {
                    prepareArrival(spec, coming, live);
                    // What is written now need not be written while nobody can work.
                    Clusters.checkpoint(live);
                    new Postmaster(live).stop(StopMode.FAST);
                    move(live, leaving);
                    step = Succession.Step.ARRIVE;
                  }
                  if (step == Succession.Step.ARRIVE) {
                    prepareArrival(spec, coming, live);
                    move(coming, live);
                  }
                  takeLog(leaving, live);
                  files.write(spec, live, live, installations.require(live.facts().major()));
                  clusters.start(live);
                  return spec;
                }));
  }

  /** Stops what is to take a place, and lets its files speak of that place. */
  private void prepareArrival(ClusterSpec spec, ClusterDirectory coming, ClusterDirectory place) {
    Clusters.existing(coming);
    if (coming.isRecovering()) {
      throw new PostgresException(coming.home().getFileName() + " is not recovered yet");
    }
    new Postmaster(coming).stop(StopMode.FAST);
    files.write(spec, place, coming, installations.require(coming.facts().major()));
  }

  /** Moves what is in a place, or, where nothing is left of it, puts an empty mark there. */
  private void move(ClusterDirectory from, ClusterDirectory to) {
    try {
      if (from.isTaken()) {
        OwnedFiles.delete(to.home());
        Files.move(from.home(), to.home(), StandardCopyOption.ATOMIC_MOVE);
      } else {
        OwnedFiles.directory(to.home(), ServerAccount.current(), "rwx------");
        OwnedFiles.write(to.home().resolve("nothing-was-here"), "\n", ServerAccount.current());
      }
    } catch (IOException e) {
      throw new PostgresException("could not move " + from.home() + ": " + e, e);
    }
    OwnedFiles.force(directory);
  }

  /** The log of the database goes on where it was, whichever server writes it. */
  private static void takeLog(ClusterDirectory from, ClusterDirectory to) {
    try {
      if (Files.exists(from.logFile())) {
        if (Files.exists(to.logFile())) {
          Files.move(
              to.logFile(), to.log().resolve("staged.log"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(from.logFile(), to.logFile());
      }
    } catch (IOException e) {
      throw new PostgresException("could not move the log of " + to.home() + ": " + e, e);
    }
  }

  private void drop(UUID id, ClusterDirectory cluster) {
    clusters.locked(
        id,
        () ->
            clusters.locked(
                clusters.next(id).home(),
                () -> {
                  clusters.refuseExchanged(id);
                  new Postmaster(cluster).stop(StopMode.IMMEDIATE);
                  NewCluster.delete(cluster);
                  return id;
                }));
  }
}
