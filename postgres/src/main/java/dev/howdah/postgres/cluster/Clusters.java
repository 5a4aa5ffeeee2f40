package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.copy.LiveSource;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.Recovery;
import dev.howdah.postgres.copy.Snapshots;
import dev.howdah.postgres.log.LogFile;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.BaseSource;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.repository.Repositories;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.template.Templates;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tenants' clusters on this host: {@code <root>/postgres/<id>/{data,conf,run,log,spool}}. Every
 * method is a step that may be repeated after a crash at any instruction. Safe for use by many
 * threads; two calls for one cluster wait for each other.
 */
public final class Clusters {

  private static final Logger log = LoggerFactory.getLogger(Clusters.class);

  private final Path directory;
  private final Installations installations;
  private final Templates templates;
  private final ServerAccounts accounts;
  private final Repositories repositories;
  private final Snapshots snapshots;
  private final ConfigurationFiles files;
  private final NewCopy copies;
  private final Successions successions;
  private final ConcurrentMap<Path, ReentrantLock> locks = new ConcurrentHashMap<>();

  /** The clusters in a directory, which every server's user must be able to reach. */
  public Clusters(
      Path directory,
      Installations installations,
      Templates templates,
      CertificateAuthority authority,
      ServerAccounts accounts,
      Repositories repositories,
      Clock clock) {
    this.directory = directory;
    this.installations = installations;
    this.templates = templates;
    this.accounts = accounts;
    this.repositories = repositories;
    snapshots = new Snapshots(directory.resolveSibling("snapshots"), this::source, clock);
    Path scripts = directory.resolve("extension-scripts");
    files = new ConfigurationFiles(authority, repositories, scripts);
    copies =
        new NewCopy(
            directory, installations, accounts, repositories, this::source, snapshots, files);
    successions = new Successions(this, directory, installations, accounts, copies, files);
    OwnedFiles.directory(directory, ServerAccount.current(), "rwx--x--x");
    ExtensionScripts.writeTo(scripts);
  }

  /** The clusters that exist, running or not; half-made ones are left out. */
  public Set<UUID> list() {
    try (Stream<Path> children = Files.list(directory)) {
      Set<UUID> ids = new TreeSet<>();
      children.flatMap(child -> id(child).stream()).filter(id -> at(id).exists()).forEach(ids::add);
      return ids;
    } catch (IOException e) {
      throw new PostgresException("could not look into " + directory + ": " + e, e);
    }
  }

  /** Makes the template that clusters of this kind are copied from, if it is not there yet. */
  public void prepare(int major, WalSegmentSize walSegmentSize) {
    templates.take(installations.require(major), walSegmentSize.megabytes());
  }

  /**
   * Makes a cluster, stopped, from a template; the first one of a version takes seconds, the next
   * ones a tenth of one. Does nothing when it exists. It is not yet on disk for good: that is
   * promised when {@link #start} returns, so an operation calls both in one step.
   */
  public void create(ClusterSpec spec) {
    locked(
        spec.id(),
        () -> {
          Installation installation = installations.require(spec.major());
          ClusterDirectory cluster = at(spec.id());
          refuseExchanged(spec.id());
          NewCluster.make(
              cluster,
              templates.take(installation, spec.walSegmentSize().megabytes()),
              installation,
              spec.port(),
              accounts.forPort(spec.port()),
              partial -> files.write(spec, cluster, partial, installation));
          return cluster;
        });
  }

  /**
   * Brings certificate, settings and access rules of a cluster in line with a specification, and
   * lets a running server read them.
   */
  public Configured configure(ClusterSpec spec) {
    return locked(
        spec.id(),
        () -> {
          ClusterDirectory cluster = existing(spec.id());
          files.write(spec, cluster, cluster, installations.require(cluster.facts().major()));
          Postmaster postmaster = new Postmaster(cluster);
          if (postmaster.state() instanceof ClusterState.Running) {
            return Reload.of(
                postmaster,
                connections(spec.id()),
                OwnedFiles.read(cluster.conf().resolve(ServerConfiguration.SETTINGS)));
          }
          return Configured.IN_FORCE;
        });
  }

