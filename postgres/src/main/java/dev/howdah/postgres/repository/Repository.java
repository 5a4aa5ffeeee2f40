package dev.howdah.postgres.repository;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The repository of one lineage: write-ahead log that its cluster adds, and base copies that only
 * Howdah can touch; all encrypted. Safe for use by many threads; what cannot be done twice at once
 * waits. Whoever is killed inside any of these may do it again.
 */
public final class Repository {

  private static final Duration SHORT = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofDays(2);

  /** {@code backup file /x (8KB, 12.50%) checksum …}, {@code restore file /x (8KB, 12.50%) …}. */
  private static final Pattern PERCENT =
      Pattern.compile("(?:backup|restore) file .*, ([0-9]+(?:[.][0-9]+)?)%\\)");

  private static final Pattern NEW_LABEL = Pattern.compile("new backup label = ([0-9A-Z_-]+)");

  /** The name of an archived file, with its checksum, below the directory of its first digits. */
  private static final Pattern ARCHIVED =
      Pattern.compile("[0-9A-F]{16}/([0-9A-F]{24})-[0-9a-f]{40}(?:[.][a-z0-9]+)?");

  private static final Pattern HISTORY = Pattern.compile("[0-9A-F]{8}[.]history");

  /** A link in a data directory, as a base copy's manifest has it. */
  private static final Pattern LINK = Pattern.compile("\\[target:link]|\"type\":\"link\"");

  private static final int DELETED_AT_ONCE = 200;
  private static final int FETCHERS = 4;
  private static final int FETCHED_AT_ONCE = 16;

  private final Path home;
  private final Archiving archiving;
  private final Storage storage;
  private final Function<UUID, BaseSource> sources;
  private final InstantSource clock;
  private final ReentrantLock lock;

  Repository(
      Path home,
      Archiving archiving,
      Storage storage,
      Function<UUID, BaseSource> sources,
      InstantSource clock,
      ReentrantLock lock) {
    this.home = home;
    this.archiving = archiving;
    this.storage = storage;
    this.sources = sources;
    this.clock = clock;
    this.lock = lock;
  }

  /**
   * What is known here of a repository that was made.
   *
   * @param system the identifier of the cluster whose history it is
   */
  private record Facts(String system, int major, ServerAccount writer) {

    String text() {
      return "%s %d %d %d\n".formatted(system, major, writer.uid(), writer.gid());
    }

    static Optional<Facts> parse(String text) {
      String[] words = text.strip().split(" ", -1);
      return words.length == 4
          ? Optional.of(
              new Facts(
                  words[0],
                  Integer.parseInt(words[1]),
                  new ServerAccount(Integer.parseInt(words[2]), Integer.parseInt(words[3]))))
          : Optional.empty();
    }
  }

  /**
   * Makes the repository for a cluster, unless it is there. Its server may be stopped or run.
   *
   * @param data the data directory whose history this will be
   * @param writer the account that may add write-ahead log, and nothing else
   * @throws PostgresException when it holds the history of another cluster, or cannot be reached
   */
  public void create(Path data, ServerAccount writer) {
    Facts wanted = new Facts(system(data), major(data), writer);
    if (facts().equals(Optional.of(wanted)) && (!isDirectory() || Files.isDirectory(archive()))) {
      return;
    }
    Repositories.makeParent(home);
    ServerAccount ours = ServerAccount.current();
    OwnedFiles.directory(home, new ServerAccount(ours.uid(), writer.gid()), "rwxr-x---");
    exclusively(() -> {
      try {
        makeStanza(data);
      } catch (PostgresException refused) {
        // A crash before the cluster was published left a repository for one that never was.
        if (!isKnownToBeEmpty(refused)) {
          throw refused;
        }
        deleteParts();
        makeStanza(data);
      }
      if (isDirectory()) {
        admit(wanted);
      }
      OwnedFiles.write(factsFile(), wanted.text(), ours);
      return home;
    });
  }

  private void makeStanza(Path data) {
    pgBackRest("stanza-create")
        .with("online", "n")
        .with("pg1-path", data.toString())
        .run(work(), SHORT, line -> {});
  }

  private boolean isKnownToBeEmpty(PostgresException refused) {
    try {
      return isEmpty();
    } catch (PostgresException unreadable) {
      refused.addSuppressed(unreadable);
      return false;
    }
  }

