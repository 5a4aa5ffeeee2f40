package dev.howdah.server.drain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.server.log.Channel;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogEntry;
import dev.howdah.server.log.LogLimits;
import dev.howdah.server.network.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines on their way to real receivers (T19.6, T19.3). */
@Timeout(120)
class DeliveryTest {
  private static final Instant NOW = Instant.parse("2014-05-25T13:16:09.958885Z");

  /** More lines than the kernel's buffers hold. */
  private static final int MOST = 500_000;

  @TempDir Path directory;

  private final UUID app = UUID.randomUUID();
  private final Deadlines deadlines = new Deadlines();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Channels channels;
  private Channel channel;

  @BeforeEach
  void open() {
    channels = new Channels(directory, Clock.systemUTC(), new LogLimits(64 * 1024, 0));
    channel = channels.of(app);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
    deadlines.close();
  }

  private <T extends AutoCloseable> T closing(T thing) {
    opened.add(thing);
    return thing;
  }

  private void say(int first, int last) {
    channel.write(
        IntStream.rangeClosed(first, last)
            .mapToObj(i -> new LogEntry(NOW, "app", "web.1", "line " + i))
            .toList());
  }

  private static Drain drain(UUID app) {
    return new Drain(UUID.randomUUID(), app, "app", "", "d." + UUID.randomUUID(), NOW, NOW);
  }

  private DrainWorker work(Drain drain, Outlet outlet) throws IOException {
    DrainWorker worker =
        new DrainWorker(
            drain,
            channel,
            outlet,
            new DrainCursor(channels.directory(app), drain),
            Clock.systemUTC());
    worker.start();
    return closing(worker);
  }

  private SyslogOutlet syslog(Drain drain, int port) {
    return new SyslogOutlet(
        new DrainTarget.Syslog("127.0.0.1", port, false),
        drain.token(),
        DrainTrust.of(Optional.empty()).getSocketFactory(),
        Reach.ANY,
        deadlines);
  }

