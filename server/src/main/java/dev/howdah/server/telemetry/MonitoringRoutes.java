package dev.howdah.server.telemetry;

import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.util.List;

/** What Prometheus reads. Only operators may: it tells of everybody's databases. */
public final class MonitoringRoutes {
  private final Monitoring monitoring;

  /** Routes over {@code monitoring}. */
  public MonitoringRoutes(Monitoring monitoring) {
    this.monitoring = monitoring;
  }

  /** The endpoint. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/metrics",
            call -> {
              if (!call.caller().operator()) {
                throw ApiError.forbidden(
                    "Metrics are for operators of this server: use the token of one.");
              }
              return new Reply.Raw(
                  200,
                  Monitoring.contentType(call.header("Accept")),
                  monitoring.scrape(call.header("Accept")));
            }));
  }
}
