package dev.howdah.postgres.replication;

/**
 * Where a follower gets its write-ahead log from: over TLS with the certificate's name and
 * authority checked ({@code sslmode=verify-full}).
 *
 * @param host the leader's host name, one of those in its certificate
 * @param address the address to connect to, so that the name need not be resolvable on this host;
 *     empty to look the name up
 * @param port the leader's port
 * @param role the role that {@link Streaming#admit} made on the leader
 * @param password its password; it is written into a file of the follower's that only its server
 *     can read
 * @param slot the replication slot on the leader
 */
public record Upstream(
    String host, String address, int port, String role, String password, String slot) {

  /** Without the password: this is what logs see. */
  @Override
  public String toString() {
    return "Upstream[%s:%d as %s, slot %s]".formatted(host, port, role, slot);
  }
}
