package dev.howdah.server.diagnose;

import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reports, at the paths of Heroku's service for them, and what its client asks before. */
public final class DiagnoseRoutes {
  private static final int LONGEST = 2048;

  private final Diagnosis diagnosis;

  /** Routes over {@code diagnosis}. */
  public DiagnoseRoutes(Diagnosis diagnosis) {
    this.diagnosis = diagnosis;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "POST",
            "/reports",
            object(
                required("app", name(100)),
                required("database", name(200)),
                required("url", name(LONGEST))),
            call ->
                Reply.created(
                    wire(
                        diagnosis.report(
                            call.caller(),
                            call.text("/app").orElseThrow(),
                            call.text("/database").orElseThrow(),
                            call.text("/url").orElseThrow())))),
        Route.of(
            "GET",
            "/reports/{report}",
            call -> Reply.ok(wire(diagnosis.find(call.caller(), call.path("report"))))),
        Route.of(
            "GET",
            "/client/v11/databases/{database}/metrics",
            call -> Reply.ok(diagnosis.metrics(call.caller(), call.path("database")))),
        Route.of(
            "GET",
            "/client/v11/databases/{database}/burst_status",
            call -> {
              var _ = diagnosis.metrics(call.caller(), call.path("database"));
              return Reply.ok(Map.of()); // no host of ours has bursts
            }));
  }

  private static ReportJson wire(Report report) {
    return new ReportJson(
        report.app(), report.checks(), report.createdAt(), report.database(), report.id());
  }

  private record ReportJson(
      String app, List<Report.Finding> checks, Instant createdAt, String database, UUID id) {}
}
