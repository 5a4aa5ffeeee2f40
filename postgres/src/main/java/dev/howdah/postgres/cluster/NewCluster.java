package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.template.Template;
import dev.howdah.postgres.version.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a cluster's directory from a template. Nothing is seen under the final name before it is
 * complete, so a crash at any point leaves only something that the next try deletes.
 */
public final class NewCluster {

  private static final Logger log = LoggerFactory.getLogger(NewCluster.class);

  /** The last part of the name of a directory that is not complete. */
  static final String PARTIAL = ".partial";

  private NewCluster() {}

  /**
   * Makes the directory from a template, unless it exists. Only what was never published is ever
   * deleted.
   *
   * @param configure writes the configuration into the still unpublished directory; paths in it
   *     must be those of {@code directory}
   */
  public static void make(
      ClusterDirectory directory,
      Template template,
      Installation installation,
      int port,
      ServerAccount account,
      Consumer<ClusterDirectory> configure) {
    make(
        directory,
        installation,
        port,
        account,
        partial -> {
          Command.of("cp", "-a", "--reflink=auto", "--", template.data(), partial.data())
              // Working there, so that it can be found: see Orphans.
              .runIn(partial.home());
          SystemIdentifier.renew(installation, partial.data());
        },
        configure);
  }

  /**
   * The same, from anything.
   *
   * @param fill makes the data directory; who owns it is seen to afterwards
   */
  static void make(
      ClusterDirectory directory,
      Installation installation,
      int port,
      ServerAccount account,
      Consumer<ClusterDirectory> fill,
      Consumer<ClusterDirectory> configure) {
    if (directory.exists() || adopt(directory, () -> installation)) {
      return;
    }
    ClusterDirectory partial =
        new ClusterDirectory(
            directory.home().resolveSibling(directory.home().getFileName() + PARTIAL));
    Orphans.endIn(partial.home());
    OwnedFiles.delete(partial.home());
    // Not a database: adopt would have found it.
    OwnedFiles.delete(directory.home());
    ServerAccount ours = ServerAccount.current();
    // The server's group may pass through; everybody else sees nothing.
    ServerAccount passable = new ServerAccount(ours.uid(), account.gid());
    OwnedFiles.directory(partial.home(), passable, "rwxr-x---");
    OwnedFiles.directory(partial.conf(), passable, "rwxr-x---");
    OwnedFiles.directory(partial.log(), ours, "rwx------");
    OwnedFiles.directory(partial.spool(), account, "rwx------");
    OwnedFiles.directory(partial.home().resolve("run"), account, "rwx------");
    fill.accept(partial);
    OwnedFiles.give(partial.data(), account);
    partial.write(
        new ClusterDirectory.Facts(
            installation.major(), port, account, ClusterDirectory.currentBoot()));
    configure.accept(partial);
    try {
      Files.move(partial.home(), directory.home(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new PostgresException("could not publish " + directory.home() + ": " + e, e);
    }
  }

  /**
   * Keeps a directory that was never marked as brought to disk before the host was restarted. A
   * crash of the host during the first start leaves such a thing; so does a backup that was copied
   * back in part, and then it holds all there is: nobody but its owner may delete it.
   *
   * @return whether there is a database, which is trusted from now on
   * @throws PostgresException when there is one that cannot be used
   */
  static boolean adopt(ClusterDirectory directory, Supplier<Installation> installation) {
    if (!directory.holdsDatabase()) {
      return false;
    }
    if (directory.facts().port() == 0
        || !SystemIdentifier.isReadable(installation.get(), directory.data())) {
      throw new PostgresException(
          directory.home()
              + " holds a database that is not complete, and it was left as it is. If it comes from"
              + " a backup, copy all of it back");
    }
    log.warn(
        "{} was not marked as brought to disk before the host was restarted; it looks complete and"
            + " is used as it is",
        directory.home());
    Command.of("sync", "-f", directory.home()).run();
    directory.markDurable();
    return true;
  }

  /** Deletes a cluster's directory, complete or not. Its server must not run. */
  public static void delete(ClusterDirectory directory) {
    Path sockets = directory.socketDirectory();
    // Renamed first: a half-deleted directory must not pass for a cluster.
    Path partial = directory.home().resolveSibling(directory.home().getFileName() + PARTIAL);
    Orphans.endIn(partial);
    Orphans.endIn(directory.home());
    OwnedFiles.delete(partial);
    try {
      if (Files.exists(directory.home())) {
        Files.move(directory.home(), partial, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new PostgresException("could not delete " + directory.home() + ": " + e, e);
    }
    OwnedFiles.delete(partial);
    OwnedFiles.delete(sockets);
  }
}
