package dev.howdah.postgres.os;

/**
 * Which operating system user each server runs as. As root every cluster gets a user id of its own,
 * so that code running in one server reaches no other; where the kernel's user namespace has no
 * room for that, all share the unprivileged {@code postgres} user; and without root all run as
 * ourselves.
 */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
public sealed interface ServerAccounts {

  /** The first user id given out as root; the cluster's port is added to it. */
  int DEFAULT_UID_BASE = 1_100_000;

  /** Each server has the user id {@code base + port}. */
  record PerCluster(int base) implements ServerAccounts {}

  /** All servers share one unprivileged user, because ids of their own cannot be had. */
  record Shared(ServerAccount account) implements ServerAccounts {}

  /** All servers run as the user that Howdah runs as. */
  record Own(ServerAccount account) implements ServerAccounts {}

  /** Finds what this process may do. */
  static ServerAccounts detect() {
    return detect(DEFAULT_UID_BASE);
  }

  /** Finds what this process may do, with another first user id. */
  static ServerAccounts detect(int base) {
    throw new UnsupportedOperationException();
  }

  /** The account of the server at a port. */
  default ServerAccount forPort(int port) {
    throw new UnsupportedOperationException();
  }
}
