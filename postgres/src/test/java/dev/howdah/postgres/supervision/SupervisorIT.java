package dev.howdah.postgres.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.postgres.TestHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.StopMode;
import dev.howdah.postgres.os.Signal;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class SupervisorIT {

  @Test
  void bringsBackWhatWasKilledAndLeavesWhatWasStopped() throws Exception {
    try (TestHost test = TestHost.open()) {
      Clusters clusters = test.host().clusters();
      ClusterSpec wanted = test.running();
      ClusterSpec unwanted = test.running();
      Set<UUID> desired = ConcurrentHashMap.newKeySet();
      desired.add(wanted.id());
      try (Supervisor supervisor = new Supervisor(clusters, () -> desired, Clock.systemUTC())) {
        supervisor.start();
        clusters.stop(unwanted.id(), StopMode.FAST);
        long killed = ((ClusterState.Running) clusters.state(wanted.id())).pid();
        Signal.KILL.send(killed);
        await()
            .until(() ->
                clusters.state(wanted.id()) instanceof ClusterState.Running running
                    && running.pid() != killed);
        assertThat(clusters.state(unwanted.id())).isInstanceOf(ClusterState.Stopped.class);
      }
      assertThat(clusters.state(wanted.id())).isInstanceOf(ClusterState.Running.class);
    }
  }
}
