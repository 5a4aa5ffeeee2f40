package dev.howdah.postgres.version;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One PostgreSQL major version on this host.
 *
 * @param major the major version, such as 15
 * @param version the full version as the server says it, such as {@code 15.18}
 * @param bin the directory of its programs
 * @param lib the directory of its loadable modules
 * @param share the directory of its extension scripts and other data
 */
public record Installation(int major, String version, Path bin, Path lib, Path share) {

  /** The path of one of its programs. */
  public Path program(String name) {
    return bin.resolve(name);
  }

  /** Whether an extension's files are installed, so that it could be created. */
  public boolean offers(String extension) {
    // A name of the plan catalogue, not of a user; still no way out of the directory.
    return !extension.contains("/")
        && Files.exists(share.resolve("extension").resolve(extension + ".control"));
  }

  /** Whether a loadable module is installed. */
  public boolean hasModule(String name) {
    return Files.exists(lib.resolve(name + ".so"));
  }
}
