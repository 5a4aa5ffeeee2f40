package dev.howdah.postgres.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.tenant.Replacement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Copies between two tenants' databases, each by its tenant's rights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DumpsIT {
  private final TestHost test = TestHost.open();
  private TestDatabase source;
  private TestDatabase target;

  @BeforeAll
  void start() throws SQLException {
    source = test.database();
    target = test.database();
    try (TestSession session = source.connect()) {
      session.run(
          "CREATE EXTENSION hstore; CREATE TABLE lessons (n serial PRIMARY KEY, tags hstore);"
              + " COMMENT ON TABLE lessons IS 'kept';"
              + " INSERT INTO lessons (tags) SELECT hstore('a', i::text) FROM generate_series(1, 1000) i;"
              + " SELECT lo_from_bytea(4711, 'large');"
              + " CREATE VIEW named AS SELECT * FROM lessons");
    }
  }

  @AfterAll
  void stop() {
    test.close();
  }

  private Side side(TestDatabase database, String name, boolean asOwner) {
    return new Side(
        new ConnectionParameters(
            "localhost",
            Optional.of("127.0.0.1"),
            database.spec().port(),
            name,
            database.user(),
            database.password(),
            "require",
            asOwner ? Optional.of(database.spec().database()) : Optional.empty()),
        database.spec().port(),
        OptionalInt.of(database.spec().major()));
  }

  private Side from() {
    return side(source, source.spec().database(), false);
  }

  private Replacement replacement() {
    return test.host().replacement(target.spec().id(), target.spec().database());
  }

  private Copy intoReplacement(UUID id) {
    replacement().prepare();
    return test.host()
        .dumps()
        .copy(
            id,
            from(),
            side(target, Replacement.nameFor(target.spec().database()), true),
            Dumps.Mode.INTO_EMPTY);
  }

  private static Run.Result end(Copy copy) {
    await().atMost(Duration.ofMinutes(1)).until(() -> copy.result().isPresent());
    return copy.result().orElseThrow();
  }

  @Test
  void theTargetIsExchangedForAWholeCopyWhichItsOwnerOwns() throws SQLException {
    try (TestSession session = target.connect()) {
      session.run("DROP TABLE IF EXISTS lessons CASCADE; CREATE TABLE before_the_copy ()");
    }
    Copy copy = intoReplacement(UUID.randomUUID());
    assertThat(end(copy))
        .as("%s", copy.takeMessages())
        .isEqualTo(new Run.Result(true, "", copy.result().orElseThrow().warnings()));
    assertThat(copy.bytes()).isGreaterThan(10_000);
    try (TestSession session = target.connect()) {
      assertThat(session.run("SELECT to_regclass('lessons')")).containsExactly("");
    }
    replacement().adopt();
    replacement().adopt();
    replacement().takeBack();
    replacement().takeBack();
    try (TestSession session = target.connect()) {
      assertThat(session.run("SELECT to_regclass('before_the_copy')"))
          .containsExactly("before_the_copy");
    }
    assertThat(end(intoReplacement(UUID.randomUUID())).succeeded()).isTrue();
    replacement().adopt();
    replacement().confirm();
    replacement().confirm();
    try (TestSession session = target.connect()) {
      assertThat(session.run("SELECT count(*), sum((tags -> 'a')::int) FROM named"))
          .containsExactly("1000|500500");
      assertThat(session.run("SELECT to_regclass('before_the_copy')")).containsExactly("");
      assertThat(session.run("SELECT obj_description('lessons'::regclass)"))
          .containsExactly("kept");
      assertThat(session.run("SELECT convert_from(lo_get(4711), 'UTF8')")).containsExactly("large");
      assertThat(session.run("SELECT tableowner FROM pg_tables WHERE tablename = 'lessons'"))
          .containsExactly(target.spec().database());
      session.run("INSERT INTO lessons (tags) VALUES (''); CREATE TABLE after_the_copy ()");
      assertThat(session.run("SELECT datname FROM pg_database WHERE datname LIKE 'd%' ORDER BY 1"))
          .containsExactly(target.spec().database());
    }
  }

  @Test
  void aCopyThatFailsLeavesTheTargetAsItWas() throws SQLException {
    try (TestSession session = target.connect()) {
      session.run("CREATE TABLE IF NOT EXISTS precious ()");
    }
    replacement().prepare();
    Side wrong =
        new Side(
            new ConnectionParameters(
                "localhost",
                Optional.of("127.0.0.1"),
                source.spec().port(),
                source.spec().database(),
                source.user(),
                "wrong",
                "require",
                Optional.empty()),
            source.spec().port(),
            OptionalInt.empty());
    Copy copy =
        test.host()
            .dumps()
            .copy(
                UUID.randomUUID(),
                wrong,
                side(target, Replacement.nameFor(target.spec().database()), true),
                Dumps.Mode.INTO_EMPTY);
    assertThat(end(copy).reason()).contains("password authentication failed");
    replacement().takeBack();
    replacement().takeBack();
    try (TestSession session = target.connect()) {
      assertThat(session.run("SELECT to_regclass('precious')")).containsExactly("precious");
    }
    assertThatThrownBy(() ->
            target.open(
                Replacement.nameFor(target.spec().database()),
                target.user(),
                target.password(),
                "require"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void theProgramsAreNobodyToTheHostAndTellNobodyThePassword() throws SQLException, IOException {
    UUID id = UUID.randomUUID();
    try (TestSession holder = source.connect()) {
      // pg_dump waits for this lock, and so is there to be looked at.
      holder.run("BEGIN; LOCK TABLE lessons IN ACCESS EXCLUSIVE MODE");
      Copy copy = intoReplacement(id);
      Path home = test.root().resolve("transfers").resolve(id.toString());
      await().atMost(Duration.ofSeconds(20)).until(() -> programs(home).size() == 2);
      for (long pid : programs(home)) {
        String arguments =
            Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        assertThat(arguments).doesNotContain(source.password()).doesNotContain(target.password());
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
          assertThat(Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"))
              .isIn(1_100_000 + source.spec().port(), 1_100_000 + target.spec().port());
        }
      }
      // As a Howdah that is started again does, which knows the id alone.
      test.host().dumps().end(id);
      assertThat(programs(home)).isEmpty();
      assertThat(home).doesNotExist();
      assertThat(end(copy).succeeded()).isFalse();
      holder.run("ROLLBACK");
    }
    replacement().takeBack();
  }

  private static List<Long> programs(Path home) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> {
          try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).startsWith(home)
                && Files.readString(
                        Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains("/pg_");
          } catch (IOException gone) {
            return false;
          }
        })
        .toList();
  }
}
