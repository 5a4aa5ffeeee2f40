package dev.howdah.postgres.os;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who we are, as the kernel sees it. */
public final class CurrentUser {

  private static final ServerAccount ACCOUNT = read();

  private CurrentUser() {}

  /** The effective user and group id of this process. */
  static ServerAccount account() {
    return ACCOUNT;
  }

  /** Whether this process may act as any user. */
  public static boolean isRoot() {
    return ACCOUNT.uid() == 0;
  }

  /**
   * The name PostgreSQL's peer authentication will see.
   *
   * @throws PostgresException when the password file has no name for our user id
   */
  public static String name() {
    String name = System.getProperty("user.name", "?");
    if (name.equals("?")) {
      throw new PostgresException(
          "user id %d has no name in the password file, and peer authentication needs one"
              .formatted(ACCOUNT.uid()));
    }
    return name;
  }

  private static ServerAccount read() {
    try {
      int uid = -1;
      int gid = -1;
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        String[] words = line.split("\\s+", -1);
        // The second number is the effective id.
        switch (words[0]) {
          case "Uid:" -> uid = Integer.parseInt(words[2]);
          case "Gid:" -> gid = Integer.parseInt(words[2]);
          default -> {}
        }
      }
      return new ServerAccount(uid, gid);
    } catch (IOException e) {
      throw new PostgresException("could not read our user id: " + e.getMessage(), e);
    }
  }
}
