package dev.howdah.server.telemetry;

import dev.howdah.server.drain.Drains;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogSessions;
import dev.howdah.server.operation.Operations;
import dev.howdah.server.platform.RequestObserver;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.protection.ProtectionState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What an operator's monitoring reads: the state of databases, of operations and of this server.
 */
public final class Monitoring implements RequestObserver {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Telemetry telemetry;
  private final Protection protection;
  private final Operations operations;
  private final Map<String, MultiGauge> gauges = new HashMap<>();

  /** Monitors what these know. */
  public Monitoring(
      Telemetry telemetry,
      Protection protection,
      Operations operations,
      Channels channels,
      LogSessions sessions,
      Drains drains) {
    this.telemetry = telemetry;
    this.protection = protection;
    this.operations = operations;
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("howdah.log.tails", sessions, LogSessions::readers)
        .description("log streams that are read now")
        .register(registry);
    counter(
        "howdah.log.tail.lost",
        "lines that readers of streams were too slow for",
        sessions,
        LogSessions::lost);
    counter(
        "howdah.log.dropped",
        "messages beyond what their source may log",
        channels,
        Channels::dropped);
    counter(
        "howdah.log.server.dropped",
        "messages of PostgreSQL servers that were read too late",
        telemetry,
        Telemetry::dropped);
    counter(
        "howdah.drain.delivered",
        "lines that receivers of drains have taken",
        drains,
        Drains::delivered);
    counter(
        "howdah.drain.lost",
        "lines that were gone before a receiver took them",
        drains,
        Drains::lost);
  }

  private <T> void counter(String name, String description, T of, ToDoubleFunction<T> count) {
    FunctionCounter.builder(name, of, count).description(description).register(registry);
  }

  @Override
  public void answered(String method, String route, int status, Duration took) {
    registry
        .timer(
            "howdah.api.requests", "method", method, "route", route, "status", status / 100 + "xx")
        .record(took);
  }

  /**
   * Everything, as text.
   *
   * @param accepted what the reader takes: Prometheus' own format or OpenMetrics
   */
  synchronized String scrape(Optional<String> accepted) {
    databases();
    protection();
    set(
        "howdah.operations",
        "operations by kind and state",
        operations.counts().stream()
            .map(count ->
                MultiGauge.Row.of(
                    Tags.of("kind", count.kind(), "state", count.state()), count.count()))
            .toList());
    return registry.scrape(contentType(accepted));
  }

  static String contentType(Optional<String> accepted) {
    return accepted.filter(what -> what.contains("application/openmetrics-text")).isPresent()
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";
  }

  private void databases() {
    List<Sampler.Measured> all = telemetry.measured();
    database(all, "size.bytes", "size", m -> m.statistics().bytes());
    database(all, "tables", "tables", m -> m.statistics().tables());
    database(all, "connections", "sessions", m -> m.statistics().connections());
    database(
        all, "connections.waiting", "sessions that wait for a lock", m -> m.statistics().waiting());
    database(
        all, "transaction", "the current transaction id", m -> m.statistics().currentTransaction());
    database(
        all,
        "index.hit.ratio",
        "index blocks served from memory",
        m -> m.statistics().indexCacheHitRate());
    database(
        all,
        "table.hit.ratio",
        "table blocks served from memory",
        m -> m.statistics().tableCacheHitRate());
    database(all, "read.iops", "reads a second of 16 kB", Sample::readsPerSecond);
    database(all, "write.iops", "writes a second of 16 kB", Sample::writesPerSecond);
    database(all, "memory.bytes", "memory of its processes", m -> m.server().memoryKb() * 1024.0);
    database(all, "wal.bytes", "write-ahead log on disk", m -> m.statistics().walBytes());
    database(all, "temporary.bytes", "temporary files", Sample::temporaryBytes);
    database(
        all.stream().filter(one -> one.sample().followerLag().isPresent()).toList(),
        "follower.lag.commits",
        "transactions behind the leader",
        m -> m.followerLag().orElse(0));
  }

  private void database(
      List<Sampler.Measured> all, String name, String what, ToDoubleFunction<Sample> value) {
    set(
        "howdah.database." + name,
        "of each database: " + what,
        all.stream()
            .map(one -> MultiGauge.Row.of(tags(one.database()), value.applyAsDouble(one.sample())))
            .toList());
  }

  private void protection() {
    record Protected(Observed database, ProtectionState state) {}
    List<Protected> all =
        telemetry.databases().stream()
            .flatMap(database ->
                protection.of(database.id()).map(state -> new Protected(database, state)).stream())
            .toList();
    set(
        "howdah.protection.behind.seconds",
        "age of the oldest commit that may not be in the repository yet",
        all.stream()
            .filter(one -> one.state().behind().isPresent())
            .map(one ->
                MultiGauge.Row.of(
                    tags(one.database()), one.state().behind().orElseThrow().toMillis() / 1000.0))
            .toList());
    set(
        "howdah.protection.problem",
        "1 when something is wrong with the protection of a database",
        all.stream()
            .map(one ->
                MultiGauge.Row.of(tags(one.database()), one.state().problem().isPresent() ? 1 : 0))
            .toList());
    time(
        "howdah.protection.proven.timestamp.seconds",
        "every commit up to here is in the repository",
        all,
        one -> one.state().proven(),
        Protected::database);
    time(
        "howdah.protection.base.timestamp.seconds",
        "when the newest base copy was complete",
        all,
        one -> one.state().newestBase(),
        Protected::database);
  }

  private <T> void time(
      String name,
      String description,
      List<T> all,
      java.util.function.Function<T, Optional<Instant>> at,
      java.util.function.Function<T, Observed> of) {
    set(
        name,
        description,
        all.stream()
            .filter(one -> at.apply(one).isPresent())
            .map(one ->
                MultiGauge.Row.of(
                    tags(of.apply(one)), at.apply(one).orElseThrow().toEpochMilli() / 1000.0))
            .toList());
  }

  private static Tags tags(Observed database) {
    return Tags.of("addon", database.addon(), "plan", database.plan().name());
  }

  private <T extends Number> void set(
      String name, String description, List<MultiGauge.Row<T>> rows) {
    gauges
        .computeIfAbsent(
            name, key -> MultiGauge.builder(name).description(description).register(registry))
        .register(List.copyOf(rows), true);
  }
}
