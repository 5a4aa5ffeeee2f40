package dev.howdah.cli.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to one server, used again for every request of a command.
 *
 * <p>{@link java.net.HttpURLConnection} cannot send PATCH and {@code java.net.http} costs several
 * times the start-up of everything else together, so the few rules of HTTP/1.1 that a client of one
 * server needs are here: no redirects, no proxies, no compression, no pipelining. Not for use by
 * several threads.
 */
final class Connection implements AutoCloseable {
  private static final Charset LATIN = StandardCharsets.ISO_8859_1;
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofMinutes(2);

  /** A connection idle for longer is not trusted with a request that must not be sent twice. */
  private static final Duration STALE = Duration.ofSeconds(5);

  private final URI server;
  private @Nullable Socket socket;
  private @Nullable InputStream in;
  private long lastUse;
  private Duration answer = ANSWER;

  Connection(URI server) {
    this.server = server;
  }

  /** From now on no answer is too slow. */
  void waitForEver() {
    answer = Duration.ZERO;
  }

  /** Sends a request and reads the head of its answer. */
  Reply send(String method, String path, Map<String, String> headers, byte @Nullable [] body)
      throws IOException {
    if (socket != null && System.nanoTime() - lastUse > STALE.toNanos()) {
      close();
    }
    try {
      Socket open = socket == null ? open() : socket;
      var output = open.getOutputStream();
      output.write(request(method, path, headers, body));
      output.flush();
      return answer(method);
    } catch (IOException e) {
      close();
      throw e;
    } finally {
      lastUse = System.nanoTime();
    }
  }

  /**
   * Sends a request with a body of any size, once the server has said that it wants it, and reads
   * the head of its answer.
   */
  Reply upload(String path, Map<String, String> headers, InputStream body, long length)
      throws IOException {
    close();
    waitForEver();
    try {
      Socket open = open();
      var all = new LinkedHashMap<>(headers);
      all.put("Content-Type", "application/octet-stream");
      all.put("Content-Length", Long.toString(length));
      all.put("Expect", "100-continue");
      var output = open.getOutputStream();
      output.write(head("POST", path, all).append("\r\n").toString().getBytes(LATIN));
      output.flush();
      int status = status(readLine());
      Map<String, String> answered = readHeaders();
      if (status != 100) {
        return new Reply(status, answered, body("POST", status, answered));
      }
      try {
        body.transferTo(output);
        output.flush();
      } catch (SocketException refused) {
        // It has read enough to know its answer.
      }
      return answer("POST");
    } catch (IOException e) {
      close();
      throw e;
    } finally {
      lastUse = System.nanoTime();
    }
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException _) {
        // It is gone either way.
      }
    }
  }

  private Socket open() throws IOException {
    boolean tls = "https".equals(server.getScheme());
    String host = server.getHost();
    int port = server.getPort() >= 0 ? server.getPort() : tls ? 443 : 80;
    var plain = new Socket();
    Socket open = plain;
    try {
      plain.setTcpNoDelay(true);
      plain.connect(new InetSocketAddress(host, port), (int) CONNECT.toMillis());
      plain.setSoTimeout((int) answer.toMillis());
      plain.setKeepAlive(true);
      if (tls) {
        var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        var secure = (SSLSocket) factory.createSocket(plain, host, port, true);
        open = secure;
        var parameters = secure.getSSLParameters();
        // Without this the certificate is checked, but not whose it is.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
      }
    } catch (IOException e) {
      open.close();
      throw e;
    }
    socket = open;
    in = new BufferedInputStream(open.getInputStream());
    return open;
  }

  private byte[] request(
      String method, String path, Map<String, String> headers, byte @Nullable [] body) {
    StringBuilder head = head(method, path, headers);
    if (body != null) {
      head.append("Content-Type: application/json\r\nContent-Length: ").append(body.length);
      head.append("\r\n");
    } else if (!method.equals("GET")) {
      head.append("Content-Length: 0\r\n");
    }
    head.append("\r\n");
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.toString().getBytes(LATIN));
    if (body != null) {
      bytes.writeBytes(body);
    }
    return bytes.toByteArray();
  }

  private StringBuilder head(String method, String path, Map<String, String> headers) {
    var head = new StringBuilder(512);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ");
    head.append(server.getHost());
    if (server.getPort() >= 0) {
      head.append(':').append(server.getPort());
    }
    head.append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head;
  }

  private Reply answer(String method) throws IOException {
    int status;
    Map<String, String> headers;
    do {
      status = status(readLine());
      headers = readHeaders();
    } while (status >= 100 && status < 200);
    return new Reply(status, headers, body(method, status, headers));
  }

  private InputStream body(String method, int status, Map<String, String> headers)
      throws IOException {
    InputStream stream = input();
    boolean last = headers.getOrDefault("connection", "").equalsIgnoreCase("close");
    if (method.equals("HEAD") || status == 204 || status == 304) {
      return InputStream.nullInputStream();
    }
    if (headers
        .getOrDefault("transfer-encoding", "")
        .toLowerCase(Locale.ROOT)
        .contains("chunked")) {
      return new Body(stream, -1, last);
    }
    String length = headers.get("content-length");
    if (length != null) {
      try {
        return new Body(stream, Long.parseLong(length), last);
      } catch (NumberFormatException _) {
        throw new IOException("the server sent the length \"" + length + "\"");
      }
    }
    return stream;
  }

  private Map<String, String> readHeaders() throws IOException {
    var headers = new LinkedHashMap<String, String>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.merge(
            line.substring(0, colon).toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip(),
            (first, second) -> first + "\n" + second);
      }
    }
    return headers;
  }

  private static int status(String line) throws IOException {
    List<String> words = List.of(line.split(" ", 3));
    if (words.size() < 2 || !words.get(0).startsWith("HTTP/1.") || !isNumber(words.get(1))) {
      throw new IOException("it does not speak HTTP/1.1");
    }
    return Integer.parseInt(words.get(1));
  }

  private static boolean isNumber(String word) {
    return word.length() == 3 && word.chars().allMatch(Character::isDigit);
  }

  private String readLine() throws IOException {
    InputStream stream = input();
    var line = new ByteArrayOutputStream(64);
    while (true) {
      int b = stream.read();
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (b == '\n') {
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      line.write(b);
    }
  }

  private InputStream input() throws IOException {
    InputStream stream = in;
    if (stream == null) {
      throw new IOException("the connection is closed");
    }
    return stream;
  }

  /** A body of known length, or in chunks (length -1). */
  private final class Body extends InputStream {
    private final InputStream stream;
    private final boolean chunked;
    private final boolean last;
    private long left;
    private boolean begun;
    private boolean ended;

    Body(InputStream stream, long length, boolean last) {
      this.stream = stream;
      this.chunked = length < 0;
      this.left = chunked ? 0 : length;
      this.last = last;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!ended && left == 0) {
        nextChunk();
      }
      if (ended) {
        return -1;
      }
      int count = stream.read(target, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the server closed the connection in the middle of an answer");
      }
      left -= count;
      return count;
    }

    private void nextChunk() throws IOException {
      if (chunked) {
        if (begun) {
          // The line feed after a chunk may come as late as the next chunk does, so it is read
          // only when that one is wanted.
          readLine();
        }
        begun = true;
        String size = readLine();
        int semicolon = size.indexOf(';');
        try {
          left = Long.parseLong((semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
        } catch (NumberFormatException _) {
          throw new IOException("the server sent a chunk of the size \"" + size + "\"");
        }
        if (left > 0) {
          return;
        }
        readHeaders();
      }
      ended = true;
      if (last) {
        Connection.this.close();
      }
    }
  }
}
