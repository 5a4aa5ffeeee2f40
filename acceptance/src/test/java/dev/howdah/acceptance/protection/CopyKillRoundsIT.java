package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.fault.Aftermath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Rounds of {@code kill -9} at a random moment while a database is copied, of whoever has to do
 * with it. Every operation ends well or leaves nothing, and its source goes on serving. More rounds
 * than by default: {@code -Dhowdah.kill.rounds=50}; the same ones again, as far as processes allow:
 * {@code -Dhowdah.kill.seed=…}.
 */
class CopyKillRoundsIT {
  private static final int ROUNDS = Integer.getInteger("howdah.kill.rounds", 4);
  private static final long SEED = Long.getLong("howdah.kill.seed", System.nanoTime());

  /** Longer than most copies of so small a database take. */
  private static final int LONGEST = 3000;

  /** What is under way when somebody is killed. */
  private enum Operation {
    FORK,
    FAST_FORK,
    ROLLBACK,
    FOLLOW,
    UNFOLLOW,
    DESTROY
  }

  /** Who is killed. */
  private enum Victim {
    HOWDAH,
    SOURCE,
    COPY,
    PGBACKREST
  }

  private record Round(Operation operation, Victim victim) {}

  private final Random random = new Random(SEED);
  private int ended;
  private int undone;

  @Test
  void everyCopyEndsWellOrLeavesNothing() throws Exception {
    System.out.println("rounds of copies: " + ROUNDS + ", -Dhowdah.kill.seed=" + SEED);
    try (var server = RunningServer.start()) {
      server.send("POST", "/apps", Map.of("name", "killed"));
      Database source = Database.create(server, "killed", "standard-0").protectedToo();
      Pgbench.initialise(source.url(), 1);
      try (var ledger = Ledger.open(source::url, 1);
          var pgbench = Pgbench.start(source::url, 1, 50)) {
        ledger.awaitMore(100);
        for (Round round : rounds()) {
          play(round, server, source, ledger);
        }
        ledger.stop();
        pgbench.stop();
        source.check(ledger, Instant.now(), Instant.now());
        source.assertSound();
      }
      System.out.printf("rounds of copies: %d ended well, %d left nothing%n", ended, undone);
      assertThat(server.log()).doesNotContain("internal_server_error", "deadlock detected");
    }
  }

  /** All there are before any comes again. */
  private List<Round> rounds() {
    var all = new ArrayList<Round>();
    for (Operation operation : Operation.values()) {
      for (Victim victim : Victim.values()) {
        all.add(new Round(operation, victim));
      }
    }
    Collections.shuffle(all, random);
    return Stream.generate(() -> all).flatMap(List::stream).limit(ROUNDS).toList();
  }

