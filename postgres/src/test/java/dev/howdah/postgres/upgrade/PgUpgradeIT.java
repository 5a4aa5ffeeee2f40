package dev.howdah.postgres.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.postgres.TestDatabase;
import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.TestSession;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.os.Command;
import dev.howdah.postgres.os.ServerAccount;
import dev.howdah.postgres.os.ServerAccounts;
import dev.howdah.postgres.version.Installation;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** pg_upgrade over a copy of a real data directory, as a server's own nameless user. */
@TestInstance(Lifecycle.PER_CLASS)
class PgUpgradeIT {

  private TestHost test;
  private Layout layout = new Layout("", "", "", 0, false);

  @BeforeAll
  void open() {
    test = TestHost.open();
  }

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void upgradesACopyAsTheServersOwnUser() throws SQLException {
    PgUpgrade upgrade = prepared(test.database(test.spec(test.olderMajor())), "");
    upgrade.run();
    // Interrupted before the result was taken, it is done again.
    upgrade.prepare(layout);
    upgrade.run();
    assertThat(Command.of("cat", upgrade.result().resolve("PG_VERSION")).run().strip())
        .isEqualTo(Integer.toString(upgrade.to().major()));
    assertThat(Command.of("find", upgrade.result(), "!", "-uid", upgrade.account().uid()).run())
        .isEmpty();
  }

  @Test
  void saysWhatTheNewerVersionCannotTake() throws SQLException {
    PgUpgrade upgrade =
        prepared(
            test.database(test.spec(test.olderMajor())), "CREATE TABLE holds (what regprocedure)");
    assertThatThrownBy(upgrade::run)
        .isInstanceOf(IncompatibleException.class)
        .hasMessageContaining("reg*")
        .hasMessageContaining("holds.what");
  }

  private PgUpgrade prepared(TestDatabase database, String sql) throws SQLException {
    try (TestSession session = database.connect()) {
      session.run("CREATE TABLE courses (id serial, name text); " + sql);
    }
    Installation from = test.host().installations().require(database.spec().major());
    Installation to = test.host().installations().newest().orElseThrow();
    Path home = test.host().clusters().directory(database.spec().id());
    layout = Layout.of(from, home.resolve("data"), database.control());
    assertThat(layout.segmentMegabytes()).isEqualTo(1);
    assertThat(layout.checksums()).isTrue();
    assertThat(layout.encoding()).isEqualTo("UTF8");
    test.host().clusters().stop(database.spec().id(), StopMode.FAST);
    ServerAccounts accounts = ServerAccounts.detect();
    ServerAccount account = accounts.forPort(database.spec().port());
    PgUpgrade upgrade =
        new PgUpgrade(
            from,
            to,
            home,
            home.resolve("data"),
            home.resolve("run"),
            account,
            accounts.preparer(),
            database.spec().port());
    upgrade.prepare(layout);
    return upgrade;
  }
}
