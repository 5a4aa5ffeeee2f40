package dev.howdah.server;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.cluster.StopMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server process: reads what it is told, and serves. */
public final class Main {
  private static final Logger log = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /** Serves until the process is told to stop. Exit code 1 and a sentence when it cannot. */
  public static void main(String[] args) {
    try {
      ServerConfig config = ServerConfig.of(List.of(args), System.getenv(), defaultData());
      switch (config.task()) {
        case SERVE -> serve(config);
        case STOP_DATABASES -> stopDatabases(config);
        case TRAIN -> Training.run();
      }
    } catch (IllegalArgumentException | IllegalStateException | IOException refused) {
      System.err.println("howdah server: " + refused.getMessage());
      log.debug("refused to start", refused);
      System.exit(1);
    }
  }

  private static void serve(ServerConfig config) throws IOException {
    Server server = Server.open(config, Clock.systemUTC());
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    server.start();
  }

  private static void stopDatabases(ServerConfig config) {
    PostgresHost host = PostgresHost.open(config.data(), Clock.systemUTC());
    host.clusters().list().parallelStream()
        .forEach(id -> {
          host.clusters().stop(id, StopMode.FAST);
          host.successions().stopStaged(id, StopMode.FAST);
        });
    host.control().stop();
  }

  private static Path defaultData() {
    if (System.getProperty("user.name", "").equals("root")) {
      return Path.of("/var/lib/howdah");
    }
    String home = System.getenv("XDG_DATA_HOME");
    return home == null || home.isBlank()
        ? Path.of(System.getProperty("user.home", "."), ".local", "share", "howdah")
        : Path.of(home, "howdah");
  }
}