  private void play(Round round, RunningServer server, Database source, Ledger ledger)
      throws Exception {
    Optional<Database> before =
        switch (round.operation()) {
          case UNFOLLOW -> Optional.of(source.follower().ready());
          case DESTROY -> Optional.of(source.fork().ready());
          case FORK, FAST_FORK, ROLLBACK, FOLLOW -> Optional.empty();
        };
    before
        .filter(follower -> round.operation() == Operation.UNFOLLOW)
        .ifPresent(follower -> follower.awaitEverything(ledger));
    int connections = ledger.sessions();
    Instant asked = Instant.now().truncatedTo(ChronoUnit.MICROS);
    ledger.awaitMore(20);
    int wait = random.nextInt(LONGEST);
    Thread request =
        Thread.ofVirtual().start(() -> begin(round.operation(), source, before, asked));
    Thread.sleep(wait);
    int killed = kill(round.victim(), server, source);
    if (round.victim() == Victim.HOWDAH) {
      request.join();
      Thread.sleep(random.nextInt(500));
      server.restart();
    }
    long rest = System.nanoTime();
    request.join();
    Aftermath.assertWholeSoon(server);
    ledger.awaitMore(20);
    if (round.victim() != Victim.SOURCE) {
      assertThat(ledger.sessions())
          .as("connections to the source in %s", round)
          .isEqualTo(connections);
    }
    Optional<Database> after = copy(server, source);
    switch (round.operation()) {
      case FORK -> after.ifPresent(fork -> fork.check(ledger, asked, Instant.now()));
      case FAST_FORK -> after.ifPresent(fork -> assertThat(fork.info("Data As Of")).isPresent());
      case ROLLBACK -> after.ifPresent(back -> back.check(ledger, asked, asked));
      case FOLLOW -> after.ifPresent(follower -> follower.awaitEverything(ledger));
      case UNFOLLOW -> {
        Database copy = after.orElseThrow();
        if (copy.info("Following").isPresent()) {
          copy.awaitEverything(ledger);
          after = Optional.empty();
        } else {
          copy.check(ledger, asked, Instant.now());
          Sql.run(copy.url(), "create table of_its_own ()");
        }
        copy.destroy();
      }
      case DESTROY -> {
        // When Howdah died before it had written down what to do, nothing was done.
        after.ifPresent(Database::destroy);
        after = after.isPresent() ? Optional.empty() : Optional.of(source);
      }
    }
    boolean well = after.isPresent();
    ended += well ? 1 : 0;
    undone += well ? 0 : 1;
    System.out.printf(
        "%s, %d killed after %d ms: %s, at rest after %d ms%n",
        round,
        killed,
        wait,
        well ? "ended well" : "left nothing",
        (System.nanoTime() - rest) / 1_000_000);
    copy(server, source).ifPresent(Database::destroy);
    assertThat(source.operator("select count(*) from pg_replication_slots"))
        .as("what is kept for followers that are gone")
        .containsExactly("0");
  }

  private static void begin(
      Operation operation, Database source, Optional<Database> before, Instant asked) {
    try {
      switch (operation) {
        case FORK -> source.fork();
        case FAST_FORK -> source.copyWith(Map.of("fork", source.name(), "fast", true));
        case ROLLBACK -> source.rollback(asked);
        case FOLLOW -> source.follower();
        case UNFOLLOW -> before.orElseThrow().unfollow();
        case DESTROY -> before.orElseThrow().destroy();
      }
    } catch (UncheckedIOException | AssertionError killedOrRefused) {
      // Refused, as when the source is down just now: then nothing may be left of it.
    }
  }

  private static Optional<Database> copy(RunningServer server, Database source) {
    return server
        .get("/apps/" + source.app() + "/addons")
        .valueStream()
        .filter(addon -> !addon.path("id").asString().equals(source.id()))
        .map(addon -> of(server, source, addon))
        .findFirst();
  }

  private static Database of(RunningServer server, Database source, JsonNode addon) {
    return new Database(
        server, source.app(), addon.path("name").asString(), addon.path("id").asString());
  }

  /** How many processes it found to kill. */
  private int kill(Victim victim, RunningServer server, Database source) {
    if (victim == Victim.HOWDAH) {
      server.kill();
      return 1;
    }
    Set<Long> pids = new HashSet<>();
    for (ProcessHandle process : server.databaseProcesses()) {
      boolean pgBackRest = words(process.pid()).contains("pgbackrest");
      if (victim == Victim.PGBACKREST && pgBackRest) {
        pids.add(process.pid());
      }
    }
    if (victim == Victim.SOURCE) {
      pids.add(source.postmaster());
    }
    if (victim == Victim.COPY) {
      postmasters(server).filter(pid -> pid != source.postmaster()).forEach(pids::add);
    }
    pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    return pids.size();
  }

  /** The servers of the databases, as their directories know them; Howdah's own is no database. */
  private static Stream<Long> postmasters(RunningServer server) {
    try (Stream<Path> homes = Files.list(server.data().resolve("postgres"))) {
      return homes
          .map(home -> home.resolve("data/postmaster.pid"))
          .filter(Files::exists)
          .flatMap(CopyKillRoundsIT::firstLine)
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Long> firstLine(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().map(line -> Long.valueOf(line.strip())).stream();
    } catch (IOException | UncheckedIOException gone) {
      return Stream.empty();
    }
  }

  private static String words(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }
}
