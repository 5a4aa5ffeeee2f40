package dev.howdah.server.transfer;

import dev.howdah.postgres.dump.Load;
import dev.howdah.server.network.Reach;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Fetches an archive from an address that a user gave. Howdah is inside a network that the user may
 * not be in, so every address on the way is looked up and judged before it is connected to.
 */
public final class Import implements Load.Source {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int MOST_REDIRECTS = 5;
  private static final int BUFFER = 1 << 16;

  private final URI address;
  private final Rules rules;

  Import(URI address, Rules rules) {
    this.address = address;
    this.rules = rules;
  }

  /**
   * What an operator allows.
   *
   * @param mostBytes how large an archive may be
   */
  public record Rules(Reach reach, long mostBytes) {}

  /**
   * Reads an address, as far as that needs no network.
   *
   * @throws IllegalArgumentException that says what is wrong with it
   */
  static URI parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL.");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("must begin with http:// or https://.");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty()) {
      throw new IllegalArgumentException("must name a host.");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("may not carry a login.");
    }
    return uri;
  }

  /**
   * Judges where a host is.
   *
   * @throws IOException that says why nobody may go there
   */
  static InetAddress judge(List<InetAddress> addresses, Reach reach) throws IOException {
    if (addresses.isEmpty()) {
      throw new IOException("The URL names a host that does not exist.");
    }
    for (InetAddress address : addresses) {
      if (!reach.allows(address)) {
        throw new IOException(
            "The URL leads to "
                + address.getHostAddress()
                + ", where this service may not fetch backups from. Put the file where it is reached"
                + " by another address.");
      }
    }
    return addresses.getFirst();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build()) {
      URI next = address;
      for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
        HttpResponse<InputStream> response = client.send(request(next), body());
        try (InputStream in = response.body()) {
          int status = response.statusCode();
          if (status == 200) {
            copy(in, response.headers().firstValueAsLong("Content-Length").orElse(-1), out);
            return;
          }
          if (status / 100 != 3 || response.headers().firstValue("Location").isEmpty()) {
            throw new IOException("The URL answered with the status " + status + ".");
          }
          next = redirected(next, response.headers().firstValue("Location").get());
        } finally {
          client.shutdownNow();
        }
      }
      throw new IOException("The URL redirects too often.");
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      throw new IOException("It was canceled.", cancelled);
    }
  }

  private static HttpResponse.BodyHandler<InputStream> body() {
    return HttpResponse.BodyHandlers.ofInputStream();
  }

  private HttpRequest request(URI to) throws IOException {
    InetAddress judged = judge(Reach.addresses(to.getHost()), rules.reach());
    HttpRequest.Builder request = HttpRequest.newBuilder().GET();
    if (to.getScheme().equalsIgnoreCase("https")) {
      // Whoever the name leads to now must have a certificate for it.
      return request.uri(to).build();
    }
    // To what was judged: asked again, the name might lead elsewhere.
    String literal = judged.getHostAddress();
    String host = judged instanceof Inet6Address ? "[" + literal + "]" : literal;
    String port = to.getPort() < 0 ? "" : ":" + to.getPort();
    String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
    String query = to.getRawQuery() == null ? "" : "?" + to.getRawQuery();
    return request
        .uri(URI.create("http://" + host + port + path + query))
        .header("Host", to.getHost() + port)
        .build();
  }

  private static URI redirected(URI from, String location) throws IOException {
    try {
      return parse(from.resolve(location).toString());
    } catch (IllegalArgumentException wrong) {
      throw new IOException("The URL redirects to one that " + wrong.getMessage());
    }
  }

  private void copy(InputStream in, long announced, OutputStream out) throws IOException {
    if (announced > rules.mostBytes()) {
      throw tooLarge();
    }
    byte[] buffer = new byte[BUFFER];
    long copied = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      copied += n;
      if (copied > rules.mostBytes()) {
        throw tooLarge();
      }
      out.write(buffer, 0, n);
    }
    if (announced >= 0 && copied < announced) {
      throw new IOException("The URL gave only a part of the file.");
    }
  }

  private IOException tooLarge() {
    return new IOException(
        "The file is larger than the %d bytes that may be imported.".formatted(rules.mostBytes()));
  }
}
