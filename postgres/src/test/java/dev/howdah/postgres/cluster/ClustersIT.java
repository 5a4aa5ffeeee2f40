package dev.howdah.postgres.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.postgres.TestHost;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClustersIT {

  private final TestHost test = TestHost.open();

  @AfterAll
  void close() {
    test.close();
  }

  @Test
  void runsAfterCreateAndStart() throws Exception {
    for (int i = 0; i < 6; i++) {
      long begin = System.nanoTime();
      ClusterSpec spec = test.spec();
      test.host().clusters().create(spec);
      long created = System.nanoTime();
      test.host().clusters().start(spec.id());
      long started = System.nanoTime();
      try (Connection c = test.host().clusters().connections(spec.id()).superuser("postgres");
          Statement s = c.createStatement();
          ResultSet r = s.executeQuery("SHOW extwlist.extensions")) {
        r.next();
        System.out.println(r.getString(1));
      }
      long asked = System.nanoTime();
      System.out.printf(
          "create %d start %d ask %d%n",
          (created - begin) / 1000000, (started - created) / 1000000, (asked - started) / 1000000);
      assertThat(test.host().clusters().state(spec.id())).isInstanceOf(ClusterState.Running.class);
    }
  }
}
