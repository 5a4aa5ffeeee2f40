package dev.howdah.postgres.os;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Files and directories with an owner and a mode, written so that a reader sees the old or the new
 * content and nothing between.
 */
public final class OwnedFiles {

  private OwnedFiles() {}

  /** Makes a directory with its parents, or corrects one that exists. */
  public static void directory(Path path, ServerAccount owner, String mode) {
    try {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      own(path, owner.uid(), owner.gid());
    } catch (IOException e) {
      throw failed("make the directory", path, e);
    }
  }

  /**
   * Writes a file that we own and a group may read, unless it has that content already. The
   * directory must be ours: a server's own user could plant a link in its directories.
   *
   * @return whether the content is new
   */
  public static boolean write(Path path, String content, ServerAccount reader) {
    return write(path, content, reader, reader.isCurrent() ? "rw-------" : "rw-r-----");
  }

  /** The same for a file without secrets that every user of the host may read. */
  public static boolean writePublic(Path path, String content) {
    return write(path, content, ServerAccount.current(), "rw-r--r--");
  }

  /**
   * The same for a secret of a server's: a file of its own, which nobody else may read. Programs
   * that look for a password refuse others.
   */
  public static boolean writeFor(ServerAccount owner, Path path, String content) {
    return write(path, content, owner.uid(), owner, "rw-------");
  }

  private static boolean write(Path path, String content, ServerAccount reader, String mode) {
    return write(path, content, ServerAccount.current().uid(), reader, mode);
  }

  private static boolean write(
      Path path, String content, int owner, ServerAccount reader, String mode) {
    try {
      if (content.equals(read(path))) {
        return false;
      }
      Path partial = path.resolveSibling("." + path.getFileName() + ".partial");
      Files.deleteIfExists(partial);
      Files.createFile(
          partial,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(partial, content);
      own(partial, owner, reader.gid());
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString(mode));
      // On disk before it is seen: a power failure would leave an empty file under the name.
      force(partial);
      Files.move(partial, path, StandardCopyOption.ATOMIC_MOVE);
      force(partial.resolveSibling("."));
      return true;
    } catch (IOException e) {
      throw failed("write", path, e);
    }
  }

  /** Makes a new file that we write and a group may read. The directory must be ours. */
  public static java.io.OutputStream create(Path path, ServerAccount reader) {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      own(path, ServerAccount.current().uid(), reader.gid());
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(reader.isCurrent() ? "rw-------" : "rw-r-----"));
      return Files.newOutputStream(path);
    } catch (IOException e) {
      throw failed("make", path, e);
    }
  }

  /** The content of a file, or nothing where there is no file. */
  public static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  /** Waits until a file or directory is on disk. */
  public static void force(Path path) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw failed("bring to disk", path, e);
    }
  }

  /** Deletes a file or a whole directory, if it is there; follows no link. */
  public static void delete(Path path) {
    // Java's own recursion follows a link that is swapped in meanwhile; rm does not.
    Command.of("rm", "-rf", "--one-file-system", "--", path).run();
  }

  /** Gives a whole new directory to an account. */
  public static void give(Path path, ServerAccount owner) {
    if (!owner.isCurrent()) {
      Command.of("chown", "-hR", owner.uid() + ":" + owner.gid(), "--", path).run();
    }
  }

  private static void own(Path path, int uid, int gid) throws IOException {
    // Without root we own everything we make, and could not give it away.
    if (CurrentUser.isRoot()) {
      Files.setAttribute(path, "unix:uid", uid);
      Files.setAttribute(path, "unix:gid", gid);
    }
  }

  private static PostgresException failed(String what, Path path, IOException e) {
    return new PostgresException("could not " + what + " " + path + ": " + e, e);
  }
}
