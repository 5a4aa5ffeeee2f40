package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.repository.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies of clusters that share their blocks with them, kept at {@code
 * <root>/snapshots/<lineage>/<instant>}: for forks that begin at once. Only where the file system
 * can share blocks; elsewhere every one would cost the whole database. Nobody but Howdah can read
 * them. Safe for use by many threads.
 */
public final class Snapshots {

  private static final String PARTIAL = ".partial";

  private final Path root;
  private final Function<UUID, LiveSource> sources;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private @Nullable Boolean supported;

  /**
   * The snapshots below a directory, on the file system of the clusters.
   *
   * @param sources the running server of a cluster
   */
  public Snapshots(Path root, Function<UUID, LiveSource> sources, Clock clock) {
    this.root = root;
    this.sources = sources;
    this.clock = clock;
  }

  /** Whether this host's file system can keep snapshots; probed once. */
  public boolean supported() {
    lock.lock();
    try {
      if (supported == null) {
        OwnedFiles.directory(root, ServerAccount.current(), "rwx------");
        supported = Reflink.probe(root);
      }
      return supported;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a snapshot of a running cluster.
   *
   * @param lineage whose it is: the one that the cluster writes now
   * @return the moment that it shows, to the second
   * @throws PostgresException when the server does not run, or the file system cannot
   */
  public Instant take(UUID cluster, UUID lineage) {
    if (!supported()) {
      throw new PostgresException("the file system of " + root + " cannot keep snapshots");
    }
    lock.lock();
    try {
      Path partial = home(lineage).resolve(UUID.randomUUID() + PARTIAL);
      OwnedFiles.directory(partial, ServerAccount.current(), "rwx------");
      // What another try left; none is under way, for they take turns.
      remains(lineage).filter(other -> !other.equals(partial)).forEach(OwnedFiles::delete);
      LiveCopy.make(sources.apply(cluster), partial.resolve("data"), "", Progress.NONE);
      Instant at = clock.instant().truncatedTo(ChronoUnit.SECONDS);
      Command.of("sync", "-f", partial).run();
      if (Files.exists(place(lineage, at))) {
        // Two within a second show the same second.
        OwnedFiles.delete(partial);
      } else {
        Files.move(partial, place(lineage, at), StandardCopyOption.ATOMIC_MOVE);
        OwnedFiles.force(home(lineage));
      }
      return at;
    } catch (IOException e) {
      throw new PostgresException("could not keep a snapshot of " + cluster + ": " + e, e);
    } finally {
      lock.unlock();
    }
  }

  /** The complete snapshots of a lineage, oldest first. */
  public List<Instant> list(UUID lineage) {
    try (Stream<Path> children = children(home(lineage))) {
      return children.flatMap(child -> instant(child).stream()).sorted().toList();
    }
  }

  /** The lineages that have anything here, also something half made. */
  public Set<UUID> lineages() {
    Set<UUID> all = new TreeSet<>();
    try (Stream<Path> children = children(root)) {
      children.forEach(child -> {
        try {
          all.add(UUID.fromString(child.getFileName().toString()));
        } catch (IllegalArgumentException other) {
          // Not of a lineage.
        }
      });
    }
    return all;
  }

  /** The newest snapshot of a lineage that shows this moment or an earlier one. */
  public Optional<Instant> at(UUID lineage, Instant moment) {
    return list(lineage).stream().filter(at -> !at.isAfter(moment)).max(Comparator.naturalOrder());
  }

  /** Deletes one snapshot; does nothing when it is gone. */
  public void delete(UUID lineage, Instant at) {
    Path place = place(lineage, at);
    Path partial = home(lineage).resolve(UUID.randomUUID() + PARTIAL);
    try {
      if (Files.exists(place)) {
        // Renamed first: half of one must not pass for one.
        Files.move(place, partial, StandardCopyOption.ATOMIC_MOVE);
        OwnedFiles.delete(partial);
      }
    } catch (IOException e) {
      throw new PostgresException("could not delete the snapshot " + place + ": " + e, e);
    }
  }

  /** Deletes all of a lineage, also what was only half made. */
  public void destroy(UUID lineage) {
    list(lineage).forEach(at -> delete(lineage, at));
    OwnedFiles.delete(home(lineage));
  }

  /**
   * Makes a data directory of a snapshot; not brought to disk yet, and owned by us.
   *
   * @param target a directory that does not exist yet
   */
  public void copy(UUID lineage, Instant at, Path target, Progress progress) {
    Path data = place(lineage, at).resolve("data");
    if (!Files.isDirectory(data)) {
      throw new PostgresException("there is no snapshot of " + at + " of lineage " + lineage);
    }
    try (TreeCopy files = new TreeCopy(data, target, true, progress)) {
      files.start();
      files.await();
      files.finish();
    }
  }

  private Path home(UUID lineage) {
    return root.resolve(lineage.toString());
  }

  private Path place(UUID lineage, Instant at) {
    // Without colons, which some tools take for the end of a host name.
    return home(lineage).resolve(at.toString().replace(":", "-"));
  }

  private Stream<Path> remains(UUID lineage) {
    return children(home(lineage)).filter(child -> child.toString().endsWith(PARTIAL));
  }

  private static Optional<Instant> instant(Path child) {
    String name = child.getFileName().toString();
    int time = name.indexOf('T');
    try {
      return time < 0
          ? Optional.empty()
          : Optional.of(
              Instant.parse(name.substring(0, time) + name.substring(time).replace("-", ":")));
    } catch (DateTimeException other) {
      return Optional.empty();
    }
  }

  private static Stream<Path> children(Path directory) {
    try (Stream<Path> files =
        Files.isDirectory(directory) ? Files.list(directory) : Stream.empty()) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new PostgresException("could not look into " + directory + ": " + e, e);
    }
  }
}
