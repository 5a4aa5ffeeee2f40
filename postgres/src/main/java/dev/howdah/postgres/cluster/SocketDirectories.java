package dev.howdah.postgres.cluster;

import dev.howdah.postgres.os.CurrentUser;
import dev.howdah.postgres.os.ServerAccount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/** Finds a directory whose name is short enough for a Unix socket in it. */
final class SocketDirectories {

  /** The kernel's limit is 108 with the closing zero. */
  private static final int LONGEST = 107;

  private static final String LONGEST_SOCKET = "/.s.PGSQL.65535.lock";

  private SocketDirectories() {}

  static Path of(Path home) {
    Path own = home.resolve("run").toAbsolutePath().normalize();
    int length = (own + LONGEST_SOCKET).getBytes(StandardCharsets.UTF_8).length;
    if (length <= LONGEST) {
      return own;
    }
    // Named by the cluster's whole path, so that two data roots do not meet.
    String name =
        UUID.nameUUIDFromBytes(own.toString().getBytes(StandardCharsets.UTF_8)).toString();
    Path base =
        CurrentUser.isRoot()
            ? Path.of("/run/howdah")
            : Path.of("/tmp", "howdah-" + ServerAccount.current().uid());
    return base.resolve(name);
  }
}
