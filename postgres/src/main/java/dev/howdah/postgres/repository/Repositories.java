package dev.howdah.postgres.repository;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The repositories of this host, one for each lineage: {@code <root>/repository/<lineage>}, or, for
 * those in a bucket, what must be known of them here. Safe for use by many threads.
 */
public final class Repositories {

  private final Path directory;
  private final Storage storage;
  private final Function<UUID, BaseSource> sources;
  private final InstantSource clock;
  private final ConcurrentMap<UUID, ReentrantLock> locks = new ConcurrentHashMap<>();

  /**
   * The repositories below a directory.
   *
   * @param sources finds the cluster that a base copy is taken of
   */
  public Repositories(
      Path directory, Storage storage, Function<UUID, BaseSource> sources, InstantSource clock) {
    this.directory = directory;
    this.storage = storage;
    this.sources = sources;
    this.clock = clock;
  }

  /** The repository of a lineage, whether it is there or not. */
  public Repository of(Archiving archiving) {
    ReentrantLock lock = locks.computeIfAbsent(archiving.lineage(), lineage -> new ReentrantLock());
    return new Repository(
        directory.resolve(archiving.lineage().toString()),
        archiving,
        storage,
        sources,
        clock,
        lock);
  }

  /** The lineages that have a repository, also one that was only half made or half deleted. */
  public Set<UUID> list() {
    try (Stream<Path> children = Files.list(directory)) {
      Set<UUID> lineages = new TreeSet<>();
      children
          .map(child -> child.getFileName().toString())
          .filter(name -> name.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
          .forEach(name -> lineages.add(UUID.fromString(name)));
      return lineages;
    } catch (NoSuchFileException none) {
      return Set.of();
    } catch (IOException e) {
      throw new PostgresException("could not look into " + directory + ": " + e, e);
    }
  }

  /**
   * Holds this directory to the place where what is in its repositories is kept: another one has
   * none of it.
   *
   * @throws PostgresException when there are repositories that are kept elsewhere
   */
  public void requireStorage() {
    Path marker = directory.resolve("storage");
    String wanted = storage.toString();
    String known = OwnedFiles.read(marker).strip();
    String kept = known.isEmpty() ? new Storage.Directory().toString() : known;
    if (!kept.equals(wanted) && !list().isEmpty()) {
      throw new PostgresException(
          "the repositories in %s are kept in %s, not in %s; docs/operations.md says how to move"
              .formatted(directory, kept, wanted));
    }
    makeParent(marker);
    OwnedFiles.write(marker, wanted + "\n", ServerAccount.current());
  }

  /** What pgBackRest says of itself; empty when it is not installed. */
  public Optional<String> version() {
    try {
      return Optional.of(Command.of("pgbackrest", "version").run().strip());
    } catch (PostgresException missing) {
      return Optional.empty();
    }
  }

  /** Where what is in them is kept, for people. */
  public String place() {
    return switch (storage) {
      case Storage.Directory() -> String.valueOf(directory);
      case Storage.Bucket bucket -> bucket.toString();
    };
  }

  /** The directory that volumes are measured of: some is written here also with a bucket. */
  public Path directory() {
    return directory;
  }

  /**
   * Ends what a Howdah that was killed had begun with a repository and nobody waits for any more:
   * it would keep others from theirs. Only while nothing of our own runs.
   */
  public void endRemains() {
    Orphans.endIn(directory);
  }

  /** The directory they are in, made if need be: servers' users pass through it to their own. */
  static void makeParent(Path repository) {
    Path parent = repository.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      OwnedFiles.directory(parent, ServerAccount.current(), "rwx--x--x");
    }
  }
}
