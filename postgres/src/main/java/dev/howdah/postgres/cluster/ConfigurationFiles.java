package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.replication.Upstream;
import dev.howdah.postgres.repository.Repositories;
import dev.howdah.postgres.repository.Repository;
import dev.howdah.postgres.tls.CertificateAuthority;
import dev.howdah.postgres.tls.ServerCertificate;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate, the settings and the access rules of the clusters on this host. */
final class ConfigurationFiles {

  private static final Logger log = LoggerFactory.getLogger(ConfigurationFiles.class);

  private final CertificateAuthority authority;
  private final Repositories repositories;
  private final Path scripts;

  ConfigurationFiles(CertificateAuthority authority, Repositories repositories, Path scripts) {
    this.authority = authority;
    this.repositories = repositories;
    this.scripts = scripts;
  }

  /** Writes files that speak of the cluster's final place into a place that may not be it yet. */
  void write(
      ClusterSpec spec,
      ClusterDirectory spoken,
      ClusterDirectory place,
      Installation installation) {
    ServerAccount reader = place.facts().account();
    Path file = place.conf().resolve(ServerConfiguration.CERTIFICATE);
    Path key = place.conf().resolve(ServerConfiguration.KEY);
    if (!Files.exists(key) || authority.needsRenewal(OwnedFiles.read(file), spec.hostNames())) {
      ServerCertificate certificate = authority.issue(spec.hostNames());
      // A crash between the two leaves a pair that does not match; removing the old certificate
      // first makes the next try issue a new pair.
      OwnedFiles.delete(file);
      OwnedFiles.write(key, certificate.keyPem(), reader);
      OwnedFiles.write(file, certificate.chainPem(), reader);
    }
    if (spec.replication() instanceof Replication.Follower(Upstream upstream)) {
      String authorityFile = OwnedFiles.read(authority.certificateFile());
      OwnedFiles.write(place.conf().resolve(ServerConfiguration.AUTHORITY), authorityFile, reader);
      String password = upstream.password().replace("\\", "\\\\").replace(":", "\\:");
      OwnedFiles.writeFor(
          reader, place.conf().resolve(ServerConfiguration.PASSWORD), "*:*:*:*:" + password + "\n");
    } else {
      OwnedFiles.delete(place.conf().resolve(ServerConfiguration.PASSWORD));
    }
    Path archiver = place.conf().resolve(ServerConfiguration.ARCHIVER);
    if (spec.archiving().isPresent()) {
      Repository repository = repositories.of(spec.archiving().get());
      makeRepository(repository, place);
      String settings = repository.serverSettings(spoken.data(), spoken.spool());
      OwnedFiles.write(archiver, settings, reader);
    } else {
      OwnedFiles.delete(archiver);
    }
    int segment = WalSegmentSize.megabytesIn(place.data());
    ServerConfiguration.forTenant(spec, spoken, segment, installation, scripts).writeTo(place);
  }

  /**
   * A repository that cannot be reached keeps no server from running: its write-ahead log waits,
   * and {@link Clusters#openRepository} is tried again.
   */
  private static void makeRepository(Repository repository, ClusterDirectory place) {
    try {
      repository.create(place.data(), place.facts().account());
    } catch (PostgresException unreachable) {
      log.warn(
          "the repository of {} cannot be made now: {}", place.home(), unreachable.getMessage());
    }
  }
}
