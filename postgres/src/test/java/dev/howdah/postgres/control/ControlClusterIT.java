package dev.howdah.postgres.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.os.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ControlClusterIT {

  @Test
  void keepsHowdahsDataThroughRestartsAndKills() throws Exception {
    try (TestHost test = TestHost.open()) {
      ControlCluster control = test.host().control();
      assertThat(control.state()).isInstanceOf(ClusterState.Absent.class);
      control.ensureRunning();
      control.ensureRunning();
      try (Connection connection = connect(control.jdbc());
          var statement = connection.createStatement()) {
        statement.execute("CREATE TABLE fact (a int)");
        statement.execute("INSERT INTO fact VALUES (7)");
        try (var row = statement.executeQuery("SELECT current_user || '@' || current_database()")) {
          assertThat(row.next()).isTrue();
          assertThat(row.getString(1)).isEqualTo("howdah@howdah");
        }
        try (var row = statement.executeQuery("SHOW listen_addresses")) {
          assertThat(row.next()).isTrue();
          assertThat(row.getString(1)).isEmpty();
        }
      }
      control.stop();
      assertThat(control.state()).isInstanceOf(ClusterState.Stopped.class);
      control.ensureRunning();
      Signal.KILL.send(((ClusterState.Running) control.state()).pid());
      await().until(() -> control.state() instanceof ClusterState.Failed);
      test.reopened().control().ensureRunning();
      try (Connection connection = connect(control.jdbc());
          var statement = connection.createStatement();
          var row = statement.executeQuery("SELECT a FROM fact")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(7);
      }
    }
  }

  @Test
  void isNeverMadeAnewOverWhatIsThere() throws Exception {
    try (TestHost test = TestHost.open()) {
      ControlCluster control = test.host().control();
      control.ensureRunning();
      try (Connection connection = connect(control.jdbc());
          var statement = connection.createStatement()) {
        statement.execute("CREATE TABLE fact (a int)");
      }
      control.stop();
      // A backup that was copied back to another host, without the mark.
      Path home = test.root().resolve("control");
      Path facts = home.resolve("cluster.properties");
      Files.writeString(facts, Files.readString(facts).replaceFirst("boot=.*", "boot=another"));
      Files.delete(home.resolve("durable"));
      assertThatThrownBy(control::ensureRunning).hasMessageContaining("touch " + home);
      Files.move(home.resolve("data"), home.resolve("unmounted"));
      assertThatThrownBy(control::ensureRunning).hasMessageContaining("not mounted");
      Files.move(home.resolve("unmounted"), home.resolve("data"));
      Files.createFile(home.resolve("durable"));
      control.ensureRunning();
      try (Connection connection = connect(control.jdbc());
          var statement = connection.createStatement()) {
        statement.execute("INSERT INTO fact VALUES (1)");
      }
    }
  }

  private static Connection connect(JdbcAddress address) throws Exception {
    Properties properties = new Properties();
    properties.putAll(address.properties());
    return DriverManager.getConnection(address.url(), properties);
  }
}
