package dev.howdah.server.transfer;

import static dev.howdah.server.platform.Shape.name;
import static dev.howdah.server.platform.Shape.object;
import static dev.howdah.server.platform.Shape.optional;
import static dev.howdah.server.platform.Shape.required;

import dev.howdah.server.platform.Call;
import dev.howdah.server.platform.Reply;
import dev.howdah.server.platform.Route;
import dev.howdah.server.platform.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Transfers in the data API (contract §7, §11.1). */
public final class TransferRoutes {
  private static final Shape CREATE =
      object(
          required("from_name", name(300)),
          required("from_url", name(4000)),
          required("to_name", name(300)),
          required("to_url", name(4000)));

  private static final Shape RESTORE =
      object(
          required("backup_url", name(4000)),
          optional("extensions", new Shape.ListOf(name(200), 100)));

  private static final Shape ASSERTION = object(required("query", name(4000)));

  private static final String ASSERTIONS = "/client/v11/databases/{database}/backup-assertion";

  private final Transfers transfers;

  /** Routes over {@code transfers}. */
  public TransferRoutes(Transfers transfers) {
    this.transfers = transfers;
  }

  /** The endpoints. */
  public List<Route> routes() {
    return List.of(
        Route.of("POST", "/client/v11/databases/{database}/transfers", CREATE, this::create),
        Route.of("GET", "/client/v11/apps/{app}/transfers", this::list),
        Route.of("GET", "/client/v11/apps/{app}/transfers/{transfer}", this::find),
        Route.of(
            "POST",
            "/client/v11/apps/{app}/transfers/{transfer}/actions/cancel",
            call ->
                Reply.ok(
                    wire(
                        transfers.cancel(call.caller(), call.path("app"), call.path("transfer"))))),
        Route.of(
            "DELETE",
            "/client/v11/apps/{app}/transfers/{transfer}",
            call ->
                Reply.ok(
                    wire(
                        transfers.delete(call.caller(), call.path("app"), call.path("transfer"))))),
        Route.of(
            "POST",
            "/client/v11/apps/{app}/transfers/{transfer}/actions/public-url",
            this::address),
        Route.of(
            "POST",
            "/client/v11/apps/{app}/transfers/{transfer}/actions/verify",
            call ->
                Reply.ok(
                    wire(
                        transfers.verify(call.caller(), call.path("app"), call.path("transfer"))))),
        Route.of("POST", "/client/v11/databases/{database}/restores", RESTORE, this::restore),
        Route.of("POST", "/client/v11/databases/{database}/restores/upload", this::upload),
        Route.of("POST", "/client/v11/databases/{database}/restores/undo", this::undo),
        Route.of("POST", "/client/v11/databases/{database}/restores/confirm", this::confirm),
        Route.of(
            "GET",
            ASSERTIONS,
            call -> assertion(transfers.assertion(call.caller(), call.path("database")))),
        Route.of("PUT", ASSERTIONS, ASSERTION, call -> assertion(call, call.text("/query"))),
        Route.of("DELETE", ASSERTIONS, call -> assertion(call, Optional.empty())),
        Route.of("GET", "/backups/{token}/{file}", this::dump).open());
  }

  private Reply list(Call call) {
    Map<UUID, String> verified = transfers.verifications(call.caller(), call.path("app"));
    return Reply.ok(
        transfers.list(call.caller(), call.path("app")).stream()
            .map(transfer -> {
              Map<String, Object> wire = wire(transfer);
              wire.put("verification", verified.get(transfer.id()));
              return wire;
            })
            .toList());
  }

  private Reply address(Call call) {
    Transfers.Address address =
        transfers.address(call.caller(), call.path("app"), call.path("transfer"));
    return Reply.ok(
        Map.of("url", call.origin() + address.path(), "expires_at", address.expiresAt()));
  }

  private Reply restore(Call call) {
    var extensions = new ArrayList<String>();
    call.at("/extensions").forEach(extension -> extensions.add(extension.asString()));
    return Reply.created(
        wire(
            transfers.restore(
                call.caller(),
                call.path("database"),
                call.text("/backup_url").orElseThrow(),
                extensions,
                call.requestId())));
  }

  private Reply upload(Call call) {
    List<String> extensions =
        call.query("extensions").filter(list -> !list.isBlank()).stream()
            .flatMap(list -> Stream.of(list.split(",", -1)))
            .toList();
    return Reply.created(
        wire(
            transfers.restore(
                call.caller(),
                call.path("database"),
                call.query("name").orElse("upload.dump"),
                extensions,
                call.upload())));
  }

  private Reply assertion(Call call, Optional<String> query) {
    transfers.setAssertion(call.caller(), call.path("database"), query);
    return assertion(query);
  }

  private static Reply assertion(Optional<String> query) {
    var wire = new LinkedHashMap<String, Object>();
    wire.put("query", query.orElse(null));
    return Reply.ok(wire);
  }

  private Reply undo(Call call) {
    transfers.undo(call.caller(), call.path("database"));
    return Reply.ok(Map.of("message", "The database contains what it did before the restore."));
  }

  private Reply confirm(Call call) {
    transfers.confirm(call.caller(), call.path("database"));
    return Reply.ok(Map.of("message", "What the last restore replaced is gone."));
  }

  private Reply dump(Call call) {
    Transfers.Dump dump = transfers.dump(call.path("token"));
    return new Reply.File(
        "application/octet-stream", dump.name(), dump.tag(), dump.bytes(), dump.reader()::from);
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
    wire.put("verification", transfers.verification(found.transfer()).orElse(null));
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

  /** A transfer as clients read it. */
  public static Map<String, Object> wire(Transfer transfer) {
    var wire = new LinkedHashMap<String, Object>();
    wire.put("uuid", transfer.id());
    wire.put("num", transfer.number());
    wire.put("from_type", transfer.kind() == Transfer.Kind.RESTORE ? "gof3r" : "pg_dump");
    wire.put("from_name", transfer.fromName());
    wire.put("from_url", transfer.fromPlace());
    wire.put("to_type", transfer.kind() == Transfer.Kind.BACKUP ? "gof3r" : "pg_restore");
    wire.put("to_name", transfer.toName());
    wire.put("to_url", transfer.toPlace());
    wire.put("created_at", transfer.createdAt());
    wire.put("started_at", transfer.startedAt().orElse(null));
    wire.put("canceled_at", transfer.canceledAt().orElse(null));
    wire.put("finished_at", transfer.finishedAt().orElse(null));
    wire.put("deleted_at", transfer.deletedAt().orElse(null));
    wire.put("succeeded", transfer.succeeded());
    wire.put("warnings", transfer.warnings());
    wire.put("source_bytes", transfer.sourceBytes());
    wire.put("processed_bytes", transfer.processedBytes());
    wire.put("schedule", transfer.schedule().map(name -> Map.of("name", name)).orElse(null));
    wire.put("options", Map.of());
    return wire;
  }
}
