package dev.howdah.postgres.repository;

import dev.howdah.postgres.os.ServerAccount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * The repository of one lineage: write-ahead log that its cluster adds, and base copies that only
 * Howdah can touch; all encrypted. Safe for use by many threads; what cannot be done twice at once
 * waits.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Repository {

  Repository() {}

  /**
   * Makes the repository for a cluster, unless it is there. Its server may be stopped or run.
   *
   * @param data the data directory whose history this will be
   * @param writer the account that may add write-ahead log, and nothing else
   * @throws dev.howdah.postgres.PostgresException when it holds the history of another cluster
   */
  public void create(Path data, ServerAccount writer) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes a base copy of the running cluster that archives here, beside its work. What an earlier,
   * interrupted try left is used or cleared away.
   */
  public BaseCopy takeBase(UUID cluster, BaseCopy.Kind kind, Progress progress) {
    throw new UnsupportedOperationException();
  }

  /** What is there. */
  public Contents contents() {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes a base copy into a directory, which must exist and be empty. No recovery settings are
   * written; the write-ahead log is not there yet, see {@link #fetchWal}.
   */
  public void restore(BaseCopy base, Path data, ServerAccount owner, Progress progress) {
    throw new UnsupportedOperationException();
  }

  /**
   * Places every archived file of the write-ahead log from a base copy's start to the newest, and
   * every timeline history, into a {@code pg_wal} directory. May be repeated, also later for what
   * came meanwhile.
   */
  public void fetchWal(BaseCopy base, Path walDirectory, ServerAccount owner, Progress progress) {
    throw new UnsupportedOperationException();
  }

  /**
   * Deletes base copies and write-ahead log that are not needed to reach every moment from {@code
   * window} ago on.
   */
  public void expire(Duration window) {
    throw new UnsupportedOperationException();
  }

  /** Deletes the repository with all that is in it. Does nothing when it is gone. */
  public void destroy() {
    throw new UnsupportedOperationException();
  }
}
