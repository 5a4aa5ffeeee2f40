package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.template.Templates;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.tls.ServerCertificate;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The tenants' clusters on this host: {@code <root>/postgres/<id>/{data,conf,run,log,spool}}. Every
 * method is a step that may be repeated after a crash at any instruction. Safe for use by many
 * threads; two calls for one cluster wait for each other.
 */
public final class Clusters {

  private final Path directory;
  private final Path scripts;
  private final Installations installations;
  private final Templates templates;
  private final CertificateAuthority authority;
  private final ServerAccounts accounts;
  private final ConcurrentMap<UUID, ReentrantLock> locks = new ConcurrentHashMap<>();

  /** The clusters in a directory, which every server's user must be able to reach. */
  public Clusters(
      Path directory,
      Installations installations,
      Templates templates,
      CertificateAuthority authority,
      ServerAccounts accounts) {
    this.directory = directory;
    this.scripts = directory.resolve("extension-scripts");
    this.installations = installations;
    this.templates = templates;
    this.authority = authority;
    this.accounts = accounts;
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
          ClusterDirectory cluster = at(id);
          if (!cluster.exists()
              && !NewCluster.adopt(cluster, () -> installations.require(cluster.facts().major()))) {
            throw new StartFailedException("there is no cluster " + id);
          }
          Durability durability = Durability.of(cluster);
          new Postmaster(cluster).start(installations.require(cluster.facts().major()));
          durability.await();
          return id;
        });
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
    ClusterDirectory cluster = at(id);
    if (!cluster.exists() && cluster.holdsDatabase()) {
      // Not absent, so that somebody starts it, or hears why that is not possible.
      return new ClusterState.Failed("it is not known whether all its files reached the disk");
    }
    return new Postmaster(cluster).state();
  }

  /** Stops the server at once and deletes the directory, also a half-made one. */
  public void destroy(UUID id) {
    locked(
        id,
        () -> {
          ClusterDirectory cluster = at(id);
          new Postmaster(cluster).stop(StopMode.IMMEDIATE);
          endStrays(cluster);
          NewCluster.delete(cluster);
          return id;
        });
  }

  /** Howdah's own connections to a cluster. */
  public ControlConnections connections(UUID id) {
    ClusterDirectory cluster = existing(id);
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
    ClusterDirectory cluster = at(id);
    if (!cluster.exists()) {
      throw new PostgresException("there is no cluster " + id);
    }
    return cluster;
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
    int segment = WalSegmentSize.megabytesIn(place.data());
    ServerConfiguration.forTenant(spec, spoken, segment, installation, scripts).writeTo(place);
  }

  private static Optional<UUID> id(Path child) {
    try {
      return Optional.of(UUID.fromString(child.getFileName().toString()));
    } catch (IllegalArgumentException notACluster) {
      return Optional.empty();
    }
  }

  private <T> T locked(UUID id, Supplier<T> step) {
    ReentrantLock lock = locks.computeIfAbsent(id, key -> new ReentrantLock());
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }
}
