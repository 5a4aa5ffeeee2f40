package dev.howdah.postgres;

import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.control.ControlCluster;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.tenant.TenantDatabase;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.version.Installations;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;

/**
 * Everything PostgreSQL on this host, wired together. Cheap to open: nothing is started, and the
 * servers that run already are found by {@link Clusters#state}. Safe for use by many threads.
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class PostgresHost {

  private PostgresHost() {}

  /**
   * Opens the data root with the installations and user ids of this host.
   *
   * @param root Howdah's data directory (the one given as {@code --data})
   */
  public static PostgresHost open(Path root, Clock clock) {
    throw new UnsupportedOperationException();
  }

  /**
   * As {@link #open(Path, Clock)}, with the installations and the user ids chosen by the caller.
   */
  public static PostgresHost open(
      Path root, Installations installations, ServerAccounts accounts, Clock clock) {
    throw new UnsupportedOperationException();
  }

  /** The PostgreSQL versions this host has. */
  public Installations installations() {
    throw new UnsupportedOperationException();
  }

  /** The authority that signs the servers' certificates. */
  public CertificateAuthority certificateAuthority() {
    throw new UnsupportedOperationException();
  }

  /** The tenants' clusters. */
  public Clusters clusters() {
    throw new UnsupportedOperationException();
  }

  /** The cluster of Howdah's own data. */
  public ControlCluster control() {
    throw new UnsupportedOperationException();
  }

  /**
   * The SQL side of one cluster. Opens no connection yet.
   *
   * @param cluster the database's id
   * @param name the name of the tenant's database in it
   */
  public TenantDatabase database(UUID cluster, String name) {
    throw new UnsupportedOperationException();
  }
}