  private boolean isEmpty() {
    return listing("backup/" + PgBackRest.STANZA).stream()
            .noneMatch(name -> name.matches("[0-9]{8}-[0-9]{6}F.*"))
        && listing("archive/" + PgBackRest.STANZA).stream().noneMatch(this::isArchivedFile);
  }

  private boolean isArchivedFile(String name) {
    return ARCHIVED.matcher(name.substring(name.indexOf('/') + 1)).matches();
  }

  /**
   * The server's user gets the one directory its write-ahead log goes to. What is above it stays
   * ours, so that no link of its making is ever followed by us when we write; its group reads the
   * description of the repository, also the one that each base copy writes anew.
   */
  private void admit(Facts facts) {
    ServerAccount readable = new ServerAccount(ServerAccount.current().uid(), facts.writer().gid());
    Path stanza = archive().resolve(PgBackRest.STANZA);
    OwnedFiles.directory(archive(), readable, "rwxr-x---");
    OwnedFiles.directory(stanza, readable, "rwxr-x---");
    if (CurrentUser.isRoot()) {
      try (Stream<Path> files = Files.list(stanza)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.setAttribute(file, "unix:gid", readable.gid());
        }
        Files.setAttribute(stanza, "unix:mode", 02750);
      } catch (IOException e) {
        throw new PostgresException("could not open " + stanza + " for its server: " + e, e);
      }
    }
    OwnedFiles.directory(stanza.resolve(facts.major() + "-1"), facts.writer(), "rwxr-x---");
    OwnedFiles.directory(home.resolve("backup"), ServerAccount.current(), "rwx------");
  }

  /**
   * What the cluster's server is told so that it archives here: the text of a settings file for
   * pgBackRest, which only the server's group may read.
   *
   * @param spool a directory of the server's user for what is under way
   */
  public String serverSettings(Path data, Path spool) {
    Map<String, String> settings = new TreeMap<>(storage.options(home, archiving.lineage()));
    settings.put("repo1-cipher-type", "aes-256-cbc");
    settings.put("repo1-cipher-pass", archiving.passphrase());
    settings.put("spool-path", spool.toString());
    settings.put("lock-path", spool.toString());
    settings.put("archive-async", "y");
    // The cheapest for the processor: this runs beside the tenant's own work.
    settings.put("compress-type", "lz4");
    settings.put("archive-timeout", "60");
    settings.put("process-max", "2");
    settings.put("log-level-file", "off");
    settings.put("log-level-console", "off");
    settings.put("log-level-stderr", "error");
    StringBuilder text = new StringBuilder("# Generated by Howdah; edits are lost.\n[global]\n");
    settings.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.append("\n[" + PgBackRest.STANZA + "]\npg1-path=" + data + "\n").toString();
  }

  /**
   * Takes a base copy of the running cluster that archives here, beside its work and behind it in
   * line for processor and disk. What an earlier, interrupted try left is cleared away.
   *
   * @return what was taken: a full one also when another kind was asked for and there is none yet
   */
  public BaseCopy takeBase(UUID cluster, BaseCopy.Kind kind, Progress progress) {
    return exclusively(() -> {
      BaseSource source = sources.apply(cluster);
      long total = sizeWithoutLinks(source.data());
      AtomicReference<String> label = new AtomicReference<>("");
      progress.at(0, total);
      pgBackRest("backup")
          .with("type", word(kind))
          .with("pg1-path", source.data().toString())
          .with("pg1-socket-path", source.socketDirectory().toString())
          .with("pg1-port", String.valueOf(source.port()))
          .with("pg1-user", "postgres")
          .with("start-fast", "y")
          .with("archive-timeout", "120")
          .with("expire-auto", "n")
          // A thousand small files make an empty database.
          .with("repo1-bundle", "y")
          .with("compress-type", "zst")
          .with("log-level-console", "detail")
          .gently()
          .run(
              work(),
              LONG,
              line -> {
                hear(line, total, progress);
                Matcher made = NEW_LABEL.matcher(line);
                if (made.find()) {
                  label.set(made.group(1));
                }
              });
      refuseLinks(label.get());
      progress.at(total, total);
      return contents().bases().stream()
          .filter(base -> base.label().equals(label.get()))
          .findFirst()
          .orElseThrow(
              () -> new PostgresException("the new base copy is not in the repository: " + label));
    });
  }

  /**
   * A link in a data directory would lead us, who may read everything, out of it: its target would
   * become part of the copy. PostgreSQL makes none here, for nobody may make tablespaces.
   */
  private void refuseLinks(String label) {
    boolean[] found = {false};
    pgBackRest("repo-get")
        .word("backup/" + PgBackRest.STANZA + "/" + label + "/backup.manifest")
        .run(work(), SHORT, line -> found[0] |= LINK.matcher(line).find());
    if (found[0]) {
      throw new PostgresException(
          "base copy " + label + " is not used: there is a link in the data directory");
    }
  }

  /** What is there. */
  public Contents contents() {
    return Info.parse(pgBackRest("info").with("output", "json").read(anywhere(), SHORT));
  }

  /**
   * Writes a base copy into a directory, which must exist and be empty. No recovery settings are
   * written; the write-ahead log is not there yet, see {@link #fetchWal}. To be repeated, it wants
   * an empty directory again.
   */
  public void restore(BaseCopy base, Path data, ServerAccount owner, Progress progress) {
    progress.at(0, base.bytes());
    pgBackRest("restore")
        .with("set", base.label())
        .with("type", "none")
        .with("pg1-path", data.toString())
        .with("lock-path", lockPath(data))
        .with("process-max", String.valueOf(processes()))
        .with("log-level-console", "detail")
        .run(data, LONG, line -> hear(line, base.bytes(), progress));
    // Whoever restored it says how it is recovered.
    OwnedFiles.delete(data.resolve("recovery.signal"));
    OwnedFiles.give(data, owner);
    progress.at(base.bytes(), base.bytes());
  }

  /**
   * Places every archived file of the write-ahead log from a base copy's start to the newest, and
   * every timeline history, into a {@code pg_wal} directory. May be repeated, also later for what
   * came meanwhile: files that are there are not fetched again.
   */
  public void fetchWal(BaseCopy base, Path walDirectory, ServerAccount owner, Progress progress) {
    fetchWal(base, Instant.MAX, file -> false, walDirectory, owner, progress);
  }

  /**
   * As {@link #fetchWal(BaseCopy, Path, ServerAccount, Progress)}, but not much more than what is
   * needed to reach a moment. That a file came into the repository after it says nothing: it may
   * have waited. So the file itself is asked.
   *
   * @param isBeyond whether a file holds a commit after the moment, which is where a recovery ends;
   *     the owner may read that file
   */
  public void fetchWal(
      BaseCopy base,
      Instant until,
      Predicate<Path> isBeyond,
      Path walDirectory,
      ServerAccount owner,
      Progress progress) {
    Map<String, Instant> archived = archivedFrom(base);
    List<String> names = List.copyOf(archived.keySet());
    // Whether a recovery comes by a file of an older timeline depends on where that was left.
    String newest =
        names.stream()
            .filter(name -> !HISTORY.matcher(name).matches())
            .map(Repository::timeline)
            .max(Comparator.naturalOrder())
            .orElse("");
    boolean reached = false;
    for (int from = 0; from < names.size() && !reached; from += FETCHED_AT_ONCE) {
      List<String> batch = names.subList(from, Math.min(from + FETCHED_AT_ONCE, names.size()));
      fetchAll(batch, walDirectory, owner);
      progress.at(from + batch.size(), names.size());
      reached =
          batch.stream()
              .filter(name -> !HISTORY.matcher(name).matches() && timeline(name).equals(newest))
              .filter(name -> archived.getOrDefault(name, Instant.MIN).isAfter(until))
              .anyMatch(name -> isBeyond.test(walDirectory.resolve(name)));
    }
    progress.at(names.size(), names.size());
    OwnedFiles.give(walDirectory, owner);
  }

  private static String timeline(String segment) {
    return segment.substring(0, 8);
  }

  private void fetchAll(List<String> names, Path walDirectory, ServerAccount owner) {
    ExecutorService fetchers =
        Executors.newFixedThreadPool(FETCHERS, Thread.ofVirtual().name("fetch-", 0).factory());
    try {
      List<Future<?>> fetches = new ArrayList<>();
      for (String name : names) {
        Path file = walDirectory.resolve(name);
        if (!Files.exists(file)) {
          fetches.add(
              fetchers.submit(() -> {
                fetch(name, walDirectory);
                OwnedFiles.give(file, owner);
              }));
        }
      }
      for (Future<?> fetch : fetches) {
        fetch.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof PostgresException known
          ? known
          : new PostgresException("write-ahead log could not be fetched: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while fetching write-ahead log", e);
    } finally {
      fetchers.shutdownNow();
    }
  }

  private void fetch(String name, Path walDirectory) {
    pgBackRest("archive-get")
        .with("pg1-path", String.valueOf(walDirectory.getParent()))
        .word(name)
        .word(walDirectory.resolve(name).toString())
        .run(walDirectory, SHORT, line -> {});
  }

  /** What is archived and not before a base copy, with when it came, in the order of the log. */
  private Map<String, Instant> archivedFrom(BaseCopy base) {
    Map<String, Instant> files = new HashMap<>();
    String from = Retention.position(base.firstSegment());
    archived()
        .forEach((path, time) -> {
          String name = String.valueOf(Path.of(path).getFileName());
          if (HISTORY.matcher(name).matches()) {
            files.put(name, time);
          } else if (Retention.position(name).compareTo(from) >= 0) {
            files.put(name.substring(0, 24), time);
          }
        });
    Map<String, Instant> ordered = new TreeMap<>(logOrder());
    ordered.putAll(files);
    return ordered;
  }

  private static Comparator<String> logOrder() {
    return Comparator.comparing(
            (String name) -> HISTORY.matcher(name).matches() ? "" : Retention.position(name))
        .thenComparing(name -> name);
  }

  /** Every file of the write-ahead log, by its path below the stanza, with when it came. */
  private Map<String, Instant> archived() {
    String printed =
        pgBackRest("repo-ls")
            .word("archive/" + PgBackRest.STANZA)
            .with("recurse", "y")
            .with("output", "json")
            .read(anywhere(), Duration.ofMinutes(10));
    Map<String, Instant> found = new TreeMap<>();
    Listing.parse(printed)
        .forEach((path, time) -> {
          String below = path.substring(path.indexOf('/') + 1);
          if (ARCHIVED.matcher(below).matches() || HISTORY.matcher(below).matches()) {
            found.put(path, time);
          }
        });
    return found;
  }

  private List<String> listing(String path) {
    return Listing.parse(
            pgBackRest("repo-ls")
                .word(path)
                .with("recurse", "y")
                .with("output", "json")
                .read(anywhere(), SHORT))
        .keySet()
        .stream()
        .toList();
  }

  /**
   * Deletes base copies and write-ahead log that are not needed to reach every moment from {@code
   * window} ago on.
   */
  public void expire(Duration window) {
    exclusively(() -> {
      Contents before = contents();
      List<String> sets = Retention.expendable(before.bases(), clock.instant().minus(window));
      for (String set : sets) {
        pgBackRest("expire").with("set", set).gently().run(work(), LONG, line -> {});
      }
      Contents left = sets.isEmpty() ? before : contents();
      if (isDirectory()) {
        expireLog(left.bases());
      } else if (!left.bases().isEmpty()) {
        pgBackRest("expire")
            .with("repo1-retention-archive-type", "incr")
            .with("repo1-retention-archive", String.valueOf(left.bases().size()))
            .gently()
            .run(work(), LONG, line -> {});
      }
      return sets;
    });
  }

  /** As the server's user, who could have put a link where a directory is expected. */
  private void expireLog(List<BaseCopy> bases) {
    ServerAccount writer = facts().orElseThrow().writer();
    Path stanza = archive().resolve(PgBackRest.STANZA);
    List<String> old =
        archived().keySet().stream()
            .filter(path -> !HISTORY.matcher(path.substring(path.indexOf('/') + 1)).matches())
            .filter(path ->
                Retention.isExpendable(
                    String.valueOf(Path.of(path).getFileName()).substring(0, 24), bases))
            .toList();
    for (int from = 0; from < old.size(); from += DELETED_AT_ONCE) {
      List<Object> words = new ArrayList<>(List.of("rm", "-f", "--"));
      old.subList(from, Math.min(from + DELETED_AT_ONCE, old.size()))
          .forEach(path -> words.add(stanza.resolve(path)));
      Command.of(words.toArray()).as(writer).run();
    }
  }

  /** Deletes the repository with all that is in it. Does nothing when it is gone. */
  public void destroy() {
    // A base copy under way ends, rather than being waited for.
    Orphans.endIn(workDirectory());
    lock.lock();
    try {
      Orphans.endIn(workDirectory());
      if (!isDirectory() && Files.isDirectory(home)) {
        deleteParts();
      }
      OwnedFiles.delete(home);
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is anything here; of one in a bucket, whether there ever was. */
  public boolean isThere() {
    return facts().isPresent() && (!isDirectory() || Files.isDirectory(archive()));
  }

  /**
   * Marks this as the repository that holds what is known to be in it. One that is made anew in its
   * place, because the other was lost or not mounted, has no such mark.
   */
  public void acknowledge() {
    if (!isAcknowledged()) {
      OwnedFiles.write(home.resolve("acknowledged"), "1\n", ServerAccount.current());
    }
  }

  /** Whether this is the repository that was marked. */
  public boolean isAcknowledged() {
    return Files.exists(home.resolve("acknowledged"));
  }

  private void deleteParts() {
    for (String part : List.of("archive", "backup")) {
      if (isDirectory()) {
        OwnedFiles.delete(home.resolve(part));
      } else {
        pgBackRest("repo-rm").word(part).with("recurse", "y").run(work(), LONG, line -> {});
      }
    }
  }

  private PgBackRest pgBackRest(String command) {
    return PgBackRest.command(command)
        .with(storage.options(home, archiving.lineage()))
        .with("repo1-cipher-type", "aes-256-cbc")
        .with("repo1-cipher-pass", archiving.passphrase())
        .with("lock-path", workDirectory().toString());
  }

  /** Runs what only one may run, after ending what a killed Howdah left running. */
  private <T> T exclusively(Supplier<T> action) {
    lock.lock();
    try {
      Orphans.endIn(work());
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  private static void hear(String line, long total, Progress progress) {
    Matcher matcher = PERCENT.matcher(line);
    if (matcher.find()) {
      double share = Double.parseDouble(matcher.group(1)) / 100;
      progress.at(Math.min(total, Math.round(total * share)), total);
    }
  }

  /** The size of a data directory. The server may delete files meanwhile. */
  private static long sizeWithoutLinks(Path data) {
    long[] size = {0};
    try {
      Files.walkFileTree(
          data,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              return path.equals(data.resolve("pg_wal"))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              if (attributes.isSymbolicLink()) {
                throw new PostgresException("there is a link in the data directory: " + path);
              }
              size[0] += attributes.size();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new PostgresException("could not look through " + data + ": " + e, e);
    }
    return size[0];
  }

  private static String word(BaseCopy.Kind kind) {
    return switch (kind) {
      case FULL -> "full";
      case DIFFERENTIAL -> "diff";
      case INCREMENTAL -> "incr";
    };
  }

  /** The first eight bytes of the control file, as they stand there. */
  private static String system(Path data) {
    try (var in = new DataInputStream(Files.newInputStream(data.resolve("global/pg_control")))) {
      return "%016x".formatted(in.readLong());
    } catch (IOException e) {
      throw new PostgresException("could not read the control file in " + data + ": " + e, e);
    }
  }

  private static int major(Path data) {
    return Integer.parseInt(OwnedFiles.read(data.resolve("PG_VERSION")).strip());
  }

  private static int processes() {
    return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, FETCHERS);
  }

  /** Two restores from one repository do not disturb each other, so each has locks of its own. */
  private static String lockPath(Path target) {
    return String.valueOf(target.toAbsolutePath().getParent());
  }

  private boolean isDirectory() {
    return storage instanceof Storage.Directory;
  }

  private Path archive() {
    return home.resolve("archive");
  }

  private Path workDirectory() {
    return home.resolve("work");
  }

  /** The directory that runs which change something work in, by which they are found again. */
  private Path work() {
    OwnedFiles.directory(workDirectory(), ServerAccount.current(), "rwx------");
    return workDirectory();
  }

  private static Path anywhere() {
    return Path.of("/");
  }

  private Path factsFile() {
    return home.resolve("facts");
  }

  private Optional<Facts> facts() {
    return Facts.parse(OwnedFiles.read(factsFile()));
  }
}
