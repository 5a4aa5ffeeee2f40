package dev.howdah.postgres.dump;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.Orphans;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.version.Installation;
import dev.howdah.postgres.version.Installations;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Runs pg_dump and pg_restore. Every run has a directory of its own, which its processes work in,
 * so that those of a Howdah that was killed are found and ended. Passwords are in no argument list
 * and in no file. Safe for use by many threads.
 */
public final class Dumps {

  /** A schema of Howdah's own, which every database has already. */
  private static final String OWN_SCHEMA = "_heroku";

  /** What pg_dump waits for a lock at most before it gives up. */
  private static final String LOCK_PATIENCE = "10min";

  private final Path directory;
  private final Installations installations;
  private final ServerAccounts accounts;

  /** Runs that work below a directory. */
  public Dumps(Path directory, Installations installations, ServerAccounts accounts) {
    this.directory = directory;
    this.installations = installations;
    this.accounts = accounts;
  }

  /** Whether anybody waits. */
  public enum Urgency {
    /** Somebody does. */
    SOON,
    /** Nobody does: everything else goes first. */
    BACKGROUND;

    List<String> prefix() {
      return this == BACKGROUND ? List.of("nice", "-n", "10", "ionice", "-c", "3") : List.of();
    }
  }

  /** How a target takes what it gets. */
  public enum Mode {
    /** It is empty. */
    INTO_EMPTY,
    /** Objects of the same names are dropped first. What was there besides stays. */
    OVER_EXISTING
  }

  /**
   * Begins to copy everything one database contains into another. Owners and grants are not copied:
   * everything belongs to who restores it. What an earlier run of this id left is ended first.
   *
   * @param id names the run
   * @throws PostgresException when the programs cannot be started
   */
  public Copy copy(UUID id, Side from, Side to, Mode mode) {
    end(id);
    Installation programs = programs(installations, from.major(), to.major());
    List<String> dump =
        List.of(
            programs.program("pg_dump").toString(),
            "--format=custom",
            "--compress=0",
            "--no-password",
            "--no-owner",
            "--no-acl",
            "--no-subscriptions",
            "--exclude-schema=" + OWN_SCHEMA,
            "--lock-wait-timeout=" + LOCK_PATIENCE,
            from.connection().databaseArgument());
    var restore = new ArrayList<String>();
    restore.add(programs.program("pg_restore").toString());
    restore.addAll(List.of("--no-password", "--no-owner", "--no-acl"));
    if (mode == Mode.OVER_EXISTING) {
      restore.addAll(List.of("--clean", "--if-exists"));
    }
    restore.add(to.connection().databaseArgument());
    directories(id);
    Process reader = start(builder(id, "restore", to, restore).redirectOutput(Redirect.DISCARD));
    Process writer;
    try {
      writer =
          start(
              builder(id, "dump", from, dump)
                  .redirectInput(Redirect.from(Path.of("/dev/null").toFile())));
    } catch (PostgresException failed) {
      reader.destroyForcibly();
      throw failed;
    }
    var copy = new Copy(writer, reader);
    copy.start();
    return copy;
  }

