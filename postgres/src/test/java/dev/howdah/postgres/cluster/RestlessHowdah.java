package dev.howdah.postgres.cluster;

import dev.howdah.postgres.PostgresHost;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A process that makes, starts and destroys one cluster over and over, until it is killed. */
final class RestlessHowdah {

  private RestlessHowdah() {}

  public static void main(String[] arguments) {
    Clusters clusters = PostgresHost.open(Path.of(arguments[0]), Clock.systemUTC()).clusters();
    int major = dev.howdah.postgres.version.Installations.find().newest().orElseThrow().major();
    ClusterSpec spec =
        new ClusterSpec(
            UUID.fromString(arguments[1]),
            major,
            Integer.parseInt(arguments[2]),
            arguments[3],
            List.of("127.0.0.1"),
            List.of(),
            WalSegmentSize.ONE_MEGABYTE,
            20,
            List.of("hstore"),
            Map.of(),
            UserSettings.defaults(),
            Optional.empty());
    while (true) {
      clusters.create(spec);
      clusters.start(spec.id());
      clusters.destroy(spec.id());
    }
  }
}
