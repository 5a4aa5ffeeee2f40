package dev.howdah.server.telemetry;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.server.database.PlanCatalogue;
import dev.howdah.server.log.Channels;
import dev.howdah.server.log.LogLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Wires what observes databases. */
public final class Telemetry implements AutoCloseable {
  private final Jdbi jdbi;
  private final TelemetryStore store;
  private final LogCollector collector;
  private final Sampler sampler;

  /** Observes the databases of this host, and nothing before {@link #start}. */
  public Telemetry(
      Jdbi jdbi,
      InstantSource clock,
      PostgresHost host,
      PlanCatalogue catalogue,
      Channels channels,
      LogLimits limits,
      Duration interval) {
    this.jdbi = jdbi;
    this.store = new TelemetryStore(catalogue);
    this.collector = new LogCollector(host, channels, clock, limits, this::observed);
    this.sampler = new Sampler(host, channels, clock, interval, this::observed);
  }

  /** Begins to observe. */
  public void start() {
    collector.start();
    sampler.start();
  }

  /** Stops. */
  @Override
  public void close() {
    sampler.close();
    collector.close();
  }

  /** How many messages of servers were dropped because they were read too late. */
  long dropped() {
    return collector.dropped();
  }

  /** What was measured last. */
  List<Sampler.Measured> measured() {
    return sampler.measured();
  }

  /** The databases in use. */
  List<Observed> databases() {
    return observed();
  }

  private List<Observed> observed() {
    return jdbi.withHandle(store::observed);
  }
}
