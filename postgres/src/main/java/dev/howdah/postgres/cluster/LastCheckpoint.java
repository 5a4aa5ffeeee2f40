package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a cluster's last checkpoint is: after a shutdown, the last record of its log. */
final class LastCheckpoint {
  private static final Pattern LOCATION =
      Pattern.compile("Latest checkpoint location: +([0-9A-F]+/[0-9A-F]+)");

  private LastCheckpoint() {}

  static Lsn of(Installation installation, Path data) {
    Matcher location = LOCATION.matcher(SystemIdentifier.controlData(installation, data));
    if (!location.find()) {
      throw new PostgresException("pg_controldata names no checkpoint of " + data);
    }
    return Lsn.of(location.group(1));
  }
}
