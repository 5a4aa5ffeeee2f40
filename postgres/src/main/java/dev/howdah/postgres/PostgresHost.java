package dev.howdah.postgres;

import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.Successions;
import dev.howdah.postgres.control.ControlCluster;
import dev.howdah.postgres.copy.Snapshots;
import dev.howdah.postgres.drill.Scratch;
import dev.howdah.postgres.dump.Dumps;
import dev.howdah.postgres.dump.Moment;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.replication.Streaming;
import dev.howdah.postgres.repository.BaseSource;
import dev.howdah.postgres.repository.Repositories;
import dev.howdah.postgres.repository.Storage;
import dev.howdah.postgres.template.Templates;
import dev.howdah.postgres.tenant.Replacement;
import dev.howdah.postgres.tenant.TenantDatabase;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.version.Installations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;

/**
 * Everything PostgreSQL on this host, wired together. Cheap to open: nothing is started, and the
 * servers that run already are found by {@link Clusters#state}. Safe for use by many threads, but
 * only one process may use a root.
 */
public final class PostgresHost {

  private final Installations installations;
  private final CertificateAuthority authority;
  private final Clusters clusters;
  private final ControlCluster control;
  private final Dumps dumps;
  private final Repositories repositories;

  private PostgresHost(
      Path root,
      Installations installations,
      ServerAccounts accounts,
      Storage storage,
      Clock clock) {
    if (!Files.isDirectory(root)) {
      // Servers under other user ids must pass through it to their own directories.
      OwnedFiles.directory(root, ServerAccount.current(), "rwx--x--x");
    }
    this.installations = installations;
    authority = CertificateAuthority.open(root.resolve("secrets"), clock);
    Templates templates = new Templates(root.resolve("templates"), accounts);
    repositories = new Repositories(root.resolve("repository"), storage, this::baseSource, clock);
    clusters =
        new Clusters(
            root.resolve("postgres"),
            installations,
            templates,
            authority,
            accounts,
            repositories,
            clock);
    dumps = new Dumps(root.resolve("transfers"), installations, accounts);
    control = new ControlCluster(root.resolve("control"), installations, templates, accounts);
  }

  /**
   * Opens the data root with the installations and user ids of this host.
   *
   * @param root Howdah's data directory (the one given as {@code --data})
   */
  public static PostgresHost open(Path root, Clock clock) {
    return open(root, new Storage.Directory(), clock);
  }

  /** As {@link #open(Path, Clock)}, with the place for what repositories keep. */
  public static PostgresHost open(Path root, Storage storage, Clock clock) {
    return new PostgresHost(
        root.toAbsolutePath().normalize(),
        Installations.find(),
        ServerAccounts.detect(),
        storage,
        clock);
  }

  /**
   * As {@link #open(Path, Clock)}, with the installations and the user ids chosen by the caller.
   */
  public static PostgresHost open(
      Path root, Installations installations, ServerAccounts accounts, Clock clock) {
    return new PostgresHost(
        root.toAbsolutePath().normalize(), installations, accounts, new Storage.Directory(), clock);
  }

  private BaseSource baseSource(UUID cluster) {
    return clusters.baseSource(cluster);
  }

  /** The PostgreSQL versions this host has. */
  public Installations installations() {
    return installations;
  }

  /** The authority that signs the servers' certificates. */
  public CertificateAuthority certificateAuthority() {
    return authority;
  }

  /** The tenants' clusters. */
  public Clusters clusters() {
    return clusters;
  }

  /** What takes the place of the tenants' clusters. */
  public Successions successions() {
    return clusters.successions();
  }

  /** The repositories of write-ahead log and base copies. */
  public Repositories repositories() {
    return repositories;
  }

  /** The cluster of Howdah's own data. */
  public ControlCluster control() {
    return control;
  }

  /**
   * The SQL side of one cluster. Opens no connection yet.
   *
   * @param cluster the database's id
   * @param name the name of the tenant's database in it
   */
  public TenantDatabase database(UUID cluster, String name) {
    return new TenantDatabase(() -> clusters.connections(cluster), name);
  }

  /** The same of the staged successor of a cluster. */
  public TenantDatabase stagedDatabase(UUID cluster, String name) {
    return new TenantDatabase(() -> successions().stagedConnections(cluster), name);
  }

  /** The replication side of one cluster. Opens no connection yet. */
  public Streaming replication(UUID cluster) {
    return new Streaming(() -> clusters.connections(cluster));
  }

  /**
   * What can take the place of one tenant's database. Opens no connection yet.
   *
   * @param cluster the database's id
   * @param name the name of the tenant's database in it
   */
  public Replacement replacement(UUID cluster, String name) {
    return new Replacement(() -> clusters.connections(cluster), name);
  }

  /**
   * Holds the present moment of one tenant's database.
   *
   * @param cluster the database's id
   * @param name the name of the tenant's database in it
   */
  public Moment hold(UUID cluster, String name) {
    return Moment.hold(clusters.connections(cluster), name);
  }

  /** Clusters to try backups in. */
  public Scratch scratch() {
    return new Scratch(clusters);
  }

  /** Runs of pg_dump and pg_restore. */
  public Dumps dumps() {
    return dumps;
  }

  /** The same of the staged successor of a cluster. */
  public Streaming stagedReplication(UUID cluster) {
    return new Streaming(() -> successions().stagedConnections(cluster));
  }

  /** The snapshots of clusters. */
  public Snapshots snapshots() {
    return clusters.snapshots();
  }
}
