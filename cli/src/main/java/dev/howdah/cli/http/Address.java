package dev.howdah.cli.http;

import dev.howdah.cli.environment.CommandException;
import dev.howdah.cli.environment.Environment;
import java.net.URI;
import java.net.URISyntaxException;

/** Which server we talk to. */
public final class Address {
  private static final String DEFAULT = "http://localhost:5080";

  private Address() {}

  /** {@code HOWDAH_HOST}, else {@code HEROKU_HOST} if it is an address, else this machine. */
  public static URI of(Environment environment) {
    String text =
        environment
            .variable("HOWDAH_HOST")
            .or(() -> environment.variable("HEROKU_HOST").filter(host -> host.startsWith("http")))
            .orElse(DEFAULT);
    if (!text.contains("://")) {
      text = "https://" + text;
    }
    try {
      var address = new URI(text);
      if (address.getHost() != null && address.getScheme().startsWith("http")) {
        return address;
      }
    } catch (URISyntaxException _) {
      // Told below.
    }
    throw new CommandException(
        "HOWDAH_HOST is no address: " + text + "\nIt should look like " + DEFAULT + ".");
  }

  /** Host and port as a {@code .netrc} machine; the port only if it is written. */
  public static String machine(URI address) {
    return address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
  }

  /** Whether the server is on this machine. */
  static boolean isLocal(URI address) {
    String host = address.getHost();
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("127.0.0.1")
        || host.equals("[::1]");
  }
}
