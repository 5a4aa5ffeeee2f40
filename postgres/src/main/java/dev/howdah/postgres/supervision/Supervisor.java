package dev.howdah.postgres.supervision;

import dev.howdah.postgres.cluster.Clusters;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** Carries {@link Supervision}'s decisions out, once a second, on one virtual thread. */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public final class Supervisor implements AutoCloseable {

  /** A supervisor that is not running yet. */
  public Supervisor(Clusters clusters, Supplier<Set<UUID>> desired, Clock clock) {
    throw new UnsupportedOperationException();
  }

  /** Begins to look and act. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /** Looks and acts once; for tests and for the impatient. */
  public void tick() {
    throw new UnsupportedOperationException();
  }

  /** Stops looking; leaves every server as it is. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
