package dev.howdah.postgres.template;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The prepared data directories of this host, made when first asked for: {@code
 * <root>/templates/<version>-<segment size>-<hash of what is in it>}. A new minor version or other
 * furniture makes a new one. Safe for use by many threads.
 */
public final class Templates {

  /** A locale that orders text as people do; hosts without it order by code point. */
  private static final String PREFERRED_LOCALE = "en_US.UTF-8";

  private static final String FALLBACK_LOCALE = "C.UTF-8";

  private final Path directory;
  private final ServerAccount preparer;
  private final ReentrantLock lock = new ReentrantLock();

  // Asked once: it takes a process to find out. Guarded by lock.
  private @Nullable String locale;

  /** Templates in a directory, which every server's user must be able to reach. */
  public Templates(Path directory, ServerAccounts accounts) {
    this.directory = directory;
    this.preparer = accounts.preparer();
  }

  /** The template of a version; takes a second or two when it is not there yet. */
  public Template take(Installation installation, int walSegmentMegabytes) {
    lock.lock();
    try {
      List<String> arguments = arguments(walSegmentMegabytes);
      String statements = Furniture.statements(installation.major());
      String hash = hash(String.join("\n", arguments) + statements);
      Path home =
          directory.resolve(
              "%s-%dMB-%s".formatted(installation.version(), walSegmentMegabytes, hash));
      if (!Files.isDirectory(home)) {
        make(installation, arguments, statements, home);
      }
      return new Template(home.resolve("data"));
    } finally {
      lock.unlock();
    }
  }

  private List<String> arguments(int walSegmentMegabytes) {
    if (locale == null) {
      locale = locale();
    }
    return List.of(
        "--username=postgres",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=" + locale,
        "--wal-segsize=" + walSegmentMegabytes,
        "--auth-local=peer",
        // Only the files we generate ourselves open a server to the network.
        "--auth-host=reject",
        // Brought to disk as a whole before the template is published.
        "--no-sync");
  }

  private void make(
      Installation installation, List<String> arguments, String statements, Path home) {
    Path partial = home.resolveSibling(home.getFileName() + ".partial");
    Path data = partial.resolve("data");
    Orphans.endIn(partial);
    OwnedFiles.delete(partial);
    OwnedFiles.directory(directory, ServerAccount.current(), "rwx--x--x");
    OwnedFiles.directory(partial, preparer, "rwx------");
    Object[] initdb = new Object[arguments.size() + 2];
    initdb[0] = installation.program("initdb");
    initdb[1] = "--pgdata=" + data;
    System.arraycopy(arguments.toArray(), 0, initdb, 2, arguments.size());
    Command.of(initdb).as(preparer).runIn(partial);
    // A server without a listener: nobody can get between initdb and the first revoke.
    Command.of(
            installation.program("postgres"),
            "--single",
            "-j",
            "-D",
            data,
            "-c",
            "exit_on_error=on",
            "-c",
            "log_min_messages=fatal",
            "template1")
        .as(preparer)
        // With -j a statement ends at an empty line.
        .reading(statements)
        .runIn(partial);
    verifyShutDown(installation, data);
    OwnedFiles.give(partial, ServerAccount.current());
    Command.of("sync", "-f", partial).run();
    try {
      Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new PostgresException("could not publish the template " + home + ": " + e, e);
    }
    OwnedFiles.force(directory);
  }

  /** A single-user server that failed may still have ended with code 0. */
  private static void verifyShutDown(Installation installation, Path data) {
    String control = Command.of(installation.program("pg_controldata"), "-D", data).run();
    boolean database = false;
    try (var files = Files.list(data.resolve("base"))) {
      // template1, template0, postgres and the tenant's.
      database = files.filter(Files::isDirectory).count() >= 4;
    } catch (IOException e) {
      throw new PostgresException("could not look into the template: " + e, e);
    }
    if (!database || !control.matches("(?s).*Database cluster state: +shut down\\n.*")) {
      throw new PostgresException("preparing a PostgreSQL template failed: " + control);
    }
  }

  private static String locale() {
    return Command.of("locale", "-a")
            .run()
            .lines()
            .anyMatch(name -> name.equalsIgnoreCase("en_US.utf8"))
        ? PREFERRED_LOCALE
        : FALLBACK_LOCALE;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
