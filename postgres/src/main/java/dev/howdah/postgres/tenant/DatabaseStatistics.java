package dev.howdah.postgres.tenant;

import java.util.List;

/**
 * The numbers of one database, as {@code pg:info} and the metrics line show them.
 *
 * @param version the server's full version, such as {@code 15.18}
 * @param bytes size of the database
 * @param tables tables of the tenant
 * @param rows estimated rows in them
 * @param schemas schemas of the tenant
 * @param connections sessions of the tenant
 * @param waiting sessions of the tenant that wait for a lock
 * @param currentTransaction the current transaction number
 * @param indexCacheHitRate share of index blocks served from memory, 0 to 1
 * @param tableCacheHitRate share of table blocks served from memory, 0 to 1
 * @param walBytes size of the write-ahead log kept on disk
 * @param extensions the extensions installed in it
 */
public record DatabaseStatistics(
    String version,
    long bytes,
    int tables,
    long rows,
    int schemas,
    int connections,
    int waiting,
    long currentTransaction,
    double indexCacheHitRate,
    double tableCacheHitRate,
    long walBytes,
    List<InstalledExtension> extensions) {

  /** Copies the list. */
  public DatabaseStatistics {
    extensions = List.copyOf(extensions);
  }

  /**
   * An extension of the database.
   *
   * @param name its name
   * @param version the version in use
   * @param available the newest version on the host
   */
  public record InstalledExtension(String name, String version, String available) {

    /** Whether {@code ALTER EXTENSION … UPDATE} would bring a newer version. */
    public boolean upgradable() {
      return !version.equals(available);
    }
  }
}
