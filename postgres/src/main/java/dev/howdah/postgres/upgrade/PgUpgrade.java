package dev.howdah.postgres.upgrade;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.NamedUser;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One run of PostgreSQL's pg_upgrade over a copied data directory whose server was shut down in
 * good order. It works in {@code <home>/upgrade}, where the new data directory arises, and
 * hard-links the old one's files into it: the time does not depend on the size. Everything may be
 * done again after it was interrupted at any point, until the result is taken.
 *
 * @param home the cluster's directory; it is ours
 * @param data its data directory; the account's
 * @param sockets a directory of the account's whose name is short enough for a Unix socket
 */
public record PgUpgrade(
    Installation from,
    Installation to,
    Path home,
    Path data,
    Path sockets,
    ServerAccount account,
    ServerAccount preparer,
    int port) {

  /** No secret and nothing of the cluster's own settings: what these short-lived servers need. */
  private static final String SETTINGS =
      """
      listen_addresses = ''
      max_connections = 20
      shared_buffers = 32MB
      max_locks_per_transaction = 256
      shared_preload_libraries = 'pg_stat_statements'
      autovacuum = off
      jit = off
      lc_messages = 'C'
      timezone = 'UTC'
      log_timezone = 'UTC'
      """;

  /**
   * What our templates hold was made without a listener, too, and has numbers of objects that
   * pg_dump takes for PostgreSQL's own and expects in every new database. Frozen, because the new
   * cluster goes on with the old one's transactions.
   */
  private static final String BUILT_IN =
      """
      CREATE EXTENSION pg_stat_statements SCHEMA public;

      VACUUM FREEZE;

      """;

  /** Longest text of a finding that is told. */
  private static final int TOLD = 2000;

  /** Makes the empty directory that the data will go into. Begins anew when there is one. */
  public void prepare(Layout layout) {
    clear();
    OwnedFiles.directory(work(), account, "rwx------");
    NamedUser user = user();
    user.lend(work());
    Object[] words =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(to.program("initdb"), "--pgdata=" + result()),
                layout.arguments(to.major()).stream())
            .toArray();
    user.command(words).runIn(work());
    user.command(
            to.program("postgres"),
            "--single",
            "-j",
            "-D",
            result(),
            "-c",
            "exit_on_error=on",
            "template0")
        .reading(BUILT_IN)
        .runIn(work());
    user.giveBack(work());
  }

  /**
   * Moves everything over, after pg_upgrade's own checks.
   *
   * @throws IncompatibleException when these find something; nothing was moved then
   */
  public void run() {
    endRemains();
    NamedUser user = user();
    user.lend(data, work(), sockets);
    try {
      restoreControl(user);
      for (Path directory : List.of(data, result())) {
        configure(user, directory);
      }
      check(user);
      link(user);
    } finally {
      user.giveBack(data, work(), sockets);
    }
  }

  /** Only the checks; nothing is changed. The result is not ready. */
  private void check(NamedUser user) {
    try {
      upgrade(user, "--check");
    } catch (PostgresException refused) {
      throw new IncompatibleException(finding(user, String.valueOf(refused.getMessage())));
    }
  }

  private void link(NamedUser user) {
    try {
      upgrade(user, "--link");
    } catch (PostgresException failed) {
      // Its own words only name the log that says why.
      String errors =
          user.command(
                  "find",
                  work(),
                  "-name",
                  "*.log",
                  "-size",
                  "-1024k",
                  "-exec",
                  "grep",
                  "-hE",
                  "(error|ERROR|FATAL|PANIC): ",
                  "{}",
                  ";")
              .run();
      throw new PostgresException(
          "pg_upgrade failed: " + shortened(errors.replaceAll("\\s+", " ").strip()), failed);
    }
  }

  private void upgrade(NamedUser user, String mode) {
    user.command(
            to.program("pg_upgrade"),
            mode,
            "--old-bindir=" + from.bin(),
            "--new-bindir=" + to.bin(),
            "--old-datadir=" + data,
            "--new-datadir=" + result(),
            "--old-port=" + port,
            "--new-port=" + port,
            "--socketdir=" + sockets,
            "--username=postgres",
            "--jobs=2")
        .runIn(work());
  }

  /** The new data directory. */
  public Path result() {
    return work().resolve("data");
  }

  /** Deletes what is left, also what was interrupted. */
  public void clear() {
    // The server of the old directory may run.
    Orphans.endIn(work());
    OwnedFiles.delete(work());
  }

  /** Ends programs that outlived a Howdah which was killed: they would go on in the same files. */
  public void endRemains() {
    Orphans.endIn(work());
    Orphans.endIn(data);
    for (Path directory : List.of(data, result())) {
      OwnedFiles.delete(directory.resolve("postmaster.pid"));
    }
    OwnedFiles.delete(sockets.resolve(".s.PGSQL." + port));
    OwnedFiles.delete(sockets.resolve(".s.PGSQL." + port + ".lock"));
  }

  /**
   * pg_upgrade takes the old directory's control file away before it links, so that nobody starts
   * both. Nobody has started the new one, so the old one is still good.
   */
  private void restoreControl(NamedUser user) {
    Path control = data.resolve("global/pg_control");
    Path moved = data.resolve("global/pg_control.old");
    if (!Files.exists(control, LinkOption.NOFOLLOW_LINKS)
        && Files.exists(moved, LinkOption.NOFOLLOW_LINKS)) {
      user.command("mv", "-n", "--", moved, control).run();
    }
  }

  /** As the account itself: in its directories a link could lead us astray. */
  private void configure(NamedUser user, Path directory) {
    write(user, directory.resolve("postgresql.conf"), SETTINGS);
    write(user, directory.resolve("pg_hba.conf"), "local all postgres peer map=upgrade\n");
    write(
        user,
        directory.resolve("pg_ident.conf"),
        "upgrade \"%s\" postgres\n".formatted(user.name()));
  }

  private static void write(NamedUser user, Path file, String text) {
    user.command("tee", "--", file).reading(text).run();
  }

  /** What the checks found, with the lists they have written. */
  private String finding(NamedUser user, String output) {
    String lists =
        user.command("find", work(), "-name", "*.txt", "-size", "-64k", "-exec", "cat", "{}", "+")
            .run();
    String said =
        output
            .lines()
            .filter(line -> !line.isBlank() && !line.endsWith(" ok"))
            .filter(line -> !line.startsWith("Performing ") && !line.startsWith("-----"))
            .filter(line -> !line.contains(work().toString()))
            .map(String::strip)
            .collect(Collectors.joining(" "));
    String told =
        lists.isBlank() ? said : said + " Found: " + lists.replaceAll("\\s+", " ").strip();
    return shortened(told);
  }

  private static String shortened(String text) {
    return text.length() > TOLD ? text.substring(0, TOLD) + "…" : text;
  }

  private NamedUser user() {
    return NamedUser.of(account, preparer);
  }

  private Path work() {
    return home.resolve("upgrade");
  }
}
