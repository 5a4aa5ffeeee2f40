package dev.howdah.server.operation;

import static dev.howdah.server.control.Rows.instant;
import static dev.howdah.server.control.Rows.optionalInstant;
import static dev.howdah.server.control.Rows.optionalText;
import static dev.howdah.server.control.Rows.utc;
import static dev.howdah.server.control.Rows.uuid;

import dev.howdah.server.platform.Wire;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Every SQL statement about operations. */
final class OperationStore {

  void insert(Handle handle, Operation operation) {
    handle
        .createUpdate(
            """
            insert into operation (id, kind, subject, input, state, step, wake_at, deadline, created_at)
            values (:id, :kind, :subject, cast(:input as jsonb), 'running', :step, :wakeAt, :deadline,
                    :createdAt)
            """)
        .bind("id", operation.id())
        .bind("kind", operation.kind())
        .bind("subject", operation.subject())
        .bind("input", operation.input().toString())
        .bind("step", operation.step())
        .bind("wakeAt", utc(operation.wakeAt()))
        .bind("deadline", utc(operation.deadline()))
        .bind("createdAt", utc(operation.createdAt()))
        .execute();
  }

  Optional<Operation> find(Handle handle, UUID id) {
    return handle
        .createQuery("select * from operation where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The newest operation about {@code subject}. */
  Optional<Operation> latest(Handle handle, UUID subject) {
    return handle
        .createQuery(
            "select * from operation where subject = :subject order by created_at desc limit 1")
        .bind("subject", subject)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The oldest operation about {@code subject}. */
  Optional<Operation> first(Handle handle, UUID subject) {
    return handle
        .createQuery("select * from operation where subject = :subject order by created_at limit 1")
        .bind("subject", subject)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Unfinished operations that are due. */
  List<Operation> due(Handle handle, Instant now) {
    return handle
        .createQuery(
            """
            select * from operation where finished_at is null and wake_at <= :now
            order by wake_at limit 100
            """)
        .bind("now", utc(now))
        .map((row, context) -> read(row))
        .list();
  }

  /** How many operations there are of each kind in each state. */
  List<Operations.Count> counts(Handle handle) {
    return handle
        .createQuery("select kind, state, count(*) as n from operation group by kind, state")
        .map((row, context) ->
            new Operations.Count(row.getString("kind"), row.getString("state"), row.getLong("n")))
        .list();
  }

  /** The unfinished operations about {@code subject}. */
  List<Operation> unfinished(Handle handle, UUID subject) {
    return handle
        .createQuery(
            """
            select * from operation where subject = :subject and finished_at is null
            order by created_at
            """)
        .bind("subject", subject)
        .map((row, context) -> read(row))
        .list();
  }

  /** An operation with the name that users know its subject by. */
  record Named(Operation operation, String subject) {}

  List<Named> underWay(Handle handle) {
    return handle
        .createQuery(
            """
            select operation.*, coalesce(addon.name, subject::text) as subject_name
            from operation left join addon on addon.id = operation.subject
            where finished_at is null order by operation.created_at
            """)
        .map((row, context) -> new Named(read(row), row.getString("subject_name")))
        .list();
  }

  int failedSince(Handle handle, Instant time) {
    return handle
        .createQuery(
            "select count(*) from operation where state = 'failed' and finished_at >= :time")
        .bind("time", utc(time))
        .mapTo(Integer.class)
        .one();
  }

  void advance(Handle handle, Operation before, Advance after, String outcome, Instant now) {
    handle
        .createUpdate(
            """
            update operation
            set state = :state, step = :step, attempt = :attempt, wake_at = :wakeAt,
                progress = :progress, error = nullif(:error, ''), finished_at = :finishedAt
            where id = :id
            """)
        .bind("id", before.id())
        .bind("state", after.state().name().toLowerCase(Locale.ROOT))
        .bind("step", after.step())
        .bind("attempt", after.attempt())
        .bind("wakeAt", utc(after.wakeAt()))
        .bind("progress", after.progress())
        .bind("error", after.error())
        .bindByType("finishedAt", after.finishes() ? utc(now) : null, OffsetDateTime.class)
        .execute();
    insertStep(handle, before.id(), before.step(), outcome, after.error(), now);
  }

  private static void insertStep(
      Handle handle, UUID operation, String step, String outcome, String message, Instant now) {
    handle
        .createUpdate(
            """
            insert into operation_step (operation_id, n, step, outcome, message, finished_at)
            select :id, coalesce(max(n), 0) + 1, :step, :outcome, :message, :now
            from operation_step where operation_id = :id
            """)
        .bind("id", operation)
        .bind("step", step)
        .bind("outcome", outcome)
        .bind("message", message)
        .bind("now", utc(now))
        .execute();
  }

  /** A step that only waits is not history: its progress is shown, nothing is recorded. */
  void postpone(Handle handle, Operation before, Advance after) {
    handle
        .createUpdate(
            "update operation set wake_at = :wakeAt, progress = :progress, attempt = 0 where id = :id")
        .bind("id", before.id())
        .bind("wakeAt", utc(after.wakeAt()))
        .bind("progress", after.progress())
        .execute();
  }

  /** The operation as it stands; nobody else changes it until the transaction ends. */
  Operation lock(Handle handle, UUID id) {
    return handle
        .createQuery("select * from operation where id = :id for update")
        .bind("id", id)
        .map((row, context) -> read(row))
        .one();
  }

  void supersede(Handle handle, UUID subject, String reason, Instant now) {
    // Two statements: the second has to see the steps recorded while the first waited for a row.
    Map<UUID, String> ended =
        handle
            .createQuery(
                """
                update operation set state = 'failed', error = :reason, finished_at = :now
                where subject = :subject and finished_at is null
                returning id, step
                """)
            .bind("subject", subject)
            .bind("reason", reason)
            .bind("now", utc(now))
            .reduceRows(
                new HashMap<>(),
                (steps, row) -> {
                  steps.put(row.getColumn("id", UUID.class), row.getColumn("step", String.class));
                  return steps;
                });
    ended.forEach((id, step) -> insertStep(handle, id, step, "superseded", reason, now));
  }

  void cancel(Handle handle, UUID id, Instant now) {
    handle
        .createUpdate(
            "update operation set cancelled = true, wake_at = :now"
                + " where id = :id and state = 'running'")
        .bind("id", id)
        .bind("now", utc(now))
        .execute();
  }

  private static Operation read(ResultSet row) throws SQLException {
    return new Operation(
        uuid(row, "id"),
        row.getString("kind"),
        uuid(row, "subject"),
        Wire.read(row.getString("input").getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        Operation.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getString("step"),
        row.getInt("attempt"),
        row.getString("progress"),
        optionalText(row, "error"),
        row.getBoolean("cancelled"),
        instant(row, "wake_at"),
        instant(row, "deadline"),
        instant(row, "created_at"),
        optionalInstant(row, "finished_at"));
  }
}
