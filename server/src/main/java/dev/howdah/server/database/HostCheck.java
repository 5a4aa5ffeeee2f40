package dev.howdah.server.database;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.Volume;
import dev.howdah.postgres.version.Installation;
import dev.howdah.server.doctor.Check;
import dev.howdah.server.doctor.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Whether this host has what databases need. */
public final class HostCheck {
  private static final double LITTLE = 0.10;
  private static final long VERY_LITTLE = 1L << 30;

  private final PostgresHost host;

  /** Of one host. */
  public HostCheck(PostgresHost host) {
    this.host = host;
  }

  /** What is looked at. */
  public Check check() {
    return new Check("Host", this::findings);
  }

  private List<Finding> findings() {
    var findings = new ArrayList<Finding>();
    findings.add(postgres());
    findings.add(
        host.repositories()
            .version()
            .map(version -> Finding.good("pgBackRest", version))
            .orElseGet(() ->
                Finding.bad(
                    "pgBackRest",
                    "It is not installed, so that production databases are not protected.",
                    "Install it (apt-get install pgbackrest).")));
    findings.add(
        Finding.good(
            "Fast forks",
            host.snapshots().supported()
                ? "from snapshots: the data volume shares blocks (reflink)"
                : "from base copies: the data volume cannot share blocks (no reflink)"));
    findings.add(space("Space for data", host.clusters().root()));
    Path repositories = host.repositories().directory();
    findings.add(Finding.good("Repositories", host.repositories().place()));
    if (Files.isDirectory(repositories)) {
      findings.add(space("Space for repositories", repositories));
    }
    return findings;
  }

  private Finding postgres() {
    String versions =
        host.installations().all().stream()
            .map(Installation::version)
            .collect(Collectors.joining(", "));
    return versions.isEmpty()
        ? Finding.bad(
            "PostgreSQL", "None is installed.", "Install one (apt-get install postgresql).")
        : Finding.good("PostgreSQL", versions);
  }

  private static Finding space(String about, Path path) {
    Volume volume = Volume.of(path);
    String text =
        "%s of %s free"
            .formatted(DatabaseInfo.size(volume.available()), DatabaseInfo.size(volume.total()));
    return volume.available() < VERY_LITTLE || volume.available() < volume.total() * LITTLE
        ? Finding.bad(about, text, "Make room on the volume of " + path + ", or enlarge it.")
        : Finding.good(about, text);
  }
}
