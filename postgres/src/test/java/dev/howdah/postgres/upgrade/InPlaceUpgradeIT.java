package dev.howdah.postgres.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.Successions;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.replication.Replication;
import dev.howdah.postgres.replication.Upstream;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.sql.ScramVerifier;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** From an older version to the newest where it is, by a follower that is upgraded; and back. */
@TestInstance(Lifecycle.PER_CLASS)
class InPlaceUpgradeIT {

  private static final String ROLE = "howdah_follower_upgrade";
  private static final String PASSWORD = "Secret0upgrade";

  private TestHost test;

  @BeforeAll
  void open() {
    test = TestHost.open();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void everythingAcknowledgedIsInTheNewVersionAtTheSameEndpoint() throws SQLException {
    TestDatabase database = test.database(test.spec(test.olderMajor()));
    ClusterSpec old = database.spec();
    UUID id = old.id();
    Clusters clusters = test.host().clusters();
    Successions successions = test.host().successions();
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE courses (id serial, name text)");
      session.run("INSERT INTO courses (name) VALUES ('before')");
    }
    test.host().replication(id).admit(ROLE, ScramVerifier.of(PASSWORD), ROLE);
    ClusterSpec leading = old.withReplication(new Replication.Leader(List.of(ROLE)));
    clusters.configure(leading);
    successions.stage(
        old.withReplication(
            new Replication.Follower(
                new Upstream("db.example.com", "127.0.0.1", old.port(), ROLE, PASSWORD, ROLE))),
        new Origin.Live(id),
        Progress.NONE);
    successions.recoverStaged(id, Progress.NONE);
    successions.prepareUpgrade(id, newest());
    try (TestSession session = database.connect()) {
      session.run("INSERT INTO courses (name) VALUES ('meanwhile')");
    }
    Lsn end = test.host().replication(id).position().written();
    while (test.host().stagedReplication(id).position().replayed().compareTo(end) < 0) {
      Thread.onSpinWait();
    }
    test.host().stagedReplication(id).promote();
    ClusterSpec next = old.withMajor(newest());
    successions.upgradeStaged(next);
    successions.upgradeStaged(next);
    successions.exchange(next);
    assertThat(names(database)).containsExactly(newest() + "|before,meanwhile");
    assertThat(successions.hasPrevious(id)).isTrue();

    successions.exchangeBack(old);
    assertThat(names(database)).containsExactly(old.major() + "|before,meanwhile");
    successions.dropStaged(id);
  }

  private static List<String> names(TestDatabase database) throws SQLException {
    try (TestSession session = database.connect()) {
      return session.run(
          """
          SELECT current_setting('server_version_num')::int / 10000, string_agg(name, ',' ORDER BY id)
          FROM courses
          """);
    }
  }

  private int newest() {
    return test.host().installations().newest().orElseThrow().major();
  }
}
