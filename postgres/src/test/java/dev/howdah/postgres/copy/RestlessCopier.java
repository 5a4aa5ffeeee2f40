package dev.howdah.postgres.copy;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.ClusterSpec;
import dev.howdah.postgres.cluster.Clusters;
import dev.howdah.postgres.cluster.UserSettings;
import dev.howdah.postgres.cluster.WalSegmentSize;
import dev.howdah.postgres.repository.Progress;
import dev.howdah.postgres.version.Installations;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A process that copies, recovers and destroys over and over, until it is killed. */
final class RestlessCopier {

  private RestlessCopier() {}

  public static void main(String[] arguments) {
    Clusters clusters = PostgresHost.open(Path.of(arguments[0]), Clock.systemUTC()).clusters();
    Origin origin = new Origin.Live(UUID.fromString(arguments[1]));
    ClusterSpec spec =
        new ClusterSpec(
            UUID.fromString(arguments[2]),
            Installations.find().newest().orElseThrow().major(),
            Integer.parseInt(arguments[3]),
            arguments[4],
            List.of("127.0.0.1"),
            List.of("db.example.com"),
            WalSegmentSize.ONE_MEGABYTE,
            20,
            List.of(),
            Map.of(),
            UserSettings.defaults(),
            Optional.empty());
    while (true) {
      clusters.copy(spec, origin, Progress.NONE);
      clusters.recover(spec.id(), Progress.NONE);
      clusters.destroy(spec.id());
    }
  }
}
