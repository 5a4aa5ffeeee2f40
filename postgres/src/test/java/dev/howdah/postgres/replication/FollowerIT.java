package dev.howdah.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.Configured;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.copy.Writer;
import dev.howdah.postgres.os.Signal;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.sql.ScramVerifier;
import dev.howdah.postgres.sql.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FollowerIT {

  private static final String ROLE = "howdah_follower_a1";
  private static final String SLOT = "howdah_follower_a1";
  private static final String PASSWORD = "it's:a\\secret";

  private final TestHost test = TestHost.open();
  private final Clusters clusters = test.host().clusters();
  private TestDatabase leader;

  @BeforeAll
  void open() {
    leader = test.database();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void followsThroughEveryInterruptionAndBecomesALeaderWithEverything() throws Exception {
    TestDatabase follower = follow();
    Streaming leading = test.host().replication(leader.spec().id());
    Streaming following = test.host().replication(follower.spec().id());
    try (Writer writer = new Writer(leader)) {
      await().until(() -> writer.acknowledged() > 50);
      assertThat(following.position().recovering()).isTrue();
      assertThat(leading.position().recovering()).isFalse();
    }
    caughtUp(leading, following);
    await().until(() -> leading.slot(SLOT).orElseThrow().active());
    assertThat(leading.slot(SLOT).orElseThrow().lost()).isFalse();
    assertThat(following.position().lastReplay()).isPresent();
    try (TestSession reading = follower.connect()) {
      assertThat(reading.run("SELECT count(*) > 50 FROM numbered")).containsExactly("t");
      assertThatThrownBy(() -> reading.run("INSERT INTO numbered VALUES (-1)"))
          .hasMessageContaining("read-only transaction");
      // The owner may read every setting, and the password is in none.
      assertThat(reading.run("SHOW primary_conninfo").getFirst())
          .contains("verify-full", "passfile")
          .doesNotContain("secret");
    }
    Path password = clusters.directory(follower.spec().id()).resolve("conf/replication.pass");
    assertThat(Files.getPosixFilePermissions(password)).hasSize(2);

    // The connection is cut.
    try (Session control = new Session(leader.control().superuser("postgres"))) {
      assertThat(
              control.exists("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"))
          .isTrue();
    }
    write();
    caughtUp(leading, following);

    // The leader crashes; the follower answers, and starts, without it.
    Signal.KILL.send(((ClusterState.Running) clusters.state(leader.spec().id())).pid());
    await().until(() -> clusters.state(leader.spec().id()) instanceof ClusterState.Failed);
    clusters.restart(follower.spec().id());
    try (TestSession reading = follower.connect()) {
      assertThat(reading.run("SELECT count(*) > 50 FROM numbered")).containsExactly("t");
    }
    assertThat(following.position().streaming()).isFalse();
    clusters.start(leader.spec().id());
    write();
    caughtUp(leading, following);

    // The leader gets more connections than the follower has, and is crashed on the way.
    clusters.configure(leading(leader.spec().withConnectionLimit(70)));
    clusters.restart(leader.spec().id());
    Signal.KILL.send(((ClusterState.Running) clusters.state(follower.spec().id())).pid());
    await().until(() -> clusters.state(follower.spec().id()) instanceof ClusterState.Failed);
    clusters.start(follower.spec().id());
    write();
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> {
          if (following.position().stalled()) {
            clusters.restart(follower.spec().id());
          }
          return following.position().replayed().equals(leading.position().written());
        });

    // Unfollowed: everything that was acknowledged is there.
    Writer last = new Writer(leader);
    try (last) {
      await().until(() -> last.acknowledged() > 100);
    }
    long acknowledged = last.acknowledged();
    assertThat(last.failures()).isEmpty();
    caughtUp(leading, following);
    following.promote();
    following.promote();
    leading.dismiss(ROLE, SLOT);
    leading.dismiss(ROLE, SLOT);
    clusters.configure(leader.spec());
    assertThat(leading.slot(SLOT)).isEmpty();
    ClusterSpec alone = follower.spec().withReplication(Replication.alone());
    // It still has as many connections as its leader had, and nobody is put out for that.
    assertThat(clusters.configure(alone)).isEqualTo(Configured.IN_FORCE);
    assertThat(password).doesNotExist();
    try (TestSession session = follower.connect()) {
      assertThat(session.run("SELECT max(n), count(*) = max(n) FROM numbered WHERE n > 0"))
          .containsExactly(acknowledged + "|t");
      session.run("INSERT INTO numbered VALUES (-7)");
      assertThat(session.run("SELECT count(*) FROM pg_roles WHERE rolname = '" + ROLE + "'"))
          .containsExactly("0");
    }
    assertThat(following.position().recovering()).isFalse();
    clusters.restart(follower.spec().id());
    assertThat(clusters.configure(alone)).isEqualTo(Configured.IN_FORCE);
    assertThat(following.position().recovering()).isFalse();
  }

  @Test
  void whoIsNotAdmittedCannotFollow() throws Exception {
    Streaming leading = test.host().replication(leader.spec().id());
    leading.admit(ROLE, ScramVerifier.of(PASSWORD), SLOT);
    // Not in the access rules yet.
    clusters.configure(leader.spec());
    assertThatThrownBy(() -> leader.open("postgres", ROLE, PASSWORD, "require"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("pg_hba.conf");
    clusters.configure(leading(leader.spec()));
    // For replication, not for data; and no tenant's login for replication.
    assertThatThrownBy(() -> leader.open(leader.spec().database(), ROLE, PASSWORD, "require"))
        .hasMessageContaining("pg_hba.conf");
    leading.dismiss(ROLE, SLOT);
    assertThatThrownBy(() -> leading.admit("postgres", ScramVerifier.of(PASSWORD), SLOT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> leading.dismiss("postgres", SLOT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private TestDatabase follow() {
    Streaming leading = test.host().replication(leader.spec().id());
    leading.admit(ROLE, ScramVerifier.of(PASSWORD), SLOT);
    leading.admit(ROLE, ScramVerifier.of(PASSWORD), SLOT);
    clusters.configure(leading(leader.spec()));
    ClusterSpec spec =
        test.spec()
            .withDatabase(leader.spec().database())
            .withReplication(
                new Replication.Follower(
                    new Upstream(
                        "db.example.com",
                        "127.0.0.1",
                        leader.spec().port(),
                        ROLE,
                        PASSWORD,
                        SLOT)));
    clusters.copy(spec, new Origin.Live(leader.spec().id()), Progress.NONE);
    clusters.recover(spec.id(), Progress.NONE);
    clusters.recover(spec.id(), Progress.NONE);
    clusters.configure(spec);
    return new TestDatabase(test.host(), spec, leader.user(), leader.password());
  }

  private static ClusterSpec leading(ClusterSpec spec) {
    return spec.withReplication(new Replication.Leader(List.of(ROLE)));
  }

  private void write() throws SQLException {
    try (TestSession session = leader.connect()) {
      session.run("UPDATE numbered SET word = word || 'y'");
    }
  }

  private static void caughtUp(Streaming leading, Streaming following) {
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> {
          Position ahead = leading.position();
          Position behind = following.position();
          return behind.streaming()
              && behind.replayed().compareTo(ahead.written()) >= 0
              && behind.nextTransaction() >= ahead.nextTransaction();
        });
  }
}
