package dev.howdah.acceptance.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.RunningServer;
import dev.howdah.acceptance.fault.Aftermath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Rounds of {@code kill -9} at a random moment while a database is copied or replaced, of whoever
 * has to do with it. Every operation ends well or leaves nothing, and its source goes on serving.
 * More rounds than by default: {@code -Dhowdah.kill.rounds=50}; the same ones again, as far as
 * processes allow: {@code -Dhowdah.kill.seed=…}.
 */
class CopyKillRoundsIT {
  private static final int ROUNDS = Integer.getInteger("howdah.kill.rounds", 4);
  private static final long SEED = Long.getLong("howdah.kill.seed", System.nanoTime());

  /** How long a victim is waited for, while the operation goes on, before another is taken. */
  private static final Duration WATCH = Duration.ofSeconds(30);

  /** What is under way when somebody is killed, and until when the killer waits at most. */
  private enum Operation {
    FORK(2500),
    FAST_FORK(1500),
    ROLLBACK(2500),
    FOLLOW(2500),
    UNFOLLOW(1000),
    DESTROY(400),
    ROLLBACK_IN_PLACE(3000),
    RECOVER(2500),
    REFRESH(3000);

    private final int latest;

    Operation(int latest) {
      this.latest = latest;
    }

    /** Whether it is done to a database that nothing else is done to. */
    boolean ofSubject() {
      return this == ROLLBACK_IN_PLACE || this == RECOVER;
    }
  }

  /** Who is killed. */
  private enum Victim {
    HOWDAH,
    SOURCE,
    COPY,
    PGBACKREST
  }

  private record Round(Operation operation, Victim victim) {}

  /**
   * A kill.
   *
   * @param victim who it was in the end
   * @param pids how many processes
   * @param during what was under way when they were dead, in words; empty when nothing was
   */
  private record Kill(Victim victim, int pids, String during) {}

  private final Random random = new Random(SEED);
  private int ended;
  private int undone;
  private int wanted;
  private int underWay;

  /** The database of which no copy is made. */
  private String bystander = "";

