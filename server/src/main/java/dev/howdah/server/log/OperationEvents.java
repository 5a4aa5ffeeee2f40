package dev.howdah.server.log;

import dev.howdah.server.operation.Operation;
import dev.howdah.server.operation.OperationListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Tells the apps that a database is attached to what is done to it: {@code heroku[postgres]:
 * @ref:postgresql-flat-1: capture backup begins}.
 */
public final class OperationEvents implements OperationListener {
  private static final String PROCESS = "postgres";

  private final AppEvents events;
  private final InstantSource clock;
  private final LogStore store = new LogStore();

  /** Tells it through {@code events}. */
  public OperationEvents(AppEvents events, InstantSource clock) {
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void changed(Handle handle, Operation operation, Operation.State state, String error) {
    String happened = text(operation, state, error);
    for (LogStore.Listener listener : store.listeners(handle, operation.subject())) {
      UUID app = listener.app();
      events.record(handle, app, PROCESS, "@ref:" + listener.addon() + ": " + happened);
    }
  }

  private String text(Operation operation, Operation.State state, String error) {
    String what = operation.kind().replace('-', ' ');
    if (state == Operation.State.RUNNING) {
      return what + " begins";
    }
    Duration took = Duration.between(operation.createdAt(), clock.instant());
    String after = String.format(Locale.ROOT, " after %.1f s", took.toMillis() / 1000.0);
    return state == Operation.State.SUCCEEDED
        ? what + " succeeded" + after
        : what + " failed" + after + (error.isEmpty() ? "" : ": " + error);
  }
}
