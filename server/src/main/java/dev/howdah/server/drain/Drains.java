package dev.howdah.server.drain;

import dev.howdah.server.app.App;
import dev.howdah.server.app.Apps;
import dev.howdah.server.log.Channels;
import dev.howdah.server.network.Reach;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.secret.Vault;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drains of apps, and the workers that serve them. */
public final class Drains implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Drains.class);

  /** As on Heroku (T19.6). */
  private static final int MOST = 5;

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Channels channels;
  private final DrainStore store;
  private final SSLContext tls;
  private final Reach reach;
  private final HttpClient http;
  private final Deadlines deadlines = new Deadlines();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("drains").factory());

  // Guarded by this.
  private final Map<UUID, DrainWorker> workers = new HashMap<>();
  private boolean closed;
  private boolean started;
  private long retiredLost;
  private long retiredDelivered;

  /** Drains out of {@code channels} to where {@code reach} allows, if {@code tls} trusts them. */
  public Drains(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      Channels channels,
      Vault vault,
      SSLContext tls,
      Reach reach) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.channels = channels;
    this.store = new DrainStore(vault);
    this.tls = tls;
    this.reach = reach;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .sslContext(tls)
            .build();
  }

  /** Begins to serve them. */
  public void start() {
    synchronized (this) {
      started = true;
    }
    var _ = timer.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops; what receivers have not taken yet they get after the next start. */
  @Override
  public void close() {
    timer.shutdownNow();
    synchronized (this) {
      closed = true;
      workers.values().forEach(DrainWorker::close);
      workers.clear();
    }
    deadlines.close();
    http.shutdownNow();
  }

  List<Drain> list(Caller caller, String app) {
    return jdbi.withHandle(handle -> store.ofApp(handle, apps.find(handle, caller, app).id()));
  }

  Drain find(Caller caller, String app, String reference) {
    return list(caller, app).stream()
        .filter(drain ->
            drain.url().equals(reference)
                || drain.token().equals(reference)
                || drain.id().toString().equals(reference))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("log_drain", "Couldn't find that log drain."));
  }

  Drain add(Caller caller, String reference, String url) {
    // Whoever may not use the app learns nothing, not even what names resolve to here.
    jdbi.useHandle(handle -> apps.find(handle, caller, reference));
    DrainTarget.of(url).require(reach);
    Drain drain =
        jdbi.inTransaction(handle -> {
          App app = apps.lock(handle, apps.find(handle, caller, reference));
          List<Drain> there = store.ofApp(handle, app.id());
          if (there.stream().anyMatch(known -> known.url().equals(url))) {
            throw ApiError.invalid("Url has already been taken");
          }
          if (there.size() >= MOST) {
            throw ApiError.invalid(
                "You've reached the limit of %d log drains. Remove one first.".formatted(MOST));
          }
          UUID id = UUID.randomUUID();
          Instant now = clock.instant();
          Drain made = new Drain(id, app.id(), app.name(), url, "d." + UUID.randomUUID(), now, now);
          store.insert(handle, made);
          return made;
        });
    look();
    return drain;
  }

  Drain remove(Caller caller, String app, String reference) {
    Drain drain = find(caller, app, reference);
    jdbi.useTransaction(handle -> store.delete(handle, drain.id()));
    look();
    new DrainCursor(channels.directory(drain.appId()), drain).delete();
    return drain;
  }

  /** How a drain does. */
  public record Count(String token, long delivered, long lost, long failures) {}

  /** How the drains do, since the start of the server. */
  public synchronized List<Count> counts() {
    return workers.values().stream()
        .map(worker ->
            new Count(worker.drain().token(), worker.delivered(), worker.lost(), worker.failures()))
        .toList();
  }

  /** Lines that were lost by any drain, also one that is no longer there, since the start. */
  public synchronized long lost() {
    return retiredLost + workers.values().stream().mapToLong(DrainWorker::lost).sum();
  }

  /** Lines that any drain has taken, since the start. */
  public synchronized long delivered() {
    return retiredDelivered + workers.values().stream().mapToLong(DrainWorker::delivered).sum();
  }

  private synchronized void look() {
    if (closed || !started) {
      return;
    }
    try {
      Map<UUID, Drain> wanted =
          jdbi.withHandle(store::all).stream()
              .collect(Collectors.toMap(Drain::id, Function.identity()));
      List<DrainWorker> gone =
          workers.values().stream().filter(w -> !wanted.containsKey(w.drain().id())).toList();
      for (DrainWorker worker : gone) {
        worker.close();
        retiredLost += worker.lost();
        retiredDelivered += worker.delivered();
        workers.remove(worker.drain().id());
      }
      for (Drain drain : wanted.values()) {
        if (!workers.containsKey(drain.id())) {
          DrainWorker worker =
              new DrainWorker(
                  drain,
                  channels.of(drain.appId()),
                  outlet(drain),
                  new DrainCursor(channels.directory(drain.appId()), drain),
                  clock);
          workers.put(drain.id(), worker);
          worker.start();
        }
      }
    } catch (IOException | RuntimeException unreadable) {
      log.warn("drains cannot be looked at now; trying again", unreadable);
    }
  }

  private Outlet outlet(Drain drain) {
    return switch (DrainTarget.of(drain.url())) {
      case DrainTarget.Syslog syslog ->
          new SyslogOutlet(syslog, drain.token(), tls.getSocketFactory(), reach, deadlines);
      case DrainTarget.Http target -> new HttpOutlet(http, target, drain.token(), reach);
    };
  }
}
