package dev.howdah.server.transfer;

import dev.howdah.server.database.DatabaseAccess;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Finds where a URL leads; what follows from that is {@link Location#of}'s to say. */
final class Locator {
  private final Jdbi jdbi;
  private final DatabaseAccess databases;

  Locator(Jdbi jdbi, DatabaseAccess databases) {
    this.jdbi = jdbi;
    this.databases = databases;
  }

  /**
   * Looks the host of a URL up.
   *
   * @throws IllegalArgumentException that says why nobody may go there
   */
  Location locate(DatabaseUrl url) {
    Optional<Location.Neighbour> neighbour =
        jdbi.withHandle(handle -> databases.atPort(handle, url.port()))
            .map(reach ->
                new Location.Neighbour(reach.id(), reach.host().equalsIgnoreCase(url.host())));
    return Location.of(addresses(url.host()), neighbour);
  }

  private static List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException nobody) {
      return List.of();
    }
  }
}
