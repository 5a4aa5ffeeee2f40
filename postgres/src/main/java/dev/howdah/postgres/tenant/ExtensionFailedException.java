package dev.howdah.postgres.tenant;

import dev.howdah.postgres.PostgresException;
import java.util.List;

/**
 * A database was made anew, and is ready to be used, but extensions are missing from it; the
 * message names each with the reason.
 */
public final class ExtensionFailedException extends PostgresException {

  private static final long serialVersionUID = 1;

  /** With a sentence for each extension. */
  ExtensionFailedException(List<String> failures) {
    super(String.join("; ", failures));
  }
}
