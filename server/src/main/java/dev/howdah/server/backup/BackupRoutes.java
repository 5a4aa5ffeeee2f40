package dev.howdah.server.backup;

import static dev.howdah.server.platform.Shape.anyOf;
import static dev.howdah.server.platform.Shape.bool;
import static dev.howdah.server.platform.Shape.matching;
import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import dev.howdah.server.transfer.TransferRoutes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Backups in the data API (contract §7, §11.1). */
public final class BackupRoutes {
  private static final String SCHEDULES = "/client/v11/databases/{database}/transfer-schedules";

  private static final Shape CAPTURE = object(optional("expire", bool()));

  private static final Shape SCHEDULE =
      object(
          required(
              "hour",
              anyOf(
                  matching(2, "[01]?[0-9]|2[0-3]", "an hour from 0 to 23"),
                  new Shape.Whole(0, 23))),
          required("timezone", name(100)),
          required("schedule_name", name(300)));

  private final Backups backups;

  /** Routes over {@code backups}. */
  public BackupRoutes(Backups backups) {
    this.backups = backups;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of(
            "POST",
            "/client/v11/databases/{database}/backups",
            CAPTURE,
            call ->
                Reply.created(
                    TransferRoutes.wire(
                        backups.capture(
                            call.caller(),
                            call.path("database"),
                            call.bool("/expire").orElse(false),
                            call.requestId())))),
        Route.of("POST", SCHEDULES, SCHEDULE, this::schedule),
        Route.of(
            "GET",
            SCHEDULES,
            call ->
                Reply.ok(
                    backups.schedules(call.caller(), call.path("database")).stream()
                        .map(BackupRoutes::wire)
                        .toList())),
        Route.of(
            "DELETE",
            SCHEDULES + "/{schedule}",
            call ->
                Reply.ok(
                    wire(
                        backups.unschedule(
                            call.caller(), call.path("database"), call.path("schedule"))))));
  }

  private Reply schedule(Call call) {
    return Reply.created(
        wire(
            backups.schedule(
                call.caller(),
                call.path("database"),
                call.text("/schedule_name").orElseThrow(),
                Integer.parseInt(call.at("/hour").asString()),
                call.text("/timezone").orElseThrow())));
  }

  private static Map<String, Object> wire(Schedule schedule) {
    var wire = new LinkedHashMap<String, Object>();
    wire.put("uuid", schedule.id());
    wire.put("name", schedule.name());
    wire.put("hour", schedule.hour());
    wire.put("timezone", schedule.zone().getId());
    wire.put("next_at", schedule.nextAt());
    return wire;
  }
}
