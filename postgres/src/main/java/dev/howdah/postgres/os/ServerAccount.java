package dev.howdah.postgres.os;

import java.util.List;

/**
 * The operating system's identity of one PostgreSQL server.
 *
 * @param uid the numeric user id; needs no entry in the password file
 * @param gid the numeric group id
 */
public record ServerAccount(int uid, int gid) {

  /** The user this process runs as. */
  public static ServerAccount current() {
    return CurrentUser.account();
  }

  /** Whether this is the user Howdah itself runs as. */
  public boolean isCurrent() {
    return equals(current());
  }

  /** The words to put before a command so that it runs as this user. */
  public List<String> prefix() {
    if (isCurrent()) {
      return List.of();
    }
    return List.of(
        "setpriv",
        "--reuid=" + uid,
        "--regid=" + gid,
        "--clear-groups",
        // Nothing it runs may become more than it is, whatever programs the host has.
        "--no-new-privs",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--");
  }
}