  /**
   * Starts the server and returns when it takes connections and, for a new cluster, its files are
   * on disk. Does nothing when it runs.
   *
   * @throws StartFailedException with the reason from the server's log
   */
  public void start(UUID id) {
    locked(
        id,
        () -> {
          start(at(id));
          return id;
        });
  }

  void start(ClusterDirectory cluster) {
    if (!cluster.exists()
        && !NewCluster.adopt(cluster, () -> installations.require(cluster.facts().major()))) {
      throw new StartFailedException("there is no cluster " + cluster.home().getFileName());
    }
    Durability durability = Durability.of(cluster);
    new Postmaster(cluster).start(installations.require(cluster.facts().major()));
    durability.await();
  }

  /** Stops the server and returns when its process is gone. Does nothing when it does not run. */
  public void stop(UUID id, StopMode mode) {
    locked(
        id,
        () -> {
          new Postmaster(at(id)).stop(mode);
          return id;
        });
  }

  /** Stops fast and starts, and works before that so that nobody waits for it while it is down. */
  public void restart(UUID id) {
    locked(
        id,
        () -> {
          checkpoint(at(id));
          stop(id, StopMode.FAST);
          start(id);
          return id;
        });
  }

  static void checkpoint(ClusterDirectory cluster) {
    if (!(state(cluster) instanceof ClusterState.Running)) {
      return;
    }
    try (Session session = new Session(connections(cluster).superuser("postgres"))) {
      session.execute("CHECKPOINT");
    } catch (SQLException e) {
      log.info("{} stops without a checkpoint beforehand: {}", cluster.home(), e.getMessage());
    }
  }

  /** Lets a running server read its configuration files again. */
  public void reload(UUID id) {
    new Postmaster(at(id)).reload();
  }

  /** What the cluster is doing now; so also how a new Howdah adopts the servers of an old one. */
  public ClusterState state(UUID id) {
    return state(at(id));
  }

  static ClusterState state(ClusterDirectory cluster) {
    if (!cluster.exists() && cluster.holdsDatabase()) {
      // Not absent, so that somebody starts it, or hears why that is not possible.
      return new ClusterState.Failed("it is not known whether all its files reached the disk");
    }
    return new Postmaster(cluster).state();
  }

  /**
   * Ends a server at once, and whatever else runs of it: also one whose files are gone from under
   * it, which would keep the port from the one that takes its place.
   *
   * @param port that the cluster has
   */
  public void end(UUID id, int port) {
    locked(
        id,
        () -> {
          new Postmaster(at(id)).stop(StopMode.IMMEDIATE);
          if (accounts instanceof ServerAccounts.PerCluster own) {
            Orphans.endOf(own.forPort(port));
          } else {
            Orphans.endIn(at(id).home());
          }
          return id;
        });
  }

  /**
   * Stops the server at once and deletes the directory, also a half-made one; and what is staged or
   * kept of the same database.
   */
  public void destroy(UUID id) {
    locked(
        id,
        () ->
            locked(
                next(id).home(),
                () -> {
                  List<ClusterDirectory> all = List.of(next(id), previous(id), at(id));
                  all.forEach(cluster -> new Postmaster(cluster).stop(StopMode.IMMEDIATE));
                  all.forEach(this::endStrays);
                  all.forEach(NewCluster::delete);
                  return id;
                }));
  }

  /**
   * Makes a cluster from an origin, stopped, its recovery configured, on disk for good; whatever
   * the specification says it is sealed until {@link #configure} opens it, for its logins are still
   * those of the origin. The size of its write-ahead log files is the origin's. Does nothing when
   * it exists; what an interrupted try left is deleted first. The origin's server goes on serving.
   *
   * <p>A {@link dev.howdah.postgres.replication.Replication.Follower} is copied from its running
   * leader, or from its leader's repository.
   *
   * @param progress hears of bytes copied
   * @throws PostgresException when the origin is not there, stopped meanwhile, or is too old; it
   *     may be tried again
   */
  public void copy(ClusterSpec spec, Origin origin, Progress progress) {
    ClusterDirectory cluster = at(spec.id());
    locked(
        cluster.home(),
        () -> {
          refuseExchanged(spec.id());
          copies.make(cluster, spec.withSealed(true), origin, progress);
          return cluster;
        });
  }

