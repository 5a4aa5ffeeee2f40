package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.RunningServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Rounds of {@code kill -9} at a random moment, while several clients make, change and remove
 * things. More rounds than by default: {@code -Dhowdah.kill.rounds=50}; the same ones again, as far
 * as threads allow: {@code -Dhowdah.kill.seed=…}.
 */
class KillRoundsIT {
  private static final int ROUNDS = Integer.getInteger("howdah.kill.rounds", 8);
  private static final long SEED = Long.getLong("howdah.kill.seed", System.nanoTime());

  /** Clients that keep book of what they own. */
  private static final int OWNERS = 3;

  /** Clients that get in each other's way. */
  private static final int RACERS = 2;

  private static final int LONGEST_LIFE = 3000;
  private static final int LONGEST_START = 1500;

  @Test
  void nothingIsLostAndNothingIsLeft() throws Exception {
    System.out.println("kill rounds: " + ROUNDS + ", -Dhowdah.kill.seed=" + SEED);
    var random = new Random(SEED);
    try (var server = RunningServer.start(Map.of("HOWDAH_ENFORCEMENT_INTERVAL", "PT1S"))) {
      List<Client> clients = clients(server, random);
      for (int round = 1; round <= ROUNDS; round++) {
        liveAndDie(server, clients, random);
        if (random.nextInt(3) == 0) {
          // Once more, while it goes on with what it found.
          server.launch();
          Thread.sleep(random.nextInt(LONGEST_START));
          server.kill();
        }
        long start = System.nanoTime();
        server.restart(Map.of("HOWDAH_ENFORCEMENT_INTERVAL", "PT1S"));
        Aftermath.assertWhole(server);
        clients.forEach(Client::takeStock);
        System.out.printf(
            "kill round %d: whole again after %d ms, %s%n",
            round,
            (System.nanoTime() - start) / 1_000_000,
            clients.stream().map(Client::toString).toList());
      }
      assertThat(server.log()).doesNotContain("internal_server_error", "deadlock detected");
    }
  }

  private static List<Client> clients(RunningServer server, Random random) {
    var clients = new ArrayList<Client>();
    IntStream.range(0, OWNERS)
        .forEach(n -> clients.add(new Owner(server, "owner" + n, new Random(random.nextLong()))));
    String common = new Estate(server).app();
    IntStream.range(0, RACERS)
        .forEach(n -> clients.add(new Racer(server, common, new Random(random.nextLong()))));
    return clients;
  }

  private static void liveAndDie(RunningServer server, List<Client> clients, Random random)
      throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> lives = new ArrayList<>();
      clients.forEach(client -> lives.add(threads.submit(client::liveUntilTheServerDies)));
      Thread.sleep(random.nextInt(LONGEST_LIFE));
      server.kill();
      for (Future<?> life : lives) {
        life.get();
      }
    }
  }
}
