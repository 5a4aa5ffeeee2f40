package dev.howdah.postgres.cluster;

import dev.howdah.postgres.replication.Replication;
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
 * @param replication whether it is written to or follows another; a follower becomes a leader by
 *     {@link dev.howdah.postgres.replication.Streaming#promote}, never by {@code configure}
 * @param sealed whether nobody but Howdah gets in, and its followers. Opening it only takes a
 *     {@code configure}; sessions that are in stay until they are ended
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
    Optional<Archiving> archiving,
    Replication replication,
    boolean sealed) {

  /** Copies the collections. */
  public ClusterSpec {
    listenAddresses = List.copyOf(listenAddresses);
    hostNames = List.copyOf(hostNames);
    extensions = List.copyOf(extensions);
    settings = Map.copyOf(settings);
  }

  /** A cluster that is written to, has no followers and is open. */
  public ClusterSpec(
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
    this(
        id,
        major,
        port,
        database,
        listenAddresses,
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        archiving,
        Replication.alone(),
        false);
  }

  /** The same of another major version. */
  public ClusterSpec withMajor(int other) {
    return new ClusterSpec(
        id,
        other,
        port,
        database,
        listenAddresses,
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        archiving,
        replication,
        sealed);
  }

  /** The same, archiving to another lineage or to none. */
  public ClusterSpec withArchiving(Optional<Archiving> other) {
    return new ClusterSpec(
        id,
        major,
        port,
        database,
        listenAddresses,
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        other,
        replication,
        sealed);
  }

  /** The same in another role. */
  public ClusterSpec withReplication(Replication other) {
    return new ClusterSpec(
        id,
        major,
        port,
        database,
        listenAddresses,
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        archiving,
        other,
        sealed);
  }

  /** The same, sealed or open. */
  public ClusterSpec withSealed(boolean other) {
    return new ClusterSpec(
        id,
        major,
        port,
        database,
        listenAddresses,
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        archiving,
        replication,
        other);
  }

  /** The same with another name of the tenant's database: a copy has its origin's. */
  public ClusterSpec withDatabase(String other) {
    return new ClusterSpec(
        id,
        major,
        port,
        other,
        listenAddresses,
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        archiving,
        replication,
        sealed);
  }

  /** The same for a plan with another number of connections. */
  public ClusterSpec withConnectionLimit(int other) {
    return new ClusterSpec(
        id,
        major,
        port,
        database,
        listenAddresses,
        hostNames,
        walSegmentSize,
        other,
        extensions,
        settings,
        userSettings,
        archiving,
        replication,
        sealed);
  }

  /** The same, sealed and not listening on TCP at all: beside a cluster that has the port. */
  ClusterSpec unreachable() {
    return new ClusterSpec(
        id,
        major,
        port,
        database,
        List.of(),
        hostNames,
        walSegmentSize,
        connectionLimit,
        extensions,
        settings,
        userSettings,
        archiving,
        replication,
        true);
  }
}