  /**
   * Starts a copy, replays write-ahead log up to the origin's target, promotes it to a history of
   * its own, and returns with the server running, still sealed. Roles and slots of the origin's
   * followers are gone from it. A follower is only started. Goes on where it was interrupted; told
   * again, it says the same again and makes the server run.
   *
   * @param progress hears of bytes of write-ahead log replayed
   */
  public Recovery recover(UUID id, Progress progress) {
    return recover(at(id), progress);
  }

  /** Howdah's own connections to a cluster. */
  public ControlConnections connections(UUID id) {
    return connections(existing(id));
  }

  static ControlConnections connections(ClusterDirectory cluster) {
    ClusterDirectory.Facts facts = cluster.facts();
    return new ControlConnections(cluster.socketDirectory(), facts.port(), facts.major());
  }

  /**
   * How far the write-ahead log of a running cluster has come to its repository.
   *
   * @throws PostgresException when the server does not answer
   */
  public ArchiveStatus archiveStatus(UUID id) {
    try (Session session = new Session(connections(id).monitor("postgres"))) {
      return ArchiveStatus.read(session);
    } catch (SQLException e) {
      throw new PostgresException("the archiver cannot be asked: " + e.getMessage(), e);
    }
  }

  /**
   * Lets a server finish the file of its write-ahead log that it is in, so that this is archived
   * now; returns the position where it ended. Nothing happens when nothing was written since.
   */
  public Lsn finishLog(UUID id) {
    try (Session session = new Session(connections(id).superuser("postgres"))) {
      return Lsn.of(
          session.rows("SELECT pg_switch_wal()::text", row -> row.getString(1)).getFirst());
    } catch (SQLException e) {
      throw new PostgresException("the log cannot be finished: " + e.getMessage(), e);
    }
  }

  /**
   * Looks at a server that archives; leaves a heartbeat in it when that is wanted.
   *
   * @param now the time of the heartbeat: every commit before it comes before it in the log too
   * @param wanted told the transactions that are over, says whether a heartbeat is wanted
   * @return empty while the server is in recovery or does not archive
   * @throws PostgresException when it does not answer
   */
  public Optional<ArchivePulse> pulse(UUID id, Instant now, Predicate<String> wanted) {
    try (Session session = new Session(connections(id).superuser("postgres"))) {
      return ArchivePulse.take(session, now, wanted);
    } catch (SQLException e) {
      throw new PostgresException("the archiver cannot be asked: " + e.getMessage(), e);
    }
  }

  /** The directory that clusters are in. */
  public Path root() {
    return directory;
  }

  /** The file system that clusters are on. */
  public Volume volume() {
    return Volume.of(directory);
  }

  /**
   * Makes the repository that a cluster archives to, if it is not there; normally that was done
   * when the cluster was made or configured.
   *
   * @throws PostgresException when it cannot be reached, or holds another history
   */
  public void openRepository(UUID id, Archiving archiving) {
    ClusterDirectory cluster = existing(id);
    repositories.of(archiving).create(cluster.data(), cluster.facts().account());
  }

  /** Whether a cluster is told to archive its write-ahead log. */
  public boolean archives(UUID id) {
    return Files.exists(at(id).conf().resolve(ServerConfiguration.ARCHIVER));
  }

  /** Where base copies of a cluster are taken. */
  public BaseSource baseSource(UUID id) {
    ClusterDirectory cluster = existing(id);
    return new BaseSource(cluster.data(), cluster.socketDirectory(), cluster.facts().port());
  }

  /**
   * Lets a server forget the write-ahead log that waits for a repository that does not take it, so
   * that its disk does not fill. Every file that is finished until {@link #endGap} is lost for
   * recoveries; whoever calls this has recorded that before. The server is told at its next file.
   */
  public void beginGap(UUID id) {
    OwnedFiles.write(gapFile(id), "1\n", existing(id).facts().account());
  }

