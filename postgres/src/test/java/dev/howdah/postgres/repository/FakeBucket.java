package dev.howdah.postgres.repository;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.tls.ServerCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * As much of Amazon S3's protocol as pgBackRest speaks, over TLS, in memory. Signatures are looked
 * at for the key's name alone; the secret is never sent.
 */
final class FakeBucket implements AutoCloseable {

  static final String KEY = "AKIDTEST";
  private static final Pattern OBJECT = Pattern.compile("<Key>([^<]*)</Key>");

  private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Map<String, NavigableMap<Integer, byte[]>> uploads = new HashMap<>();
  private final HttpsServer server;
  private volatile boolean gone;

  private FakeBucket(HttpsServer server) {
    this.server = server;
  }

  static FakeBucket open(CertificateAuthority authority) {
    try {
      HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(
          new HttpsConfigurator(context(authority.issue(List.of("localhost", "127.0.0.1")))));
      server.setExecutor(Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
      FakeBucket bucket = new FakeBucket(server);
      server.createContext("/", bucket::answer);
      server.start();
      return bucket;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  URI endpoint() {
    return URI.create("https://localhost:" + server.getAddress().getPort());
  }

  /** The names of all objects. */
  List<String> names() {
    return List.copyOf(objects.keySet());
  }

  /** The content of every object. */
  List<byte[]> contents() {
    return List.copyOf(objects.values());
  }

  /** From now on it answers that it cannot, or does again. */
  void setGone(boolean value) {
    gone = value;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization =
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
      if (gone) {
        send(exchange, 403, "<Error><Code>AccessDenied</Code></Error>");
      } else if (!authorization.contains("Credential=" + KEY + "/")) {
        send(exchange, 403, "<Error><Code>InvalidAccessKeyId</Code></Error>");
      } else {
        serve(exchange, body);
      }
    }
  }

  private void serve(HttpExchange exchange, byte[] body) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String path = exchange.getRequestURI().getPath();
    int slash = path.indexOf('/', 1);
    String key = slash < 0 ? "" : path.substring(slash + 1);
    switch (exchange.getRequestMethod()) {
      case "GET" -> {
        if (query.containsKey("list-type")) {
          send(exchange, 200, list(query));
        } else {
          get(exchange, key);
        }
      }
      case "HEAD" -> get(exchange, key);
      case "PUT" -> {
        if (query.containsKey("partNumber")) {
          synchronized (uploads) {
            uploads
                .computeIfAbsent(query.get("uploadId"), id -> new TreeMap<>())
                .put(Integer.parseInt(query.get("partNumber")), body);
          }
        } else {
          objects.put(key, body);
        }
        exchange.getResponseHeaders().set("ETag", '"' + md5(body) + '"');
        send(exchange, 200, "");
      }
      case "POST" -> post(exchange, key, query, body);
      case "DELETE" -> {
        objects.remove(key);
        send(exchange, 204, "");
      }
      default -> send(exchange, 405, "");
    }
  }

  private void post(HttpExchange exchange, String key, Map<String, String> query, byte[] body)
      throws IOException {
    if (query.containsKey("delete")) {
      Matcher matcher = OBJECT.matcher(new String(body, StandardCharsets.UTF_8));
      while (matcher.find()) {
        objects.remove(matcher.group(1));
      }
      send(exchange, 200, "<DeleteResult></DeleteResult>");
    } else if (query.containsKey("uploads")) {
      String id = "upload" + System.nanoTime();
      send(
          exchange,
          200,
          "<InitiateMultipartUploadResult><UploadId>"
              + id
              + "</UploadId></InitiateMultipartUploadResult>");
    } else {
      List<byte[]> parts;
      synchronized (uploads) {
        parts =
            new ArrayList<>(Objects.requireNonNull(uploads.remove(query.get("uploadId"))).values());
      }
      byte[] whole = new byte[parts.stream().mapToInt(part -> part.length).sum()];
      int at = 0;
      for (byte[] part : parts) {
        System.arraycopy(part, 0, whole, at, part.length);
        at += part.length;
      }
      objects.put(key, whole);
      send(
          exchange,
          200,
          "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
    }
  }

  private void get(HttpExchange exchange, String key) throws IOException {
    byte[] content = objects.get(key);
    if (content == null) {
      send(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>");
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int to = content.length;
    if (range != null) {
      String[] ends = range.substring("bytes=".length()).split("-", -1);
      from = Integer.parseInt(ends[0]);
      to = ends[1].isEmpty() ? content.length : Integer.parseInt(ends[1]) + 1;
    }
    exchange.getResponseHeaders().set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    exchange.getResponseHeaders().set("ETag", '"' + md5(content) + '"');
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, to - from == 0 ? -1 : to - from);
    if (to > from) {
      exchange.getResponseBody().write(content, from, to - from);
    }
  }

  private String list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    String delimiter = query.getOrDefault("delimiter", "");
    StringBuilder text = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    NavigableMap<String, Boolean> groups = new TreeMap<>();
    objects
        .tailMap(prefix)
        .forEach((key, content) -> {
          if (!key.startsWith(prefix)) {
            return;
          }
          int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
          if (end >= 0) {
            groups.put(key.substring(0, end + 1), true);
          } else {
            text.append("<Contents><Key>")
                .append(key)
                .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>")
                .append(content.length)
                .append("</Size></Contents>");
          }
        });
    groups
        .keySet()
        .forEach(group ->
            text.append("<CommonPrefixes><Prefix>")
                .append(group)
                .append("</Prefix></CommonPrefixes>"));
    return text.append("</ListBucketResult>").toString();
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private static Map<String, String> query(@org.jspecify.annotations.Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      for (String pair : raw.split("&", -1)) {
        String[] sides = pair.split("=", 2);
        query.put(
            sides[0], sides.length == 2 ? URLDecoder.decode(sides[1], StandardCharsets.UTF_8) : "");
      }
    }
    return query;
  }

  private static String md5(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static SSLContext context(ServerCertificate certificate)
      throws GeneralSecurityException, IOException {
    byte[] der =
        Base64.getMimeDecoder()
            .decode(certificate.keyPem().replaceAll("-----[A-Z ]*-----", "").strip());
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    Certificate[] chain =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new java.io.ByteArrayInputStream(
                    certificate.chainPem().getBytes(StandardCharsets.UTF_8)))
            .toArray(Certificate[]::new);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, new char[0]);
    store.setKeyEntry("server", key, new char[0], chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
