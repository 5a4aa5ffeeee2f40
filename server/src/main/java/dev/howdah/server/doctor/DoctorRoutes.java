package dev.howdah.server.doctor;

import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import java.util.List;
import java.util.Map;

/** What {@code howdah doctor} asks. */
public final class DoctorRoutes {
  private final Doctor doctor;

  /** Over one doctor. */
  public DoctorRoutes(Doctor doctor) {
    this.doctor = doctor;
  }

  /** The endpoint. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/doctor",
            call -> {
              List<Finding> findings = doctor.findings(call.caller());
              return Reply.ok(
                  Map.of(
                      "healthy", findings.stream().allMatch(Finding::good), "findings", findings));
            }));
  }
}
