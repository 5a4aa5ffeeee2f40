package dev.howdah.postgres.repository;

import java.util.UUID;

/**
 * Where a cluster archives to: its own lineage and no other.
 *
 * @param lineage the write-ahead log history that the cluster writes, and the name of its
 *     repository
 * @param passphrase what everything in that repository is encrypted with
 */
public record Archiving(UUID lineage, String passphrase) {

  /** Refuses a passphrase that would not encrypt, or would not fit into a line of settings. */
  public Archiving {
    if (passphrase.isBlank() || !passphrase.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("not a passphrase of a repository");
    }
  }

  /** Without the passphrase: this is what logs see. */
  @Override
  public String toString() {
    return "Archiving[" + lineage + "]";
  }
}
