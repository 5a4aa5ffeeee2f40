package dev.howdah.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.UserSettings;
import dev.howdah.postgres.repository.Archiving;
import dev.howdah.postgres.repository.BaseCopy;
import dev.howdah.postgres.repository.Contents;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.repository.Repository;
import dev.howdah.postgres.sql.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Recoveries from a repository, held against the times at which PostgreSQL says it committed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RollbackIT {

  private record Commit(long number, Instant at) {}

  private final TestHost test = TestHost.open();
  private final Clusters clusters = test.host().clusters();

  /** The write-ahead log that the last copy was given. */
  private List<String> fetched = List.of();

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void aRollbackHasExactlyWhatWasCommittedByThen() throws Exception {
    Archiving archiving = archiving();
    ClusterSpec spec = test.spec();
    spec =
        new ClusterSpec(
            spec.id(),
            spec.major(),
            spec.port(),
            spec.database(),
            spec.listenAddresses(),
            spec.hostNames(),
            spec.walSegmentSize(),
            spec.connectionLimit(),
            spec.extensions(),
            Map.of("track_commit_timestamp", "on"),
            UserSettings.defaults(),
            Optional.of(archiving));
    TestDatabase source = test.database(spec);
    Repository repository = test.host().repositories().of(archiving);
    try (Writer writer = new Writer(source)) {
      BaseCopy first = repository.takeBase(spec.id(), BaseCopy.Kind.FULL, Progress.NONE);
      long there = writer.begun();
      // Past what the copy's time is rounded up to.
      await().until(() -> Instant.now().isAfter(first.finishedAt().plusMillis(300)));
      await().until(() -> writer.acknowledged() > there + 100);
    }
    archiveEverything(source);
    List<Commit> early = commits(source);
    // More log than is fetched at once, none of which a rollback to before it should fetch.
    for (int i = 0; i < 20; i++) {
      try (Session session = new Session(source.control().superuser(source.spec().database()))) {
        session.execute("INSERT INTO public.numbered SELECT max(n) + 1 FROM public.numbered");
        session.exists("SELECT pg_switch_wal()");
      }
    }
    archiveEverything(source);
    String last = repository.contents().lastSegment().orElseThrow();
    List<Commit> commits = commits(source);
    Instant earliest = repository.contents().bases().getFirst().finishedAt();

    Random random = new Random(3);
    List<Commit> reachable = early.stream().filter(c -> c.at().isAfter(earliest)).toList();
    assertThat(reachable).hasSizeGreaterThan(20);
    Commit one = reachable.get(random.nextInt(reachable.size() - 2));
    // Exactly at a commit, and the last microsecond before it.
    for (Instant moment : List.of(one.at(), one.at().minus(1, ChronoUnit.MICROS))) {
      ClusterSpec copy = copySpec(source, archiving());
      Recovery recovery = rolledBack(copy, archiving, new Target.At(moment));
      assertThat(fetched).contains(repository.contents().bases().getFirst().firstSegment());
      assertThat(fetched).doesNotContain(last);
      List<Commit> expected = commits.stream().filter(c -> !c.at().isAfter(moment)).toList();
      assertThat(numbers(copy)).isEqualTo(expected.stream().map(Commit::number).toList());
      assertThat(recovery.clamped()).isFalse();
      assertThat(recovery.lastCommit().orElseThrow()).isBeforeOrEqualTo(moment);
      assertThat(recovery.lastCommit().orElseThrow()).isAfterOrEqualTo(expected.getLast().at());
      clusters.destroy(copy.id());
    }

    // After the last commit there is: all of it, and it is said.
    ClusterSpec clamped = copySpec(source, archiving());
    Recovery all = rolledBack(clamped, archiving, new Target.At(Instant.now().plusSeconds(60)));
    assertThat(fetched).contains(last);
    assertThat(all.clamped()).isTrue();
    assertThat(all.lastCommit().orElseThrow()).isAfterOrEqualTo(commits.getLast().at());
    assertThat(numbers(clamped)).isEqualTo(commits.stream().map(Commit::number).toList());
    assertThat(clusters.recover(clamped.id(), Progress.NONE)).isEqualTo(all);

    assertThatThrownBy(() ->
            clusters.copy(
                copySpec(source, archiving()),
                new Origin.Archived(archiving, new Target.At(earliest.minusSeconds(60))),
                Progress.NONE))
        .hasMessageContaining("reaches back");

    // What the copy writes goes to its own lineage, and nothing of it to its origin's.
    TestDatabase copy = new TestDatabase(test.host(), clamped, "", "");
    archiveEverything(copy);
    Contents own = test.host().repositories().of(clamped.archiving().orElseThrow()).contents();
    assertThat(own.firstSegment().orElseThrow()).startsWith("00000002");
    assertThat(repository.contents().lastSegment().orElseThrow()).startsWith("00000001");
  }

  private Recovery rolledBack(ClusterSpec copy, Archiving lineage, Target target)
      throws IOException {
    List<Long> told = Collections.synchronizedList(new ArrayList<>());
    clusters.copy(copy, new Origin.Archived(lineage, target), Progress.NONE);
    try (Stream<Path> log = Files.list(clusters.directory(copy.id()).resolve("data/pg_wal"))) {
      fetched = log.map(file -> file.getFileName().toString()).toList();
    }
    Recovery recovery = clusters.recover(copy.id(), (done, total) -> told.add(total - done));
    assertThat(told).isNotEmpty().allMatch(left -> left >= 0).last().isEqualTo(0L);
    return recovery;
  }

  private ClusterSpec copySpec(TestDatabase source, Archiving own) {
    return test.spec().withDatabase(source.spec().database()).withArchiving(Optional.of(own));
  }

  private List<Commit> commits(TestDatabase source) throws SQLException {
    try (Session session = new Session(source.control().superuser(source.spec().database()))) {
      return session.rows(
          """
          SELECT n, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
          FROM public.numbered ORDER BY n
          """,
          row -> new Commit(row.getLong(1), Instant.EPOCH.plusNanos(row.getLong(2) * 1000)));
    }
  }

  private List<Long> numbers(ClusterSpec copy) throws SQLException {
    try (Session session =
        new Session(clusters.connections(copy.id()).superuser(copy.database()))) {
      return session.rows("SELECT n FROM public.numbered ORDER BY n", row -> row.getLong(1));
    }
  }

  private void archiveEverything(TestDatabase database) throws SQLException {
    UUID id = database.spec().id();
    try (Session session = new Session(database.control().superuser("postgres"))) {
      session.exists("SELECT pg_logical_emit_message(false, 'x', 'x')");
      Lsn written = clusters.archiveStatus(id).written();
      session.exists("SELECT pg_switch_wal()");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> clusters.archiveStatus(id).archived().compareTo(written) >= 0);
    }
  }

  private static Archiving archiving() {
    return new Archiving(UUID.randomUUID(), "secret-" + UUID.randomUUID());
  }
}
