package dev.howdah.postgres.repository;

import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

/** The repositories of this host, one for each lineage: {@code <root>/repository/<lineage>}. */
@SuppressWarnings("DoNotCallSuggester")
public final class Repositories {

  private final Path directory;

  /** The repositories below a directory. */
  public Repositories(Path directory) {
    this.directory = directory;
  }

  /** The repository of a lineage, whether it is there or not. */
  public Repository of(Archiving archiving) {
    throw new UnsupportedOperationException(directory + " " + archiving);
  }

  /** The lineages that have a repository, also one that was only half made or half deleted. */
  public Set<UUID> list() {
    throw new UnsupportedOperationException();
  }
}
