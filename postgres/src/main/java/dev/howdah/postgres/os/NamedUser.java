package dev.howdah.postgres.os;

import dev.howdah.postgres.PostgresException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs programs that insist on a user with a name, as a server's own user, which has only a number.
 * Where the kernel lets everybody make user namespaces, the program sees itself as {@code postgres}
 * in one and is that number to everybody else. Where it does not, the program really is {@code
 * postgres}, and what it works on belongs to that user meanwhile.
 */
public final class NamedUser {

  private final ServerAccount account;
  private final ServerAccount worker;
  private final List<String> prefix;

  private NamedUser(ServerAccount account, ServerAccount worker, List<String> prefix) {
    this.account = account;
    this.worker = worker;
    this.prefix = prefix;
  }

  /**
   * Finds the way for an account.
   *
   * @param preparer the named account of {@link ServerAccounts#preparer}
   */
  public static NamedUser of(ServerAccount account, ServerAccount preparer) {
    if (account.isCurrent() || account.equals(preparer)) {
      return new NamedUser(account, account, account.prefix());
    }
    List<String> namespace = new ArrayList<>(account.prefix());
    namespace.addAll(
        List.of(
            "unshare",
            "--user",
            "--map-user=" + preparer.uid(),
            "--map-group=" + preparer.gid(),
            "--"));
    try {
      List<Object> words = new ArrayList<>(namespace);
      words.add("true");
      Command.of(words.toArray()).run();
      return new NamedUser(account, account, namespace);
    } catch (PostgresException refused) {
      return asPreparer(account, preparer);
    }
  }

  /** The way without namespaces. */
  static NamedUser asPreparer(ServerAccount account, ServerAccount preparer) {
    // With the group of the account, to which the directories above are open.
    ServerAccount worker = new ServerAccount(preparer.uid(), account.gid());
    return new NamedUser(account, worker, worker.prefix());
  }

  /** A program with its arguments, run as this user. */
  public Command command(Object... words) {
    List<Object> all = new ArrayList<>(prefix);
    all.addAll(List.of(words));
    return Command.of(all.toArray());
  }

  /** The name the program sees itself under. */
  public String name() {
    return command("id", "-un").run().strip();
  }

  /** Lets the programs work in directories of the account; {@link #giveBack} follows. */
  public void lend(Path... directories) {
    for (Path directory : directories) {
      if (!worker.equals(account)) {
        OwnedFiles.give(directory, worker);
      }
    }
  }

  /** Gives the directories back to the account. */
  public void giveBack(Path... directories) {
    for (Path directory : directories) {
      if (!worker.equals(account)) {
        OwnedFiles.give(directory, account);
      }
    }
  }
}
