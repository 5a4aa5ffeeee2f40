package dev.howdah.postgres.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.sql.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A history in a bucket. */
class BucketIT {

  @Test
  void historiesGoToABucketAndComeBack() throws Exception {
    try (TestHost test = TestHost.open();
        FakeBucket bucket = FakeBucket.open(test.host().certificateAuthority())) {
      // Servers' own users read it.
      Path authority = test.root().resolve("bucket-ca.pem");
      OwnedFiles.writePublic(authority, test.host().certificateAuthority().certificatePem());
      Storage storage =
          new Storage.Bucket(
              bucket.endpoint(),
              "howdah",
              "eu-test-1",
              FakeBucket.KEY,
              "a-secret-that-is-never-sent",
              Optional.of(authority),
              true);
      PostgresHost host = PostgresHost.open(test.root(), storage, Clock.systemUTC());
      Archiving archiving = new Archiving(UUID.randomUUID(), "pass-" + UUID.randomUUID());
      ClusterSpec spec = test.spec().withArchiving(Optional.of(archiving));
      host.clusters().create(spec);
      host.clusters().start(spec.id());
      Repository repository = host.repositories().of(archiving);
      BaseCopy base = repository.takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE);
      try (Session session =
          new Session(host.clusters().connections(spec.id()).superuser("postgres"))) {
        session.execute("CREATE TABLE public.secret AS SELECT 'tell nobody' AS t");
        session.execute("SELECT pg_switch_wal()");
      }
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> host.clusters().archiveStatus(spec.id()).waiting() == 0);
      assertThat(bucket.names()).allMatch(name -> name.startsWith(archiving.lineage().toString()));
      assertThat(bucket.contents())
          .noneMatch(content -> text(content).contains("tell nobody"))
          .noneMatch(content -> text(content).contains(archiving.passphrase()));

      Path data = test.root().resolve("restored");
      OwnedFiles.directory(data, ServerAccount.current(), "rwx------");
      repository.restore(base, data, ServerAccount.current(), Progress.NONE);
      repository.fetchWal(base, data.resolve("pg_wal"), ServerAccount.current(), Progress.NONE);
      assertThat(data.resolve("pg_wal").resolve(base.firstSegment())).exists();
      assertThat(Files.readString(data.resolve("backup_label"))).contains(base.start().toString());

      BaseCopy next = repository.takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE);
      // A base copy's end is known to the second, and rounded up.
      await().until(() -> Instant.now().isAfter(next.finishedAt()));
      repository.expire(Duration.ZERO);
      assertThat(repository.contents().bases()).containsExactly(next);
      assertThat(repository.contents().firstSegment()).contains(next.firstSegment());

      host.clusters().destroy(spec.id());
      repository.destroy();
      assertThat(bucket.names()).isEqualTo(List.of());
    }
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.ISO_8859_1);
  }
}
