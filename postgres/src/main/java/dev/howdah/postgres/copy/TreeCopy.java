package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies the files of a data directory whose server may be running. The directory belongs to that
 * server's user, who may put links into it at any moment, and we may be root: each directory is
 * opened once, by its own name, and nothing that is a link is followed. Where the file system can,
 * blocks are shared instead of copied. Files that vanish meanwhile are left out, and those that
 * appear as well: the write-ahead log knows of both.
 */
final class TreeCopy implements AutoCloseable {

  /** Progress is told, and an end asked for is heard, this often. */
  private static final long CHUNK = 64L << 20;

  private static final long PATIENCE_MILLIS = 1000;

  /** As many as keep reading and writing both busy. */
  private static final int THREADS = 2;

  private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private record Item(SecureDirectoryStream<Path> directory, String name, Path target, long size) {}

  private final boolean everything;
  private final Progress progress;
  private final List<SecureDirectoryStream<Path>> open = new ArrayList<>();
  private final Queue<Item> items = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Thread> workers = new ArrayList<>();
  private long total;
  private @Nullable Item control;

  /**
   * Lists the files and makes the directories.
   *
   * @param target a directory that does not exist yet
   * @param everything whether all files are copied, as of a directory without a server; otherwise
   *     those of {@link DataFiles}
   */
  TreeCopy(Path source, Path target, boolean everything, Progress progress) {
    this.everything = everything;
    this.progress = progress;
    try {
      list(open(source), "", target);
    } catch (IOException e) {
      close();
      throw failed(e);
    }
  }

  /** Begins to copy. */
  void start() {
    progress.at(0, total);
    for (int i = 0; i < THREADS; i++) {
      workers.add(Thread.ofPlatform().daemon().name("copy-" + i).start(this::work));
    }
  }

  /** Waits until all files are copied, as {@link #isDone} does. */
  void await() {
    boolean done = false;
    while (!done) {
      done = isDone(PATIENCE_MILLIS);
    }
  }

  /**
   * Waits a little.
   *
   * @return whether all files are copied
   * @throws PostgresException when one could not be
   */
  boolean isDone(long patienceMillis) {
    try {
      for (Thread worker : workers) {
        if (!worker.join(java.time.Duration.ofMillis(patienceMillis))) {
          return false;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while copying", e);
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw failed(failed);
    }
    return true;
  }

  /**
   * Copies the one file that must be read after all others: it says up to where a standby's files
   * are ahead of each other.
   */
  void finish() {
    try {
      if (control != null) {
        copy(control);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Ends the copying threads and closes everything. */
  @Override
  public void close() {
    items.clear();
    workers.forEach(Thread::interrupt);
    for (Thread worker : workers) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    for (SecureDirectoryStream<Path> directory : open) {
      try {
        directory.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
    open.clear();
  }

  /** Copies one file of a directory that is open, anew if it is there already. */
  static void copyFile(SecureDirectoryStream<Path> directory, String name, Path target)
      throws IOException {
    Files.deleteIfExists(target);
    transfer(directory, name, target, bytes -> {});
  }

  /** Opens a directory below one that we trust, which is no link itself. */
  static SecureDirectoryStream<Path> below(Path directory, String name) throws IOException {
    try (SecureDirectoryStream<Path> opened = open(directory)) {
      return opened.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** The caller closes it. */
  @SuppressWarnings("StreamResourceLeak")
  private static SecureDirectoryStream<Path> open(Path path) throws IOException {
    if (Files.newDirectoryStream(path) instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    throw new IllegalStateException("this system cannot open files below an open directory");
  }

  private void list(SecureDirectoryStream<Path> source, String path, Path target)
      throws IOException {
    open.add(source);
    Files.createDirectory(target, DIRECTORY_MODE);
    if (!everything && DataFiles.isEmptied(path)) {
      return;
    }
    Map<String, Long> files = new LinkedHashMap<>();
    for (Path child : source) {
      String name = child.getFileName().toString();
      String below = path.isEmpty() ? name : path + "/" + name;
      try {
        BasicFileAttributes attributes = attributes(source, name);
        if (attributes.isRegularFile()) {
          files.put(name, attributes.size());
        } else if (!attributes.isDirectory()) {
          // A tablespace is one; databases here have none.
          throw new PostgresException(
              "there is something in a data directory that is no file, and it is not copied: "
                  + below);
        } else if (everything || !name.startsWith("pgsql_tmp")) {
          list(
              source.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS),
              below,
              target.resolve(name));
        }
      } catch (NoSuchFileException vanished) {
        // Somebody dropped it meanwhile.
      }
    }
    List<String> names = List.copyOf(files.keySet());
    for (String name : everything ? names : DataFiles.copied(path, names)) {
      Item item = new Item(source, name, target.resolve(name), files.getOrDefault(name, 0L));
      total += item.size();
      if (path.equals("global") && name.equals("pg_control")) {
        control = item;
      } else {
        items.add(item);
      }
    }
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, String name)
      throws IOException {
    return directory
        .getFileAttributeView(
            Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  private void work() {
    try {
      for (Item item = items.poll(); item != null; item = items.poll()) {
        copy(item);
      }
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(null, e);
      items.clear();
    }
  }

  private void copy(Item item) throws IOException {
    long[] counted = {0};
    try {
      transfer(
          item.directory(),
          item.name(),
          item.target(),
          bytes -> {
            // It may have grown since it was listed, and the sum must not be exceeded.
            long part = Math.min(bytes, item.size() - counted[0]);
            counted[0] += part;
            progress.at(done.addAndGet(part), total);
          });
    } catch (NoSuchFileException vanished) {
      Files.deleteIfExists(item.target());
    }
    progress.at(done.addAndGet(item.size() - counted[0]), total);
  }

  /** Hears of bytes copied. */
  @FunctionalInterface
  private interface Counter {
    void add(long bytes);
  }

  private static void transfer(
      SecureDirectoryStream<Path> directory, String name, Path target, Counter counter)
      throws IOException {
    Set<java.nio.file.OpenOption> reading =
        Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    if (!attributes(directory, name).isRegularFile()) {
      throw new IOException("not a file: " + name);
    }
    try (var channel = directory.newByteChannel(Path.of(name), reading);
        FileChannel out =
            FileChannel.open(
                target,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                FILE_MODE)) {
      FileChannel in = (FileChannel) channel;
      long size = in.size();
      long position = 0;
      while (position < size) {
        long copied = in.transferTo(position, Math.min(CHUNK, size - position), out);
        if (copied <= 0) {
          // Cut off meanwhile, and the write-ahead log says so.
          break;
        }
        position += copied;
        counter.add(copied);
      }
    }
  }

  private static PostgresException failed(Throwable e) {
    if (e instanceof PostgresException readable) {
      return readable;
    }
    return new PostgresException("could not copy a data directory: " + e, e);
  }
}
