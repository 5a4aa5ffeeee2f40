package dev.howdah.server.transfer;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Where a URL leads. */
sealed interface Location {

  /** To a database of this server. */
  record Here(UUID database) implements Location {}

  /**
   * To somewhere else.
   *
   * @param address which is connected to: a name that is looked up again might say something else
   */
  record Elsewhere(InetAddress address) implements Location {}

  /**
   * Decides where a host and a port lead. Whoever may make copies can let Howdah connect, so this
   * host is not reachable under its internal addresses, where servers trust who comes from there;
   * and neither are the addresses at which clouds hand out secrets to their hosts.
   *
   * @param addresses what the host is, numerically
   * @param atPort the database of this server that has the port, and whether the host is its host
   * @throws IllegalArgumentException that says why nobody may go there
   */
  static Location of(List<InetAddress> addresses, Optional<Neighbour> atPort) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("names a host that does not exist.");
    }
    boolean internal = addresses.stream().anyMatch(Location::isInternal);
    if (atPort.isPresent() && (internal || atPort.get().sameHost())) {
      return new Here(atPort.get().database());
    }
    if (internal) {
      throw new IllegalArgumentException(
          "leads to this host, and to no database of this service there.");
    }
    return new Elsewhere(addresses.getFirst());
  }

  /**
   * A database of this server at the port in question.
   *
   * @param sameHost whether the host in question is the one in its URL
   */
  record Neighbour(UUID database, boolean sameHost) {}

  private static boolean isInternal(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress();
  }
}
