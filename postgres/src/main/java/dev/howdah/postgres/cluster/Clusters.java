package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.copy.LiveCopy;
import dev.howdah.postgres.copy.LiveSource;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.PendingRecovery;
import dev.howdah.postgres.copy.Recovery;
import dev.howdah.postgres.copy.Snapshots;
import dev.howdah.postgres.copy.Target;
import dev.howdah.postgres.copy.WalFiles;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.replication.Upstream;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.BaseCopy;
import dev.howdah.postgres.repository.BaseSource;
import dev.howdah.postgres.repository.Contents;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.repository.Repositories;
import dev.howdah.postgres.repository.Repository;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.template.Templates;
import dev.howdah.postgres.tenant.Refurbishment;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.tls.ServerCertificate;
import dev.howdah.postgres.upgrade.Layout;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** Where the recovery of a copy begins. */
  private static final Pattern LABEL =
      Pattern.compile("(?m)^START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+) ");

  private final Path directory;
  private final Path scripts;
  private final Installations installations;
  private final Templates templates;
  private final CertificateAuthority authority;
  private final ServerAccounts accounts;
  private final Repositories repositories;
  private final Snapshots snapshots;
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
    this.scripts = directory.resolve("extension-scripts");
    this.installations = installations;
    this.templates = templates;
    this.authority = authority;
    this.accounts = accounts;
    this.repositories = repositories;
    snapshots = new Snapshots(directory.resolveSibling("snapshots"), this::source, clock);
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
              partial -> write(spec, cluster, partial, installation));
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
          write(spec, cluster, cluster, installations.require(cluster.facts().major()));
          Postmaster postmaster = new Postmaster(cluster);
          if (postmaster.state() instanceof ClusterState.Running) {
            return Reload.of(postmaster, connections(spec.id()));
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

  private void start(ClusterDirectory cluster) {
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

  /** Stops fast and starts. */
  public void restart(UUID id) {
    locked(
        id,
        () -> {
          stop(id, StopMode.FAST);
          start(id);
          return id;
        });
  }

  /** Lets a running server read its configuration files again. */
  public void reload(UUID id) {
    new Postmaster(at(id)).reload();
  }

  /** What the cluster is doing now; so also how a new Howdah adopts the servers of an old one. */
  public ClusterState state(UUID id) {
    return state(at(id));
  }

  private static ClusterState state(ClusterDirectory cluster) {
    if (!cluster.exists() && cluster.holdsDatabase()) {
      // Not absent, so that somebody starts it, or hears why that is not possible.
      return new ClusterState.Failed("it is not known whether all its files reached the disk");
    }
    return new Postmaster(cluster).state();
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
          makeCopy(cluster, spec.withSealed(true), origin, progress);
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

  /**
   * As {@link #copy}, but makes a successor beside the cluster of the same id, in {@code
   * <id>.next}: with the same port and account, never reachable over TCP. The cluster itself goes
   * on and need not exist.
   */
  public void stage(ClusterSpec spec, Origin origin, Progress progress) {
    ClusterDirectory cluster = next(spec.id());
    locked(
        cluster.home(),
        () -> {
          makeCopy(cluster, spec.unreachable(), origin, progress);
          return cluster;
        });
  }

  /** As {@link #recover}, of the staged successor. */
  public Recovery recoverStaged(UUID id, Progress progress) {
    return recover(next(id), progress);
  }

  /**
   * Makes ready what {@link #upgradeStaged} needs: what takes time and can be done while others
   * still work. The staged successor's server must run; it may follow.
   */
  public void prepareUpgrade(UUID id, int major) {
    ClusterDirectory staged = next(id);
    locked(
        staged.home(),
        () -> {
          Installation from = installations.require(existing(staged).facts().major());
          stagedUpgrade(staged, major).prepare(Layout.of(from, staged.data(), connections(staged)));
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
    ClusterDirectory staged = next(spec.id());
    locked(
        staged.home(),
        () -> {
          StagedUpgrade upgrade = stagedUpgrade(staged, spec.major());
          Identifier database = new Identifier(spec.database());
          if (!upgrade.isBegun()) {
            start(staged);
            new Refurbishment(connections(staged), database).before();
            upgrade.prepare(
                Layout.of(
                    installations.require(staged.facts().major()),
                    staged.data(),
                    connections(staged)));
            checkpoint(staged);
            new Postmaster(staged).stop(StopMode.FAST);
          }
          upgrade.run();
          write(spec.unreachable(), staged, staged, installations.require(spec.major()));
          start(staged);
          new Refurbishment(connections(staged), database).after(spec.major());
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
    ClusterDirectory cluster = next(id);
    locked(
        cluster.home(),
        () -> {
          start(cluster);
          return id;
        });
  }

  /** Stops the staged successor's server, if it runs. */
  public void stopStaged(UUID id, StopMode mode) {
    ClusterDirectory cluster = next(id);
    locked(
        cluster.home(),
        () -> {
          new Postmaster(cluster).stop(mode);
          return id;
        });
  }

  /** What the staged successor is doing; {@code Absent} when there is none. */
  public ClusterState stagedState(UUID id) {
    return state(next(id));
  }

  /** The directory of the staged successor, whether it is there or not. */
  public Path stagedDirectory(UUID id) {
    return next(id).home();
  }

  /** Howdah's own connections to the staged successor. */
  public ControlConnections stagedConnections(UUID id) {
    return connections(existing(next(id)));
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
    Path home = at(spec.id()).home();
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
    Path home = at(spec.id()).home();
    change(
        spec,
        Succession::back,
        Succession.sibling(home, Succession.PREVIOUS),
        Succession.sibling(home, Succession.NEXT));
  }

  /** Whether a successor is staged, complete. */
  public boolean hasStaged(UUID id) {
    return next(id).exists();
  }

  /** Whether what an exchange replaced is still kept. */
  public boolean hasPrevious(UUID id) {
    return previous(id).holdsDatabase();
  }

  /** Stops and deletes the staged successor, also a half-made one. */
  public void dropStaged(UUID id) {
    drop(id, next(id));
  }

  /** Deletes for good what an exchange replaced. */
  public void dropPrevious(UUID id) {
    drop(id, previous(id));
  }

  /** Howdah's own connections to a cluster. */
  public ControlConnections connections(UUID id) {
    return connections(existing(id));
  }

  private static ControlConnections connections(ClusterDirectory cluster) {
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
   * @return empty while the server is in recovery
   * @throws PostgresException when it does not answer
   */
  public Optional<ArchivePulse> pulse(UUID id, Instant now, Predicate<String> wanted) {
    try (Session session = new Session(connections(id).superuser("postgres"))) {
      return ArchivePulse.take(session, now, wanted);
    } catch (SQLException e) {
      throw new PostgresException("the archiver cannot be asked: " + e.getMessage(), e);
    }
  }

  /** The file system that clusters are on. */
  public Volume volume() {
    try {
      FileStore store = Files.getFileStore(directory);
      return new Volume(store.getTotalSpace(), store.getUsableSpace());
    } catch (IOException e) {
      throw new PostgresException("could not look at the volume of " + directory + ": " + e, e);
    }
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
   * Cuts a server's log to its last half of a size when it is longer than that. The server goes on
   * writing at its end; a line that it writes at this very moment may be lost.
   */
  public void trimLog(UUID id, long bytes) {
    ServerLog.trim(at(id).logFile(), bytes);
  }

  private ClusterDirectory at(UUID id) {
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

  private static ClusterDirectory existing(ClusterDirectory cluster) {
    if (!cluster.exists()) {
      throw new PostgresException("there is no cluster " + cluster.home().getFileName());
    }
    return cluster;
  }

  private ClusterDirectory next(UUID id) {
    return new ClusterDirectory(Succession.sibling(at(id).home(), Succession.NEXT));
  }

  private ClusterDirectory previous(UUID id) {
    return new ClusterDirectory(Succession.sibling(at(id).home(), Succession.PREVIOUS));
  }

  /** The snapshots of these clusters. */
  public Snapshots snapshots() {
    return snapshots;
  }

  private LiveSource source(UUID id) {
    ClusterDirectory cluster = existing(id);
    if (!(new Postmaster(cluster).state() instanceof ClusterState.Running)) {
      throw new PostgresException("the server of " + id + " does not run, and cannot be copied");
    }
    return new LiveSource(cluster.data(), connections(cluster), cluster.facts().major());
  }

  private void makeCopy(
      ClusterDirectory cluster, ClusterSpec spec, Origin origin, Progress progress) {
    Installation installation = installations.require(spec.major());
    ServerAccount account = accounts.forPort(spec.port());
    NewCluster.make(
        cluster,
        installation,
        spec.port(),
        account,
        partial -> {
          fill(partial, spec, origin, account, progress);
          prepareRecovery(partial, spec, origin);
        },
        partial -> {
          write(spec, cluster, partial, installation);
          // Published only when it is on disk: half of a copy looks like a database.
          Command.of("sync", "-f", partial.home()).run();
          partial.markDurable();
        });
    OwnedFiles.force(directory);
  }

  private void fill(
      ClusterDirectory partial,
      ClusterSpec spec,
      Origin origin,
      ServerAccount account,
      Progress progress) {
    switch (origin) {
      case Origin.Live(UUID source) -> {
        String slot =
            spec.replication() instanceof Replication.Follower(Upstream upstream)
                ? upstream.slot()
                : "";
        LiveCopy.make(source(source), partial.data(), slot, progress);
      }
      case Origin.Snapshot(UUID lineage, Instant moment) ->
          snapshots.copy(lineage, moment, partial.data(), progress);
      case Origin.Archived(Archiving lineage, Target target) -> {
        Repository repository = repositories.of(lineage);
        BaseCopy base =
            base(repository.contents(), target)
                .orElseThrow(
                    () -> new PostgresException("there is no base copy that reaches back so far"));
        OwnedFiles.directory(partial.data(), ServerAccount.current(), "rwx------");
        repository.restore(base, partial.data(), account, progress);
        Path log = partial.data().resolve("pg_wal");
        repository.fetchWal(base, log, account, Progress.NONE);
        WalFiles.markArchived(log);
      }
    }
    String version = OwnedFiles.read(partial.data().resolve("PG_VERSION")).strip();
    if (!version.equals(String.valueOf(spec.major()))) {
      throw new PostgresException(
          "a copy of a PostgreSQL %s cannot be a PostgreSQL %d".formatted(version, spec.major()));
    }
  }

  private static Optional<BaseCopy> base(Contents contents, Target target) {
    return switch (target) {
      case Target.Latest _ -> contents.newest();
      case Target.At(Instant time) -> contents.newestBefore(time);
    };
  }

  private static void prepareRecovery(ClusterDirectory partial, ClusterSpec spec, Origin origin) {
    boolean follower = spec.replication() instanceof Replication.Follower;
    try {
      Files.createFile(partial.data().resolve(follower ? "standby.signal" : "recovery.signal"));
      // Settings come from Howdah alone, whatever a restore or the origin had here.
      Files.deleteIfExists(partial.data().resolve("postgresql.auto.conf"));
      Matcher label = LABEL.matcher(OwnedFiles.read(partial.data().resolve("backup_label")));
      if (!label.find()) {
        throw new PostgresException("a copy without backup_label cannot be trusted");
      }
      partial.write(
          new PendingRecovery(
              PendingRecovery.Goal.of(origin),
              false,
              Lsn.of(label.group(1)),
              WalFiles.end(partial.data().resolve("pg_wal")).orElse(Lsn.of(label.group(1))),
              Optional.empty()));
    } catch (IOException e) {
      throw new PostgresException("could not prepare the recovery of a copy: " + e, e);
    }
  }

  private Recovery recover(ClusterDirectory cluster, Progress progress) {
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
  private void refuseExchanged(UUID id) {
    if (Succession.of(at(id).home()).isUnderWay()) {
      throw new PostgresException(
          "an exchange of " + id + " was interrupted and must be completed first");
    }
  }

  private void change(
      ClusterSpec spec, Function<Succession, Succession.Step> way, Path from, Path to) {
    ClusterDirectory live = at(spec.id());
    ClusterDirectory coming = new ClusterDirectory(from);
    ClusterDirectory leaving = new ClusterDirectory(to);
    locked(
        live.home(),
        () ->
            locked(
                next(spec.id()).home(),
                () -> {
                  Succession.Step step = way.apply(Succession.of(live.home()));
                  if (step == Succession.Step.LEAVE) {
                    prepareArrival(spec, coming, live);
                    // What is written now need not be written while nobody can work.
                    checkpoint(live);
                    new Postmaster(live).stop(StopMode.FAST);
                    move(live, leaving);
                    step = Succession.Step.ARRIVE;
                  }
                  if (step == Succession.Step.ARRIVE) {
                    prepareArrival(spec, coming, live);
                    move(coming, live);
                  }
                  takeLog(leaving, live);
                  write(spec, live, live, installations.require(live.facts().major()));
                  start(live);
                  return spec;
                }));
  }

  /** Stops what is to take a place, and lets its files speak of that place. */
  private void prepareArrival(ClusterSpec spec, ClusterDirectory coming, ClusterDirectory place) {
    existing(coming);
    if (coming.isRecovering()) {
      throw new PostgresException(coming.home().getFileName() + " is not recovered yet");
    }
    new Postmaster(coming).stop(StopMode.FAST);
    write(spec, place, coming, installations.require(coming.facts().major()));
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

  private static void checkpoint(ClusterDirectory cluster) {
    if (!(state(cluster) instanceof ClusterState.Running)) {
      return;
    }
    try (Session session = new Session(connections(cluster).superuser("postgres"))) {
      session.execute("CHECKPOINT");
    } catch (SQLException e) {
      log.info("{} stops without a checkpoint beforehand: {}", cluster.home(), e.getMessage());
    }
  }

  private void drop(UUID id, ClusterDirectory cluster) {
    locked(
        id,
        () ->
            locked(
                next(id).home(),
                () -> {
                  refuseExchanged(id);
                  new Postmaster(cluster).stop(StopMode.IMMEDIATE);
                  NewCluster.delete(cluster);
                  return id;
                }));
  }

  /** Writes files that speak of the cluster's final place into a place that may not be it yet. */
  private void write(
      ClusterSpec spec,
      ClusterDirectory spoken,
      ClusterDirectory place,
      Installation installation) {
    ServerAccount reader = place.facts().account();
    Path file = place.conf().resolve(ServerConfiguration.CERTIFICATE);
    Path key = place.conf().resolve(ServerConfiguration.KEY);
    if (!Files.exists(key) || authority.needsRenewal(OwnedFiles.read(file), spec.hostNames())) {
      ServerCertificate certificate = authority.issue(spec.hostNames());
      // A crash between the two leaves a pair that does not match; removing the old certificate
      // first makes the next try issue a new pair.
      OwnedFiles.delete(file);
      OwnedFiles.write(key, certificate.keyPem(), reader);
      OwnedFiles.write(file, certificate.chainPem(), reader);
    }
    if (spec.replication() instanceof Replication.Follower(Upstream upstream)) {
      String authorityFile = OwnedFiles.read(authority.certificateFile());
      OwnedFiles.write(place.conf().resolve(ServerConfiguration.AUTHORITY), authorityFile, reader);
      String password = upstream.password().replace("\\", "\\\\").replace(":", "\\:");
      OwnedFiles.writeFor(
          reader, place.conf().resolve(ServerConfiguration.PASSWORD), "*:*:*:*:" + password + "\n");
    } else {
      OwnedFiles.delete(place.conf().resolve(ServerConfiguration.PASSWORD));
    }
    Path archiver = place.conf().resolve(ServerConfiguration.ARCHIVER);
    if (spec.archiving().isPresent()) {
      Repository repository = repositories.of(spec.archiving().get());
      makeRepository(repository, place);
      String settings = repository.serverSettings(spoken.data(), spoken.spool());
      OwnedFiles.write(archiver, settings, reader);
    } else {
      OwnedFiles.delete(archiver);
    }
    int segment = WalSegmentSize.megabytesIn(place.data());
    ServerConfiguration.forTenant(spec, spoken, segment, installation, scripts).writeTo(place);
  }

  /**
   * A repository that cannot be reached keeps no server from running: its write-ahead log waits,
   * and {@link #openRepository} is tried again.
   */
  private static void makeRepository(Repository repository, ClusterDirectory place) {
    try {
      repository.create(place.data(), place.facts().account());
    } catch (PostgresException unreachable) {
      log.warn(
          "the repository of {} cannot be made now: {}", place.home(), unreachable.getMessage());
    }
  }

  private static Optional<UUID> id(Path child) {
    try {
      return Optional.of(UUID.fromString(child.getFileName().toString()));
    } catch (IllegalArgumentException notACluster) {
      return Optional.empty();
    }
  }

  private <T> T locked(UUID id, Supplier<T> step) {
    return locked(at(id).home(), step);
  }

  /** One at a time for one directory; who needs two of a database takes the successor's last. */
  private <T> T locked(Path home, Supplier<T> step) {
    ReentrantLock lock = locks.computeIfAbsent(home, key -> new ReentrantLock());
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }
}
