package dev.howdah.server.drain;

import dev.howdah.server.network.Reach;
import dev.howdah.server.platform.ApiError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/** What the address of a drain means. */
sealed interface DrainTarget {

  /** RFC 5424 over TCP, octet-counted, in the clear or with TLS. */
  record Syslog(String host, int port, boolean tls) implements DrainTarget {}

  /** Batches in POST requests. */
  record Http(URI url) implements DrainTarget {
    @Override
    public String host() {
      return url.getHost();
    }
  }

  /** The host it names. */
  String host();

  /** Refuses one that leads where drains may not go, as far as that can be known now. */
  default void require(Reach reach) {
    try {
      if (!Reach.addresses(host()).isEmpty()) {
        var _ = address(reach);
      }
    } catch (IOException forbidden) {
      throw ApiError.invalid("Url " + forbidden.getMessage());
    }
  }

  /**
   * Looks up where it leads, and judges it: a name may lead elsewhere tomorrow.
   *
   * @throws IOException that says why nobody may go there
   */
  default InetAddress address(Reach reach) throws IOException {
    List<InetAddress> all = Reach.addresses(host());
    if (all.isEmpty()) {
      throw new IOException("names a host that does not exist: " + host());
    }
    for (InetAddress one : all) {
      if (!reach.allows(one)) {
        throw new IOException(
            "leads to "
                + one.getHostAddress()
                + ", where this service may not send logs. Name a receiver that is reached by"
                + " another address, or ask the operator (HOWDAH_DRAIN_TO).");
      }
    }
    return all.getFirst();
  }

  /** Reads an address; refuses what is none. */
  static DrainTarget of(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException wrong) {
      throw refusal();
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || uri.getFragment() != null) {
      throw refusal();
    }
    return switch (scheme) {
      case "syslog" -> new Syslog(uri.getHost(), port(uri, 514), false);
      case "syslog+tls" -> new Syslog(uri.getHost(), port(uri, 6514), true);
      case "http", "https" -> new Http(uri);
      default -> throw refusal();
    };
  }

  private static int port(URI uri, int usual) {
    int port = uri.getPort() < 0 ? usual : uri.getPort();
    if (port < 1 || port > 65535) {
      throw refusal();
    }
    return port;
  }

  private static ApiError refusal() {
    return ApiError.invalid(
        "Url is invalid. A drain is syslog://HOST:PORT, syslog+tls://HOST:PORT or https://HOST/PATH.");
  }
}
