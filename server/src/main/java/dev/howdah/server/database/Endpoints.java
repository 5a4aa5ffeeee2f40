package dev.howdah.server.database;

import dev.howdah.postgres.os.Ports;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.secret.Tokens;
import java.util.List;
import java.util.Set;

/**
 * Gives databases their endpoints. A port is drawn at random from those that are free, so that one
 * is not used again right after its database is gone, by somebody whose clients still know it.
 *
 * @param host the host name that URLs carry
 * @param listenAddresses the addresses servers listen on
 * @param firstPort of the range to draw from
 * @param lastPort of it
 */
public record Endpoints(String host, List<String> listenAddresses, int firstPort, int lastPort) {
  private static final int TRIES = 200;

  /** Checks the range. */
  public Endpoints {
    listenAddresses = List.copyOf(listenAddresses);
    if (firstPort < 1024 || lastPort > 65535 || firstPort > lastPort) {
      throw new IllegalArgumentException(
          "database ports must be a range within 1024-65535, not " + firstPort + "-" + lastPort);
    }
  }

  /** Where a server of this host is reached from this host. */
  String dialAddress() {
    return listenAddresses.stream()
        .filter(address -> !address.equals("*") && !address.equals("0.0.0.0"))
        .filter(address -> !address.equals("::"))
        .findFirst()
        .orElse("127.0.0.1");
  }

  /** A port that no database has and nobody listens on. */
  int allocate(Set<Integer> taken, Tokens tokens) {
    for (int i = 0; i < TRIES; i++) {
      int port = firstPort + tokens.number(lastPort - firstPort + 1);
      if (!taken.contains(port)
          && listenAddresses.stream().allMatch(address -> Ports.isFree(address, port))) {
        return port;
      }
    }
    throw ApiError.unavailable(
        "No free port for another database was found between "
            + firstPort
            + " and "
            + lastPort
            + ". The operator can widen HOWDAH_DATABASE_PORTS.");
  }
}
