package dev.howdah.server.transfer;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A database URL as users give it. Nothing in it can name a socket or a file of this host: there is
 * a host of the network, a port, a login, a database, and of libpq's parameters the mode of TLS
 * alone.
 *
 * @param sslMode {@code require} unless the URL says otherwise: connections carry passwords
 */
record DatabaseUrl(
    String host, int port, String database, String user, String password, String sslMode) {
  private static final int DEFAULT_PORT = 5432;
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+");
  private static final Set<String> SSL_MODES = Set.of("disable", "allow", "prefer", "require");

  /**
   * Takes a URL apart.
   *
   * @throws IllegalArgumentException that says what is wrong, without the password
   */
  static DatabaseUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "is not a URL. Characters of a password that mean something in URLs must be written as"
              + " a percent sign and two hexadecimal digits.");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("postgres") && !scheme.equals("postgresql")) {
      throw new IllegalArgumentException("must begin with postgres://.");
    }
    String host = uri.getHost() == null ? "" : uri.getHost().replaceAll("^\\[|]$", "");
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String[] login =
        uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
    if (!HOST.matcher(host).matches() || login.length == 0 || path.length() < 2) {
      throw new IllegalArgumentException("must name a user, a host and a database.");
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("has no port from 1 to 65535.");
    }
    return new DatabaseUrl(
        host,
        port,
        decoded(path.substring(1)),
        decoded(login[0]),
        login.length > 1 ? decoded(login[1]) : "",
        sslMode(uri.getRawQuery()));
  }

  private static String sslMode(@org.jspecify.annotations.Nullable String query) {
    if (query == null || query.isEmpty()) {
      return "require";
    }
    if (query.startsWith("sslmode=") && SSL_MODES.contains(query.substring("sslmode=".length()))) {
      return query.substring("sslmode=".length());
    }
    throw new IllegalArgumentException(
        "may have one parameter, sslmode, which is one of " + String.join(", ", sorted()) + ".");
  }

  private static java.util.List<String> sorted() {
    return SSL_MODES.stream().sorted().toList();
  }

  private static String decoded(String text) {
    String decoded;
    try {
      // Unlike in a form, a plus sign stands for itself here.
      decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("has a % that two hexadecimal digits must follow.");
    }
    if (decoded.isEmpty() || decoded.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("must name a user, a host and a database.");
    }
    return decoded;
  }

  /** The same place without who goes there. */
  String place() {
    String address = host.contains(":") ? "[" + host + "]" : host;
    return "postgres://%s:%d/%s".formatted(address, port, database);
  }

  /** Says nothing of the password. */
  @Override
  public String toString() {
    return place();
  }
}
