package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.copy.Origin;
import dev.howdah.postgres.os.OwnedFiles;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.sql.Session;
import dev.howdah.postgres.tenant.Login;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExchangeIT {

  private final TestHost test = TestHost.open();
  private final Clusters clusters = test.host().clusters();
  private final Successions successions = test.host().successions();

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void aSuccessorTakesThePlaceAndGivesItBack() throws Exception {
    TestDatabase database = database("old");
    ClusterSpec spec = database.spec();
    UUID id = spec.id();
    assertThatThrownBy(() -> successions.exchange(spec))
        .hasMessageContaining("no staged successor");
    assertThatThrownBy(() -> successions.exchangeBack(spec))
        .hasMessageContaining("nothing is kept");
    successions.stage(spec, new Origin.Live(id), Progress.NONE);
    successions.stage(spec, new Origin.Live(id), Progress.NONE);
    assertThatThrownBy(() -> successions.exchange(spec)).hasMessageContaining("not recovered");
    successions.recoverStaged(id, Progress.NONE);
    // Both run, and each is reached by its own socket; a Howdah started anew finds both.
    Clusters reopened = test.reopened().clusters();
    assertThat(reopened.successions().stagedState(id)).isInstanceOf(ClusterState.Running.class);
    assertThat(reopened.state(id)).isInstanceOf(ClusterState.Running.class);
    assertThat(clusters.list()).contains(id);
    assertThat(successions.hasStaged(id)).isTrue();
    try (Session staged =
        new Session(successions.stagedConnections(id).superuser(spec.database()))) {
      staged.execute("UPDATE public.t SET word = 'new'");
      assertThat(staged.rows("SHOW listen_addresses", row -> row.getString(1))).containsExactly("");
    }
    test.host()
        .stagedDatabase(id, spec.database())
        .rekey(Map.of("default", Login.of(database.user(), database.password())), 20);
    assertThat(word(database)).isEqualTo("old");
    Files.writeString(clusters.logFile(id), "the past\n", java.nio.file.StandardOpenOption.APPEND);

    for (int i = 0; i < 2; i++) {
      successions.exchange(spec);
      assertThat(word(database)).isEqualTo("new");
    }
    assertThat(Files.readString(clusters.logFile(id))).contains("the past");
    assertThat(successions.hasPrevious(id)).isTrue();
    assertThat(successions.hasStaged(id)).isFalse();
    clusters.restart(id);
    for (int i = 0; i < 2; i++) {
      successions.exchangeBack(spec);
      assertThat(word(database)).isEqualTo("old");
    }
    assertThat(successions.hasStaged(id)).isTrue();
    assertThat(Files.readString(clusters.logFile(id))).contains("the past");
    successions.exchange(spec);
    assertThat(word(database)).isEqualTo("new");
    successions.dropPrevious(id);
    assertThat(successions.hasPrevious(id)).isFalse();
    assertThatThrownBy(() -> successions.exchangeBack(spec))
        .hasMessageContaining("nothing is kept");
    successions.stage(spec, new Origin.Live(id), Progress.NONE);
    successions.dropStaged(id);
    successions.stage(spec, new Origin.Live(id), Progress.NONE);
    clusters.destroy(id);
    try (var remains = Files.list(test.root().resolve("postgres"))) {
      assertThat(remains).noneMatch(p -> p.getFileName().toString().startsWith(id.toString()));
    }
  }

  /** As if it had been killed between any two steps: every arrangement of directories there is. */
  @Test
  void anExchangeGoesOnFromEveryPointWhereItCanBeKilled() throws Exception {
    TestDatabase database = staged("new");
    ClusterSpec spec = database.spec();
    Path home = clusters.directory(spec.id());
    Path next = successions.stagedDirectory(spec.id());
    Path previous = Succession.sibling(home, Succession.PREVIOUS);
    // Killed with one server stopped, with both, and with both directories on their way.
    successions.stopStaged(spec.id(), StopMode.IMMEDIATE);
    clusters.stop(spec.id(), StopMode.FAST);
    Files.move(home, previous);
    assertThat(clusters.state(spec.id())).isInstanceOf(ClusterState.Absent.class);
    assertThatThrownBy(() -> clusters.create(spec)).hasMessageContaining("interrupted");
    assertThatThrownBy(() -> clusters.copy(spec, new Origin.Live(UUID.randomUUID()), Progress.NONE))
        .hasMessageContaining("interrupted");
    assertThatThrownBy(() -> successions.dropPrevious(spec.id()))
        .hasMessageContaining("interrupted");
    assertThatThrownBy(() -> successions.dropStaged(spec.id())).hasMessageContaining("interrupted");
    successions.exchange(spec);
    assertThat(word(database)).isEqualTo("new");
    // Killed before the server was started, and in the middle of moving the log.
    clusters.stop(spec.id(), StopMode.IMMEDIATE);
    Files.move(clusters.logFile(spec.id()), previous.resolve("log/postgresql.log"));
    successions.exchange(spec);
    assertThat(word(database)).isEqualTo("new");
    assertThat(clusters.logFile(spec.id())).exists();
    // The same on the way back.
    clusters.stop(spec.id(), StopMode.FAST);
    Files.move(home, next);
    successions.exchangeBack(spec);
    assertThat(word(database)).isEqualTo("old");
    clusters.stop(spec.id(), StopMode.FAST);
    successions.exchangeBack(spec);
    assertThat(word(database)).isEqualTo("old");
    assertThat(successions.hasPrevious(spec.id())).isFalse();
  }

  @Test
  void aSuccessorTakesThePlaceOfWhatIsLost() throws Exception {
    for (String lost : List.of("", "data")) {
      TestDatabase database = staged("saved");
      ClusterSpec spec = database.spec();
      clusters.stop(spec.id(), StopMode.IMMEDIATE);
      OwnedFiles.delete(clusters.directory(spec.id()).resolve(lost));
      successions.exchange(spec);
      successions.exchange(spec);
      assertThat(word(database)).isEqualTo("saved");
      assertThat(successions.hasPrevious(spec.id())).isFalse();
      successions.dropPrevious(spec.id());
      clusters.destroy(spec.id());
    }
  }

  @Test
  void nothingIsOverwrittenThatIsStillKept() throws Exception {
    TestDatabase database = staged("new");
    ClusterSpec spec = database.spec();
    successions.exchange(spec);
    successions.stage(spec, new Origin.Live(spec.id()), Progress.NONE);
    successions.recoverStaged(spec.id(), Progress.NONE);
    assertThatThrownBy(() -> successions.exchange(spec)).hasMessageContaining("still kept");
    assertThatThrownBy(() -> successions.exchangeBack(spec)).hasMessageContaining("is staged");
    assertThat(word(database)).isEqualTo("new");
  }

  private TestDatabase staged(String word) throws SQLException {
    TestDatabase database = database("old");
    UUID id = database.spec().id();
    successions.stage(database.spec(), new Origin.Live(id), Progress.NONE);
    successions.recoverStaged(id, Progress.NONE);
    try (Session staged =
        new Session(successions.stagedConnections(id).superuser(database.spec().database()))) {
      staged.rows("UPDATE public.t SET word = ? RETURNING 1", row -> true, word);
    }
    return database;
  }

  private TestDatabase database(String word) throws SQLException {
    TestDatabase database = test.database();
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE t AS SELECT '" + word + "'::text AS word");
    }
    return database;
  }

  private static String word(TestDatabase database) throws SQLException {
    try (TestSession session = database.connect()) {
      return session.run("SELECT word FROM t").getFirst();
    }
  }
}
