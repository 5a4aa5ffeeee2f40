package dev.howdah.postgres.version;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The PostgreSQL versions found on this host, newest first. */
public record Installations(List<Installation> all) {

  /** Copies the list. */
  public Installations {
    all = List.copyOf(all);
  }

  /** Looks where Debian and its relatives put PostgreSQL: {@code /usr/lib/postgresql/N/bin}. */
  public static Installations find() {
    return find(Path.of("/usr/lib/postgresql"));
  }

  /** Looks under another directory of the same layout. */
  public static Installations find(Path directory) {
    if (!Files.isDirectory(directory)) {
      return new Installations(List.of());
    }
    try (Stream<Path> children = Files.list(directory)) {
      return new Installations(
          children
              .map(child -> child.resolve("bin"))
              // A client-only package has the directory without the server.
              .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
              .map(Installations::ask)
              .sorted(Comparator.comparingInt(Installation::major).reversed())
              .toList());
    } catch (IOException e) {
      throw new PostgresException("could not look into " + directory + ": " + e.getMessage(), e);
    }
  }

  /** The installation of a major version, if the host has it. */
  public Optional<Installation> major(int major) {
    return all.stream().filter(i -> i.major() == major).findFirst();
  }

  /**
   * The installation of a major version that must be there.
   *
   * @throws PostgresException when it is not
   */
  public Installation require(int major) {
    return major(major)
        .orElseThrow(
            () -> new PostgresException("PostgreSQL " + major + " is not installed on this host"));
  }

  /** The newest installation, if there is any. */
  public Optional<Installation> newest() {
    return all.stream().findFirst();
  }

  private static Installation ask(Path bin) {
    // "postgres (PostgreSQL) 15.18 (Debian …)"
    String version = Command.of(bin.resolve("postgres"), "--version").run().split("\\s+", -1)[2];
    int major = Integer.parseInt(version.replaceFirst("[^0-9].*", ""));
    List<String> places =
        Command.of(bin.resolve("pg_config"), "--pkglibdir", "--sharedir").run().lines().toList();
    return new Installation(major, version, bin, Path.of(places.get(0)), Path.of(places.get(1)));
  }
}
