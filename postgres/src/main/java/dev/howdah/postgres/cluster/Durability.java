package dev.howdah.postgres.cluster;

import dev.howdah.postgres.os.Command;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Brings a new cluster's files to disk, beside its first start. The copy that made it left all of
 * them in memory; waiting for the disk before starting would double the time of a create.
 */
public final class Durability {

  private final CompletableFuture<Void> synced;

  private Durability(CompletableFuture<Void> synced) {
    this.synced = synced;
  }

  /** Begins, unless the cluster is on disk already. */
  public static Durability of(ClusterDirectory cluster) {
    if (cluster.isDurable()) {
      return new Durability(CompletableFuture.completedFuture(null));
    }
    CompletableFuture<Void> synced = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("sync " + cluster.home().getFileName())
        .start(() -> {
          try {
            Command.of("sync", "-f", cluster.home()).run();
            cluster.markDurable();
            synced.complete(null);
          } catch (RuntimeException e) {
            synced.completeExceptionally(e);
          }
        });
    return new Durability(synced);
  }

  /** Returns when everything is on disk. */
  public void await() {
    try {
      synced.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
