package dev.howdah.postgres.version;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The PostgreSQL versions found on this host, newest first. */
@SuppressWarnings("DoNotCallSuggester") // a signature, its body to come
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
    throw new UnsupportedOperationException();
  }

  /** The installation of a major version, if the host has it. */
  public Optional<Installation> major(int major) {
    return all.stream().filter(i -> i.major() == major).findFirst();
  }

  /** The newest installation, if there is any. */
  public Optional<Installation> newest() {
    return all.stream().findFirst();
  }
}
