package dev.howdah.server.protection;

import dev.howdah.postgres.repository.Archiving;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The lineages of databases and how well they are protected. A lineage is one history of
 * write-ahead log with the repository it goes to; a database that is protected has one at a time. A
 * fork, a rollback, an unfollow and an upgrade begin a new one. Safe for use by many threads.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Protection {

  /**
   * How a database is protected now; empty when it is not (its plan has no continuous protection).
   */
  public Optional<ProtectionState> of(UUID databaseId) {
    throw new UnsupportedOperationException(databaseId.toString());
  }

  /**
   * Begins a lineage for a database, in the caller's transaction, with a passphrase of its own. It
   * is the database's current one from then on; one it had before is not ended by this.
   *
   * @param parent the lineage the data come from, when there is one
   */
  public Archiving begin(Handle handle, UUID databaseId, Optional<UUID> parent) {
    throw new UnsupportedOperationException(databaseId.toString() + handle + parent);
  }

  /**
   * As {@link #begin}, but the lineage is not the current one yet: what is made beside a database
   * to take its place archives to it from its first start. {@link #use} or {@link #end} follows.
   */
  public Archiving prepare(Handle handle, UUID databaseId, Optional<UUID> parent) {
    throw new UnsupportedOperationException(databaseId.toString() + handle + parent);
  }

  /**
   * Makes a lineage of a database, also an older one, its current one: {@code database.lineage}.
   */
  public void use(Handle handle, UUID databaseId, UUID lineage) {
    throw new UnsupportedOperationException(databaseId.toString() + handle + lineage);
  }

  /** Where the current lineage of a database archives to; empty when it is not protected. */
  public Optional<Archiving> current(Handle handle, UUID databaseId) {
    throw new UnsupportedOperationException(databaseId.toString() + handle);
  }

  /**
   * Where a lineage archives to, also one that has ended and whose repository is still there.
   *
   * @throws java.util.NoSuchElementException when there is no such lineage
   */
  public Archiving archiving(Handle handle, UUID lineage) {
    throw new UnsupportedOperationException(lineage.toString() + handle);
  }

  /**
   * Ends a lineage, in the caller's transaction: nothing archives to it any more (the caller has
   * seen to that) and its repository is deleted soon after the commit.
   */
  public void end(Handle handle, UUID lineage) {
    throw new UnsupportedOperationException(lineage.toString() + handle);
  }

  /** Lets a base copy of a database be taken as soon as possible, in the background. */
  public void takeBaseSoon(UUID databaseId) {
    throw new UnsupportedOperationException(databaseId.toString());
  }
}