  private static void awaitTrue(java.util.concurrent.Callable<Boolean> what) {
    await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10)).until(what);
  }

  private static long notices(Collection<String> frames) {
    return frames.stream().filter(frame -> frame.contains("Error L10")).count();
  }

  private static List<Long> numbers(Collection<String> frames) {
    return frames.stream()
        .filter(frame -> frame.contains(" line "))
        .map(frame -> Long.parseLong(frame.replaceAll("(?s).* line ([0-9]+)\n", "$1")))
        .toList();
  }

  private static long dropped(Collection<String> frames) {
    return frames.stream()
        .filter(frame -> frame.contains("Error L10"))
        .mapToLong(
            frame -> Long.parseLong(frame.replaceAll("(?s).* dropped ([0-9]+) mess.*", "$1")))
        .sum();
  }

  @Test
  void syslogFramesLookAsHerokuSendsThem() throws Exception {
    Receiver receiver = closing(Receiver.open());
    Drain drain = drain(app);
    say(1, 3);
    DrainWorker worker = work(drain, syslog(drain, receiver.port()));
    say(4, 5);
    awaitTrue(() -> receiver.frames.size() == 2);
    assertThat(receiver.frames)
        .containsExactly(
            "<190>1 2014-05-25T13:16:09.958885+00:00 " + drain.token() + " app web.1 - - line 4\n",
            "<190>1 2014-05-25T13:16:09.958885+00:00 " + drain.token() + " app web.1 - - line 5\n");
    awaitTrue(() -> worker.delivered() == 2);
  }

  @Test
  void anotherWorkerGoesOnWhereTheFirstOneEnded() throws Exception {
    Receiver receiver = closing(Receiver.open());
    Drain drain = drain(app);
    DrainWorker first = work(drain, syslog(drain, receiver.port()));
    say(1, 10);
    awaitTrue(() -> first.delivered() == 10);
    first.close();
    say(11, 20);
    work(drain, syslog(drain, receiver.port()));
    awaitTrue(() -> receiver.frames.size() == 20);
    assertThat(numbers(receiver.frames)).isEqualTo(LongStream.rangeClosed(1, 20).boxed().toList());
  }

  @Test
  void aReceiverThatWasAwayGetsWhatItMissed() throws Exception {
    Receiver receiver = Receiver.open();
    int port = receiver.port();
    Drain drain = drain(app);
    DrainWorker worker = work(drain, syslog(drain, port));
    say(1, 10);
    awaitTrue(() -> receiver.frames.size() == 10);
    receiver.close();
    Thread.sleep(200); // so that the end of the connection has arrived
    say(11, 20);
    awaitTrue(() -> worker.failures() > 0);
    Receiver back =
        closing(Receiver.on(new ServerSocket(port, 10, InetAddress.getLoopbackAddress())));
    awaitTrue(() -> back.frames.size() == 10);
    assertThat(numbers(back.frames)).isEqualTo(LongStream.rangeClosed(11, 20).boxed().toList());
    assertThat(worker.lost()).isZero();
  }

  @Test
  void aSlowReceiverGetsEveryLineOrItsCountInItsPlace() throws Exception {
    Receiver slow = closing(Receiver.slow());
    Receiver quick = closing(Receiver.open());
    Drain one = drain(app);
    Drain two = drain(app);
    DrainWorker worker = work(one, syslog(one, slow.port()));
    work(two, syslog(two, quick.port()));
    // Until the slow one has as much as it and the kernel hold of what it does not read, and the
    // log has moved on; the quick one meanwhile gets everything.
    int said = 0;
    while (said < MOST && (said < worker.delivered() + 20_000 || said < 20_000)) {
      say(said + 1, said + 1000);
      said += 1000;
      int now = said;
      awaitTrue(() -> quick.frames.size() == now);
    }
    int all = said;
    slow.allowed.release(2 * MOST);
    awaitTrue(() -> worker.lost() > 0 && worker.delivered() + worker.lost() == all);
    awaitTrue(() -> slow.frames.size() - worker.delivered() == notices(slow.frames));
    assertThat(numbers(slow.frames).size() + dropped(slow.frames)).isEqualTo(all);
    assertThat(dropped(slow.frames)).isPositive().isEqualTo(worker.lost());
    assertThat(numbers(slow.frames)).isSorted().doesNotHaveDuplicates();
    long before = 0;
    long gap = 0;
    for (String frame : slow.frames) {
      if (frame.contains("Error L10")) {
        assertThat(frame)
            .contains("<172>1 ", " heroku logplex - - Error L10 (output buffer overflow)");
        gap += dropped(List.of(frame));
      } else {
        long number = numbers(List.of(frame)).getFirst();
        assertThat(number).isEqualTo(before + gap + 1);
        before = number;
        gap = 0;
      }
    }
  }

  @Test
  void httpBatchesAreSentAgainUnderTheSameIdUntilTheyAreTaken() throws Exception {
    record Request(Map<String, List<String>> headers, String body) {}
    List<Request> requests = new CopyOnWriteArrayList<>();
    AtomicInteger answers = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          requests.add(new Request(Map.copyOf(exchange.getRequestHeaders()), body));
          exchange.sendResponseHeaders(answers.getAndIncrement() == 0 ? 500 : 204, -1);
          exchange.close();
        });
    server.start();
    opened.add(() -> server.stop(0));
    Drain drain = drain(app);
    HttpClient client = closing(HttpClient.newHttpClient());
    URI url = URI.create("http://user:secret@127.0.0.1:" + server.getAddress().getPort() + "/logs");
    DrainWorker worker =
        work(drain, new HttpOutlet(client, new DrainTarget.Http(url), drain.token(), Reach.ANY));
    say(1, 2);
    awaitTrue(() -> worker.delivered() == 2);
    assertThat(requests).hasSize(2);
    assertThat(requests.get(0).body()).isEqualTo(requests.get(1).body());
    String line = "<190>1 2014-05-25T13:16:09.958885+00:00 host app web.1 - line ";
    assertThat(requests.get(1).body())
        .isEqualTo(
            (line.length() + 2) + " " + line + "1\n" + (line.length() + 2) + " " + line + "2\n");
    for (Request request : requests) {
      assertThat(request.headers())
          .containsEntry("Content-type", List.of("application/logplex-1"))
          .containsEntry("Logplex-msg-count", List.of("2"))
          .containsEntry("Logplex-drain-token", List.of(drain.token()))
          .containsEntry("Logplex-frame-id", requests.get(0).headers().get("Logplex-frame-id"))
          .containsEntry(
              "Authorization",
              List.of(
                  "Basic " + Base64.getEncoder().encodeToString("user:secret".getBytes(UTF_8))));
    }
  }

  private static SSLContext server(CertificateAuthority authority) throws Exception {
    var issued = authority.issue(List.of("127.0.0.1"));
    byte[] key =
        Base64.getMimeDecoder().decode(issued.keyPem().replaceAll("-----[A-Z ]+-----", ""));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var chain =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new java.io.ByteArrayInputStream(issued.chainPem().getBytes(UTF_8)));
    java.security.PrivateKey read = null;
    for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        read = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
        break;
      } catch (java.security.spec.InvalidKeySpecException another) {
        // The next one.
      }
    }
    store.setKeyEntry("key", read, "secret".toCharArray(), chain.toArray(new Certificate[0]));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "secret".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void tlsReceiversAreBelievedOnlyWithACertificateFromWhomWeTrust() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.open(directory.resolve("secrets"), Clock.systemUTC());
    Path trusted = Files.writeString(directory.resolve("ca.pem"), authority.certificatePem());
    Receiver receiver =
        closing(
            Receiver.on(
                server(authority)
                    .getServerSocketFactory()
                    .createServerSocket(0, 10, InetAddress.getLoopbackAddress())));
    DrainTarget.Syslog target = new DrainTarget.Syslog("127.0.0.1", receiver.port(), true);
    Drain believing = drain(app);
    Drain doubting = drain(app);
    work(
        believing,
        new SyslogOutlet(
            target,
            believing.token(),
            DrainTrust.of(Optional.of(trusted)).getSocketFactory(),
            Reach.ANY,
            deadlines));
    DrainWorker other =
        work(
            doubting,
            new SyslogOutlet(
                target,
                doubting.token(),
                DrainTrust.of(Optional.empty()).getSocketFactory(),
                Reach.ANY,
                deadlines));
    say(1, 10);
    awaitTrue(() -> numbers(receiver.frames).size() == 10);
    awaitTrue(() -> other.failures() > 0);
    awaitTrue(() ->
        receiver.frames.stream()
            .anyMatch(frame -> frame.contains("Error L14 (Certificate validation error)")));
    assertThat(other.delivered()).isZero();
  }

  @Test
  void deadAndHangingPeersHoldNobodyUp() throws Exception {
    // Accepts connections, by its backlog, and never says a word.
    ServerSocket hanging = closing(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int dead = gone.getLocalPort();
    gone.close();
    Drain one = drain(app);
    Drain two = drain(app);
    Drain three = drain(app);
    DrainWorker hangs =
        work(
            one,
            new SyslogOutlet(
                new DrainTarget.Syslog("127.0.0.1", hanging.getLocalPort(), true),
                one.token(),
                DrainTrust.of(Optional.empty()).getSocketFactory(),
                Reach.ANY,
                deadlines));
    DrainWorker fails = work(two, syslog(two, dead));
    Receiver receiver = closing(Receiver.open());
    work(three, syslog(three, receiver.port()));
    for (int said = 100; said <= 2000; said += 100) {
      say(said - 99, said);
      int all = said;
      awaitTrue(() -> receiver.frames.size() == all); // or the small log of this test moves on
    }
    assertThat(new TreeSet<>(numbers(receiver.frames))).hasSize(2000);
    awaitTrue(() -> fails.failures() > 1);
    awaitTrue(() -> hangs.failures() > 0); // the hand-shake has its deadline
    long begun = System.nanoTime();
    hangs.close();
    fails.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
  }
}
