package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.copy.PendingRecovery;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Where the parts of one cluster are. The directory itself and {@code conf} and {@code log} are
 * Howdah's; {@code data}, {@code run} and {@code spool} belong to the server's own user. So even
 * code that has taken over a server cannot change who may log in, nor lead us astray by a link.
 *
 * @param home the directory of the cluster
 */
public record ClusterDirectory(Path home) {

  /** What we must know of a cluster before its server runs. */
  record Facts(int major, int port, ServerAccount account, String boot) {

    String text() {
      return "major=%d\nport=%d\nuid=%d\ngid=%d\nboot=%s\n"
          .formatted(major, port, account.uid(), account.gid(), boot);
    }

    static Facts parse(String text) {
      Properties properties = new Properties();
      try {
        properties.load(new StringReader(text));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Facts(
          number(properties, "major"),
          number(properties, "port"),
          new ServerAccount(number(properties, "uid"), number(properties, "gid")),
          properties.getProperty("boot", ""));
    }

    private static int number(Properties properties, String key) {
      return Integer.parseInt(properties.getProperty(key, "0"));
    }
  }

  /** PostgreSQL's data directory. */
  public Path data() {
    return home.resolve("data");
  }

  /** Configuration, access rules, certificate and key. */
  public Path conf() {
    return home.resolve("conf");
  }

  /** The directory of the server's log. */
  public Path log() {
    return home.resolve("log");
  }

  /** What the server prints. */
  public Path logFile() {
    return log().resolve("postgresql.log");
  }

  /** Write-ahead log on its way to the repository. */
  public Path spool() {
    return home.resolve("spool");
  }

  /**
   * The directory of the Unix socket. Normally {@code run}; the kernel allows 107 bytes for a
   * socket's path, so under a deep root it is a short one of the same owner elsewhere.
   */
  public Path socketDirectory() {
    return SocketDirectories.of(home);
  }

  /** Whether the cluster is here and its files can be trusted. */
  public boolean exists() {
    return Files.isDirectory(data()) && (isDurable() || facts().boot().equals(currentBoot()));
  }

  /** Whether there is anything of a database, trusted or not. */
  boolean holdsDatabase() {
    return Files.exists(data().resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether there is anything here at all, trusted or not. */
  public boolean isTaken() {
    try (Stream<Path> children = Files.list(home)) {
      return children.findAny().isPresent();
    } catch (NoSuchFileException absent) {
      return false;
    } catch (IOException e) {
      throw new PostgresException("could not look into " + home + ": " + e, e);
    }
  }

  /**
   * Whether all of a new cluster's files have once been brought to disk. Until then they are worth
   * nothing after a power failure.
   */
  boolean isDurable() {
    return Files.exists(durableMark());
  }

  void markDurable() {
    try {
      if (!isDurable()) {
        Files.createFile(durableMark());
      }
    } catch (IOException e) {
      throw new PostgresException("could not write " + durableMark() + ": " + e, e);
    }
    OwnedFiles.force(durableMark());
    OwnedFiles.force(home);
  }

  Facts facts() {
    return Facts.parse(OwnedFiles.read(factsFile()));
  }

  void write(Facts facts) {
    OwnedFiles.write(factsFile(), facts.text(), ServerAccount.current());
  }

  /** The kernel's name for the time since this host was started. */
  static String currentBoot() {
    return OwnedFiles.read(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  /** Why the last start failed; empty when it did not. */
  String startFailure() {
    return OwnedFiles.read(startFailureFile()).strip();
  }

  /** Keeps why a start failed, so that it can be told until one succeeds; empty forgets it. */
  void setStartFailure(String reason) {
    try {
      if (!reason.isEmpty() && exists()) {
        OwnedFiles.write(startFailureFile(), reason, ServerAccount.current());
      } else {
        Files.deleteIfExists(startFailureFile());
      }
    } catch (IOException e) {
      throw new PostgresException("could not remove " + startFailureFile() + ": " + e, e);
    }
  }

  /** Whether a start of the server follows a leader, for ever or until it is promoted. */
  boolean isStandby() {
    return Files.exists(data().resolve("standby.signal"), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether a start of the server begins or goes on with the recovery of a copy. */
  boolean isRecovering() {
    return Files.exists(data().resolve("recovery.signal"), LinkOption.NOFOLLOW_LINKS);
  }

  /** What the recovery of this copy is to do or came to; empty for what is no copy. */
  Optional<PendingRecovery> recovery() {
    return PendingRecovery.parse(OwnedFiles.read(recoveryFile()));
  }

  void write(PendingRecovery recovery) {
    OwnedFiles.write(recoveryFile(), recovery.text(), ServerAccount.current());
  }

  private Path recoveryFile() {
    return home.resolve("recovery.properties");
  }

  private Path startFailureFile() {
    return home.resolve("start-failure");
  }

  private Path durableMark() {
    return home.resolve("durable");
  }

  private Path factsFile() {
    return home.resolve("cluster.properties");
  }
}