  @Test
  void everyCopyEndsWellOrLeavesNothing() throws Exception {
    System.out.println("rounds of copies: " + ROUNDS + ", -Dhowdah.kill.seed=" + SEED);
    // A database that was replaced can be rolled back again after its next base copy.
    try (var server = RunningServer.start(Map.of("HOWDAH_PROTECTION_INTERVAL", "PT2S"))) {
      server.send("POST", "/apps", Map.of("name", "killed"));
      server.send("POST", "/apps", Map.of("name", "replaced"));
      Database source = Database.create(server, "killed", "standard-0").protectedToo();
      Database subject = Database.create(server, "replaced", "standard-0");
      bystander = subject.id();
      Pgbench.initialise(source.url(), 1);
      Pgbench.initialise(subject.url(), 1);
      subject.protectedToo();
      try (var ledger = Ledger.open(source::url, 1);
          var pgbench = Pgbench.start(source::url, 1, 50)) {
        ledger.awaitMore(100);
        for (Round round : rounds()) {
          play(round, server, source, subject, ledger);
        }
        ledger.stop();
        pgbench.stop();
        source.check(ledger, Instant.now(), Instant.now());
        source.assertSound();
        subject.assertSound();
      }
      System.out.printf(
          "rounds of copies: %d ended well, %d left nothing; %d of %d kills found who they were for,"
              + " %d while the operation was under way%n",
          ended, undone, wanted, ROUNDS, underWay);
      assertThat(underWay).as("kills during an operation").isGreaterThanOrEqualTo(ROUNDS / 4);
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

  private void play(
      Round round, RunningServer server, Database source, Database subject, Ledger ledger)
      throws Exception {
    Operation operation = round.operation();
    if (operation == Operation.ROLLBACK_IN_PLACE) {
      subject.protectedToo();
    }
    Database about =
        switch (operation) {
          case UNFOLLOW -> source.follower().ready();
          case DESTROY -> source.fork().ready();
          case REFRESH -> marked(source.fork().ready());
          case ROLLBACK_IN_PLACE, RECOVER -> subject;
          case FORK, FAST_FORK, ROLLBACK, FOLLOW -> source;
        };
    if (operation == Operation.UNFOLLOW) {
      about.awaitEverything(ledger);
    }
    Sql.run(subject.url(), "drop table if exists ledger");
    int connections = ledger.sessions();
    try (var own = Ledger.open(subject::url, 1)) {
      own.awaitMore(50);
      Instant asked = Instant.now().truncatedTo(ChronoUnit.MICROS);
      ledger.awaitMore(20);
      own.awaitMore(20);
      if (operation == Operation.RECOVER) {
        own.stop();
        loseDisk(server, subject);
      }
      Instant begun = Instant.now();
      int wait = random.nextInt(operation.latest);
      Thread request = Thread.ofVirtual().start(() -> begin(operation, about, asked));
      Thread.sleep(wait);
      Kill kill = kill(round, server, operation.ofSubject() ? subject : source, request);
      if (kill.victim() == Victim.HOWDAH) {
        request.join();
        Thread.sleep(random.nextInt(500));
        server.restart();
      }
      long rest = System.nanoTime();
      request.join();
      boolean again = operation == Operation.RECOVER && recoverAgain(server, subject);
      Aftermath.assertWholeSoon(server);
      ledger.awaitMore(20);
      if (kill.victim() != Victim.SOURCE || operation.ofSubject()) {
        assertThat(ledger.sessions())
            .as("connections to the source in %s, %s", round, kill)
            .isEqualTo(connections);
      }
      if (!operation.ofSubject()) {
        assertThat(own.sessions()).as("connections to one that has nothing to do with it").isOne();
      }
      own.stop();
      boolean well =
          switch (operation) {
            case ROLLBACK_IN_PLACE -> isRolledBack(subject, own, begun, asked);
            case RECOVER -> isRecovered(subject, own) && !again;
            default -> endedWell(operation, copy(server, source), ledger, asked);
          };
      ended += well ? 1 : 0;
      undone += well ? 0 : 1;
      wanted += kill.victim() == round.victim() ? 1 : 0;
      underWay += kill.during().isEmpty() ? 0 : 1;
      System.out.printf(
          "%s: %s after %d ms, %s, at rest after %d ms%n",
          round,
          kill,
          wait,
          well ? "ended well" : "left nothing",
          (System.nanoTime() - rest) / 1_000_000);
    }
    copy(server, source).ifPresent(Database::destroy);
    assertThat(source.operator("select count(*) from pg_replication_slots"))
        .as("what is kept for followers that are gone")
        .containsExactly("0");
  }

  /** Checks what came of an operation that makes or changes a copy, if anything did. */
  private static boolean endedWell(
      Operation operation, Optional<Database> after, Ledger ledger, Instant asked) {
    return switch (operation) {
      case FORK -> {
        after.ifPresent(fork -> fork.check(ledger, asked, Instant.now()));
        yield after.isPresent();
      }
      case FAST_FORK -> {
        after.ifPresent(fork -> assertThat(fork.info("Data As Of")).isPresent());
        yield after.isPresent();
      }
      case ROLLBACK -> {
        after.ifPresent(back -> back.check(ledger, asked, asked));
        yield after.isPresent();
      }
      case FOLLOW -> {
        after.ifPresent(follower -> follower.awaitEverything(ledger));
        yield after.isPresent();
      }
      case UNFOLLOW -> {
        Database copy = after.orElseThrow();
        boolean follows = copy.info("Following").isPresent();
        if (follows) {
          copy.awaitEverything(ledger);
        } else {
          copy.check(ledger, asked, Instant.now());
          Sql.run(copy.url(), "create table of_its_own ()");
        }
        yield !follows;
      }
      case REFRESH -> {
        Database fork = after.orElseThrow();
        boolean refreshed =
            Sql.ask(fork.url(), "select to_regclass('of_the_fork') is null").equals("true");
        fork.check(ledger, refreshed ? asked : Instant.EPOCH, Instant.now());
        yield refreshed;
      }
      // When Howdah died before it had written down what to do, nothing was done.
      case DESTROY -> after.isEmpty();
      case ROLLBACK_IN_PLACE, RECOVER -> throw new AssertionError(operation);
    };
  }

  private static Database marked(Database fork) {
    Sql.run(fork.url(), "create table of_the_fork ()");
    return fork;
  }

  private static void loseDisk(RunningServer server, Database subject) {
    subject.archiveEverything();
    server.run("rm", "-rf", subject.data().toString()).succeeded();
    subject.killAll();
    subject.awaitInfo("Status", "Unavailable");
  }

  /** Asks once more when the first time was undone or never written down. */
  private static boolean recoverAgain(RunningServer server, Database subject) {
    await("the recovery to be over")
        .atMost(Duration.ofSeconds(90))
        .until(() -> underWay(server).isEmpty());
    boolean missing = Files.notExists(subject.data());
    if (missing) {
      post(subject, "recover", Map.of());
    }
    return missing;
  }

  private static boolean isRecovered(Database subject, Ledger own) {
    subject.check(own, Instant.now(), Instant.now());
    confirm(subject);
    return true;
  }

  private static boolean isRolledBack(Database subject, Ledger own, Instant begun, Instant moment) {
    boolean back = subject.info("Kept").isPresent();
    if (back) {
      subject.checkReplaced(own, begun, moment, moment);
      confirm(subject);
    } else {
      subject.check(own, Instant.now(), Instant.now());
    }
    return back;
  }

  /** Drops what was before, where something was. */
  private static void confirm(Database subject) {
    if (subject.info("Kept").isPresent()) {
      post(subject, "rollback/confirm", Map.of());
      subject.ready();
    }
  }

  private static void post(Database database, String what, Map<String, ?> body) {
    database.server().send("POST", "/client/v11/databases/" + database.id() + "/" + what, body);
  }

  private static void begin(Operation operation, Database about, Instant asked) {
    try {
      switch (operation) {
        case FORK -> about.fork();
        case FAST_FORK -> about.copyWith(Map.of("fork", about.name(), "fast", true));
        case ROLLBACK -> about.rollback(asked);
        case FOLLOW -> about.follower();
        case UNFOLLOW -> about.unfollow();
        case DESTROY -> about.destroy();
        case ROLLBACK_IN_PLACE -> post(about, "rollback", Map.of("to", asked.toString()));
        case RECOVER -> post(about, "recover", Map.of());
        case REFRESH -> post(about, "refresh", Map.of());
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

  /**
   * Watches for the victim while the operation is under way and kills it at some moment of its
   * life; takes another who is there when it does not come.
   */
  private Kill kill(Round round, RunningServer server, Database source, Thread request)
      throws InterruptedException {
    long end = System.nanoTime() + WATCH.toNanos();
    int looks = 0;
    while (System.nanoTime() < end) {
      if (!pids(round.victim(), server, source, round.operation()).isEmpty()) {
        // Not always when it has just begun. Who is gone by then is waited for again.
        Thread.sleep(round.victim() == Victim.PGBACKREST ? random.nextInt(100) : 0);
        Kill kill = kill(round.victim(), server, source, round.operation());
        if (kill.pids() > 0) {
          return kill;
        }
      }
      if (++looks % 20 == 0 && !request.isAlive() && underWay(server).isEmpty()) {
        break;
      }
      Thread.sleep(5);
    }
    var others = new ArrayList<>(List.of(Victim.COPY, Victim.SOURCE));
    Collections.shuffle(others, random);
    others.add(Victim.HOWDAH);
    return others.stream()
        .map(other -> kill(other, server, source, round.operation()))
        .filter(kill -> kill.pids() > 0)
        .findFirst()
        .orElseThrow();
  }

  private Kill kill(Victim victim, RunningServer server, Database source, Operation operation) {
    if (victim == Victim.HOWDAH) {
      server.kill();
      return new Kill(victim, 1, underWay(server));
    }
    Set<Long> pids = pids(victim, server, source, operation);
    pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    return new Kill(victim, pids.size(), pids.isEmpty() ? "" : underWay(server));
  }

  /** What is under way, as the control database has it: kinds and steps. */
  private static String underWay(RunningServer server) {
    return server
        .command(
            "psql",
            "--no-psqlrc",
            "-qAt",
            "-U",
            "howdah",
            "-c",
            "select kind || '/' || step from operation where finished_at is null",
            "howdah")
        .with("PGHOST", server.data().resolve("control/run").toString())
        .run()
        .succeeded()
        .out()
        .strip()
        .replace('\n', ' ');
  }

  /** The processes of a victim; none when it is not there. */
  private Set<Long> pids(
      Victim victim, RunningServer server, Database source, Operation operation) {
    return switch (victim) {
      case HOWDAH -> Set.of(server.pid());
      case SOURCE -> postmasters(server, home -> home.equals(source.id()));
      case COPY ->
          operation.ofSubject() || operation == Operation.REFRESH
              ? postmasters(server, home -> home.endsWith(".next"))
              : postmasters(server, home -> !home.equals(source.id()) && !home.equals(bystander));
      case PGBACKREST ->
          server.databaseProcesses().stream()
              .map(ProcessHandle::pid)
              .filter(pid -> words(pid).contains("pgbackrest"))
              .collect(Collectors.toSet());
    };
  }

  /** The servers of the databases, as their directories know them; Howdah's own is no database. */
  private static Set<Long> postmasters(RunningServer server, Predicate<String> which) {
    try (Stream<Path> homes = Files.list(server.data().resolve("postgres"))) {
      return homes
          .filter(home -> which.test(String.valueOf(home.getFileName())))
          .map(home -> home.resolve("data"))
          .flatMap(CopyKillRoundsIT::postmaster)
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server that works in a data directory; whom a file left behind names may be anybody. */
  private static Stream<Long> postmaster(Path data) {
    try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
      String pid = lines.findFirst().orElse("").strip();
      return Files.readSymbolicLink(Path.of("/proc", pid, "cwd")).equals(data)
          ? Stream.of(Long.valueOf(pid))
          : Stream.empty();
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
