package dev.howdah.server.transfer;

import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Transfers in the data API (contract §7, §11.1). */
public final class TransferRoutes {
  private static final Shape CREATE =
      object(
          required("from_name", name(300)),
          required("from_url", name(4000)),
          required("to_name", name(300)),
          required("to_url", name(4000)));

  private final Transfers transfers;

  /** Routes over {@code transfers}. */
  public TransferRoutes(Transfers transfers) {
    this.transfers = transfers;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/client/v11/databases/{database}/transfers", CREATE, this::create),
        Route.of(
            "GET",
            "/client/v11/apps/{app}/transfers",
            call ->
                Reply.ok(
                    transfers.list(call.caller(), call.path("app")).stream()
                        .map(TransferRoutes::wire)
                        .toList())),
        Route.of("GET", "/client/v11/apps/{app}/transfers/{transfer}", this::find),
        Route.of(
            "POST",
            "/client/v11/apps/{app}/transfers/{transfer}/actions/cancel",
            call ->
                Reply.ok(
                    wire(
                        transfers.cancel(
                            call.caller(), call.path("app"), call.path("transfer"))))));
  }

  private Reply create(Call call) {
    return Reply.created(
        wire(
            transfers.create(
                call.caller(),
                call.path("database"),
                new Transfers.Order(
                    call.text("/from_name").orElseThrow(),
                    call.text("/from_url").orElseThrow(),
                    call.text("/to_name").orElseThrow(),
                    call.text("/to_url").orElseThrow(),
                    call.requestId()))));
  }

  private Reply find(Call call) {
    Transfer.WithLogs found =
        transfers.find(call.caller(), call.path("app"), call.path("transfer"));
    Map<String, Object> wire = wire(found.transfer());
    if (call.query("verbose").filter("true"::equals).isPresent()) {
      wire.put(
          "logs",
          found.logs().stream()
              .map(line ->
                  Map.of(
                      "created_at", line.createdAt(),
                      "level", "info",
                      "message", line.message()))
              .toList());
    }
    return Reply.ok(wire);
  }

  private static Map<String, Object> wire(Transfer transfer) {
    var wire = new LinkedHashMap<String, Object>();
    wire.put("uuid", transfer.id());
    wire.put("num", transfer.number());
    wire.put("from_type", "pg_dump");
    wire.put("from_name", transfer.fromName());
    wire.put("from_url", transfer.fromPlace());
    wire.put("to_type", "pg_restore");
    wire.put("to_name", transfer.toName());
    wire.put("to_url", transfer.toPlace());
    wire.put("created_at", transfer.createdAt());
    wire.put("started_at", transfer.startedAt().orElse(null));
    wire.put("canceled_at", transfer.canceledAt().orElse(null));
    wire.put("finished_at", transfer.finishedAt().orElse(null));
    wire.put("succeeded", transfer.succeeded());
    wire.put("warnings", transfer.warnings());
    wire.put("source_bytes", transfer.sourceBytes());
    wire.put("processed_bytes", transfer.processedBytes());
    wire.put("schedule", null);
    wire.put("options", Map.of());
    return wire;
  }
}
