package dev.howdah.postgres.cluster;

import dev.howdah.postgres.repository.Archiving;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a cluster should be. Creating reads all of it; {@link Clusters#configure} applies a changed
 * one to a cluster that exists ({@code major}, {@code port} and {@code walSegmentSize} stay what
 * they are).
 *
 * @param id the database's id, and the name of its directory
 * @param major the PostgreSQL major version
 * @param port the TCP port; also names the Unix socket and, as root, the user id
 * @param database the name of the tenant's database, the only one reachable over TCP
 * @param listenAddresses addresses to listen on over TCP; empty for none
 * @param hostNames host names and addresses that clients use: they go into the certificate
 * @param walSegmentSize size of a write-ahead log file
 * @param connectionLimit connections of the plan; a reserve for Howdah is added to it
 * @param extensions extensions the plan offers; those of them that are installed can be created
 * @param settings the plan's server settings, such as {@code shared_buffers}, by PostgreSQL's names
 * @param userSettings what the owner set by {@code pg:settings}
 * @param archiving where its write-ahead log is kept, if it is; beginning and ending with it takes
 *     a restart
 */
public record ClusterSpec(
    UUID id,
    int major,
    int port,
    String database,
    List<String> listenAddresses,
    List<String> hostNames,
    WalSegmentSize walSegmentSize,
    int connectionLimit,
    List<String> extensions,
    Map<String, String> settings,
    UserSettings userSettings,
    Optional<Archiving> archiving) {

  /** Copies the collections. */
  public ClusterSpec {
    listenAddresses = List.copyOf(listenAddresses);
    hostNames = List.copyOf(hostNames);
    extensions = List.copyOf(extensions);
    settings = Map.copyOf(settings);
  }
}