  /** Lets a server keep its write-ahead log again. Does nothing when it does. */
  public void endGap(UUID id) {
    try {
      Files.deleteIfExists(gapFile(id));
    } catch (IOException e) {
      throw new PostgresException("could not remove " + gapFile(id) + ": " + e, e);
    }
  }

  private Path gapFile(UUID id) {
    return existing(id).conf().resolve(ServerConfiguration.GAP);
  }

  /** The directory of a cluster. */
  public Path directory(UUID id) {
    return at(id).home();
  }

  /** The log file that a cluster's server appends to. */
  public Path logFile(UUID id) {
    return at(id).logFile();
  }

  /**
   * Frees the disk of all but the last half of a size when a server's log is longer than that; what
   * is freed reads as zeros, and positions stay. The server goes on writing at its end. Where the
   * file system cannot do that, the file is cut, and a line that is written at that very moment may
   * be lost.
   */
  public void trimLog(UUID id, long bytes) {
    Path file = at(id).logFile();
    long length = ServerLog.length(file);
    if (length > bytes && !new LogFile(file).forget(length - bytes / 2)) {
      ServerLog.trim(file, bytes);
    }
  }

  /** The snapshots of these clusters. */
  public Snapshots snapshots() {
    return snapshots;
  }

  /** What takes the place of these clusters. */
  public Successions successions() {
    return successions;
  }

  ClusterDirectory at(UUID id) {
    return new ClusterDirectory(directory.resolve(id.toString()));
  }

  /** What code in a server has started outlives it, and would meet the port's next tenant. */
  private void endStrays(ClusterDirectory cluster) {
    int port = cluster.facts().port();
    if (port > 0 && accounts instanceof ServerAccounts.PerCluster own) {
      Orphans.endOf(own.forPort(port));
    }
  }

  private ClusterDirectory existing(UUID id) {
    return existing(at(id));
  }

  static ClusterDirectory existing(ClusterDirectory cluster) {
    if (!cluster.exists()) {
      throw new PostgresException("there is no cluster " + cluster.home().getFileName());
    }
    return cluster;
  }

  ClusterDirectory next(UUID id) {
    return new ClusterDirectory(Succession.sibling(at(id).home(), Succession.NEXT));
  }

  ClusterDirectory previous(UUID id) {
    return new ClusterDirectory(Succession.sibling(at(id).home(), Succession.PREVIOUS));
  }

  private LiveSource source(UUID id) {
    ClusterDirectory cluster = existing(id);
    if (!(new Postmaster(cluster).state() instanceof ClusterState.Running)) {
      throw new PostgresException("the server of " + id + " does not run, and cannot be copied");
    }
    return new LiveSource(cluster.data(), connections(cluster), cluster.facts().major());
  }

  Recovery recover(ClusterDirectory cluster, Progress progress) {
    return locked(
        cluster.home(),
        () ->
            new CopyRecovery(
                    existing(cluster),
                    installations.require(cluster.facts().major()),
                    connections(cluster),
                    progress)
                .run());
  }

  /** Half way through an exchange a cluster's place is empty, and what goes there is elsewhere. */
  void refuseExchanged(UUID id) {
    if (Succession.of(at(id).home()).isUnderWay()) {
      throw new PostgresException(
          "an exchange of " + id + " was interrupted and must be completed first");
    }
  }

  private static Optional<UUID> id(Path child) {
    try {
      return Optional.of(UUID.fromString(child.getFileName().toString()));
    } catch (IllegalArgumentException notACluster) {
      return Optional.empty();
    }
  }

  <T> T locked(UUID id, Supplier<T> step) {
    return locked(at(id).home(), step);
  }

  /** One at a time for one directory; who needs two of a database takes the successor's last. */
  <T> T locked(Path home, Supplier<T> step) {
    ReentrantLock lock = locks.computeIfAbsent(home, key -> new ReentrantLock());
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }
}
