package dev.howdah.postgres.os;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which operating system user each server runs as. As root every cluster gets a user id of its own,
 * so that code running in one server reaches no other; where the kernel's user namespace has no
 * room for that, all share the unprivileged {@code postgres} user; and without root all run as
 * ourselves.
 */
public sealed interface ServerAccounts {

  /** The first user id given out as root; the cluster's port is added to it. */
  int DEFAULT_UID_BASE = 1_100_000;

  /** Each server has the user id {@code base + port}. */
  record PerCluster(int base) implements ServerAccounts {
    @Override
    public ServerAccount forPort(int port) {
      return new ServerAccount(base + port, base + port);
    }
  }

  /** All servers share one unprivileged user, because ids of their own cannot be had. */
  record Shared(ServerAccount account) implements ServerAccounts {
    @Override
    public ServerAccount forPort(int port) {
      return account;
    }
  }

  /** All servers run as the user that Howdah runs as. */
  record Own(ServerAccount account) implements ServerAccounts {
    @Override
    public ServerAccount forPort(int port) {
      return account;
    }
  }

  /** The account of the server at a port. */
  ServerAccount forPort(int port);

  /**
   * The account that prepares data directories. {@code initdb} refuses to run as root and, other
   * than the server, refuses a user id without a name; as root it is therefore {@code postgres}.
   */
  default ServerAccount preparer() {
    return CurrentUser.isRoot() ? named("postgres") : ServerAccount.current();
  }

  /** Finds what this process may do. */
  static ServerAccounts detect() {
    return detect(DEFAULT_UID_BASE);
  }

  /** Finds what this process may do, with another first user id. */
  static ServerAccounts detect(int base) {
    if (!CurrentUser.isRoot()) {
      return new Own(ServerAccount.current());
    }
    try {
      boolean room =
          mapped(Files.readAllLines(Path.of("/proc/self/uid_map")), base)
              && mapped(Files.readAllLines(Path.of("/proc/self/gid_map")), base);
      return room ? new PerCluster(base) : new Shared(named("postgres"));
    } catch (IOException e) {
      throw new PostgresException("could not read the user namespace: " + e.getMessage(), e);
    }
  }

  /**
   * Whether the kernel's map has an id for every port; its lines say: inside, outside, how many.
   */
  static boolean mapped(List<String> map, int base) {
    long last = base + 65_535L;
    return map.stream()
        .map(line -> line.strip().split("\\s+", -1))
        .anyMatch(words -> {
          long first = Long.parseLong(words[0]);
          return first <= base && last < first + Long.parseLong(words[2]);
        });
  }

  /** The account of a user of the password file. */
  private static ServerAccount named(String user) {
    try {
      for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
        String[] fields = line.split(":", -1);
        if (fields.length > 3 && fields[0].equals(user)) {
          return new ServerAccount(Integer.parseInt(fields[2]), Integer.parseInt(fields[3]));
        }
      }
    } catch (IOException e) {
      throw new PostgresException("could not read the password file: " + e.getMessage(), e);
    }
    throw new PostgresException(
        "Howdah runs as root and needs an unprivileged user named \"" + user + "\" on this host");
  }
}