  /**
   * Begins to dump everything a database contains, compressed, into a sink. What an earlier run of
   * this id left is ended first.
   *
   * @param id names the run
   * @param moment the state to dump, whose tables' rows are counted beside; it is let go of when
   *     the run is over
   * @throws PostgresException when the program cannot be started
   */
  public Capture capture(UUID id, Side from, Optional<Moment> moment, Capture.Sink sink) {
    end(id);
    Installation programs = programs(installations, from.major(), from.major());
    var dump =
        new ArrayList<>(
            List.of(
                programs.program("pg_dump").toString(),
                "--format=custom",
                "--no-password",
                "--no-subscriptions",
                "--exclude-schema=" + OWN_SCHEMA,
                "--lock-wait-timeout=" + LOCK_PATIENCE));
    moment.ifPresent(held -> dump.add("--snapshot=" + held.snapshot()));
    dump.add(from.connection().databaseArgument());
    directories(id);
    Process process =
        start(
            builder(id, "dump", from, dump)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile())));
    var capture = new Capture(process, sink, moment);
    capture.start();
    return capture;
  }

  /**
   * Begins to fetch an archive and to restore it into an empty database. Everything belongs to who
   * restores it. What an earlier run of this id left is ended first.
   *
   * @param id names the run
   * @param privileges whether the archive's grants are restored, too: their roles must exist
   * @param jobs how many processes restore at once
   */
  public Load load(
      UUID id, Load.Source source, Side to, boolean privileges, Urgency urgency, int jobs) {
    end(id);
    directories(id);
    ServerAccount account = accounts.forPort(to.confinedTo());
    Path archive = home(id).resolve("archive.dump");
    Path list = home(id).resolve("contents.list");
    var load =
        new Load(
            source,
            archive,
            OwnedFiles.create(archive, account),
            new Load.Programs() {
              @Override
              public Process list(Path file) {
                // The newest reads archives of all.
                Path program =
                    programs(installations, OptionalInt.empty(), to.major()).program("pg_restore");
                return start(
                    builder(
                        id, "list", to, List.of(program.toString(), "--list", file.toString())));
              }

              @Override
              public Process restore(Path file, Contents contents) {
                OwnedFiles.write(list, String.join("\n", contents.wanted()) + "\n", account);
                var words = new ArrayList<>(urgency.prefix());
                words.add(
                    programs(installations, contents.madeBy(), to.major())
                        .program("pg_restore")
                        .toString());
                words.addAll(List.of("--no-password", "--no-owner", "--jobs=" + jobs));
                if (!privileges) {
                  words.add("--no-acl");
                }
                words.add("--use-list=" + list);
                words.add(to.connection().databaseArgument());
                words.add(file.toString());
                return start(builder(id, "restore", to, words).redirectOutput(Redirect.DISCARD));
              }
            });
    load.start();
    return load;
  }

  private void directories(UUID id) {
    OwnedFiles.directory(directory, ServerAccount.current(), "rwx--x--x");
    OwnedFiles.directory(home(id), ServerAccount.current(), "rwx--x--x");
  }

  /** Ends every process of a run, also those of an earlier Howdah, and forgets it. Idempotent. */
  public void end(UUID id) {
    Orphans.endIn(home(id));
    OwnedFiles.delete(home(id));
  }

  private Path home(UUID id) {
    return directory.resolve(id.toString());
  }

  private ProcessBuilder builder(UUID id, String name, Side side, List<String> program) {
    ServerAccount account = accounts.forPort(side.confinedTo());
    Path work = home(id).resolve(name);
    OwnedFiles.directory(work, account, "rwx------");
    var words = new ArrayList<>(account.prefix());
    words.addAll(program);
    var builder = new ProcessBuilder(words).directory(work.toFile());
    builder.environment().clear();
    builder.environment().putAll(Command.environment());
    builder.environment().put("HOME", work.toString());
    builder.environment().putAll(side.connection().environment());
    return builder;
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new PostgresException("could not run " + builder.command().getFirst() + ": " + e, e);
    }
  }

  /**
   * The programs to use: pg_dump reads servers up to its own version, and pg_restore archives of
   * its own pg_dump. The oldest that will do, for what it writes suits older servers best; for a
   * server of an unknown version the newest.
   */
  static Installation programs(Installations installations, OptionalInt from, OptionalInt to) {
    Installation newest =
        installations
            .newest()
            .orElseThrow(() -> new PostgresException("no PostgreSQL is installed on this host"));
    if (from.isEmpty() || to.isEmpty()) {
      return newest;
    }
    int needed = Math.max(from.getAsInt(), to.getAsInt());
    return installations.all().stream()
        .filter(installation -> installation.major() >= needed)
        .reduce((newer, older) -> older)
        .orElse(newest);
  }
}
