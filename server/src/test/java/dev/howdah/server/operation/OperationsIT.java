package dev.howdah.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.server.Seeds;
import dev.howdah.server.control.TestControl;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine against a real database. A crash is an {@link Error} at a {@link FaultPoint}: it ends
 * the thread that carries the operation, and nothing of it is written; what goes on afterwards is
 * another engine.
 */
class OperationsIT {
  @RegisterExtension static final TestControl CONTROL = new TestControl();

  private static final Duration LONG = Duration.ofSeconds(20);

  private final InstantSource clock = InstantSource.system();
  private final UUID subject = UUID.randomUUID();
  private final List<Operations> engines = new ArrayList<>();

  /** A crash of the server, as far as the engine can tell. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;

    Crash() {
      super("crash", null, false, false);
    }
  }

  @BeforeAll
  static void makeEffects() {
    CONTROL
        .jdbi()
        .useHandle(
            handle -> handle.execute("create table effect (operation uuid, n serial, name text)"));
    // Crashes are what these tests are about, not news.
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
      if (!(error instanceof Crash)) {
        error.printStackTrace();
      }
    });
  }

  @AfterEach
  void close() {
    engines.forEach(Operations::close);
  }

  private Operations engine(FaultPoint faults, Procedure... procedures) {
    Operations engine = new Operations(CONTROL.jdbi(), clock, faults);
    engine.register(List.of(procedures));
    engines.add(engine);
    return engine;
  }

  private Operation submit(Operations engine, String kind) {
    return CONTROL
        .jdbi()
        .inTransaction(handle -> engine.submit(handle, kind, subject, Map.of("greeting", "hello")));
  }

  private static Consumer record(String name) {
    return (handle, operation) ->
        handle.execute("insert into effect (operation, name) values (?, ?)", operation.id(), name);
  }

  private interface Consumer {
    void write(Handle handle, Operation operation);
  }

  /** Steps that each leave one row, written with the step's own record. */
  private static List<Procedure.Step> steps(String... names) {
    return Stream.of(names)
        .map(name ->
            new Procedure.Step(
                name, operation -> Outcome.done(handle -> record(name).write(handle, operation))))
        .toList();
  }

  private static List<String> effects(UUID operation) {
    return CONTROL
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery("select name from effect where operation = :id order by n")
                .bind("id", operation)
                .mapTo(String.class)
                .list());
  }

  private static List<String> history(UUID operation) {
    return CONTROL
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    "select step || ' ' || outcome from operation_step"
                        + " where operation_id = :id order by n")
                .bind("id", operation)
                .mapTo(String.class)
                .list());
  }

  private static Procedure plain(String kind) {
    return new Procedure(kind, LONG, steps("first", "second", "third"), steps("sweep", "forget"));
  }

  @Test
  void runsEveryStepOnceAndInOrder() {
    Operations engine = engine(FaultPoint.NONE, plain("plain"));
    Operation done = engine.await(submit(engine, "plain").id(), LONG);
    assertThat(done.state()).isEqualTo(Operation.State.SUCCEEDED);
    assertThat(done.finishedAt()).isPresent();
    assertThat(done.input().path("greeting").stringValue()).isEqualTo("hello");
    assertThat(effects(done.id())).containsExactly("first", "second", "third");
    assertThat(history(done.id())).containsExactly("first done", "second done", "third done");
    assertThat(engine.latest(subject)).contains(done);
  }

  @Test
  void doesNothingOfATransactionThatIsRolledBack() {
    Operations engine = engine(FaultPoint.NONE, plain("plain"));
    UUID[] id = new UUID[1];
    assertThatThrownBy(() ->
            CONTROL
                .jdbi()
                .useTransaction(handle -> {
                  id[0] = engine.submit(handle, "plain", subject, Map.of()).id();
                  throw new IllegalStateException("no");
                }))
        .hasMessage("no");
    engine.resume();
    assertThat(engine.latest(subject)).isEmpty();
    assertThat(effects(id[0])).isEmpty();
  }

  static Stream<Arguments> crashPoints() {
    return Stream.of("first", "second", "third")
        .flatMap(step -> Stream.of("before", "after").map(moment -> Arguments.of(step, moment)));
  }

  @ParameterizedTest
  @MethodSource("crashPoints")
  void aCrashAtAnyPointLosesNothingAndRepeatsNothing(String step, String moment) {
    Procedure procedure = plain("plain");
    CountDownLatch crashed = new CountDownLatch(1);
    Operations first = engine(crashOnce(step, moment, crashed), procedure);
    Operation operation = submit(first, "plain");
    first.wake(operation.id());
    join(crashed);
    first.close();

    assertThat(first.find(operation.id()).finished())
        .isEqualTo(step.equals("third") && moment.equals("after"));

    Operations second = engine(FaultPoint.NONE, procedure);
    second.resume();
    assertThat(second.await(operation.id(), LONG).state()).isEqualTo(Operation.State.SUCCEEDED);
    assertThat(effects(operation.id())).containsExactly("first", "second", "third");
  }

  @ParameterizedTest
  @MethodSource("undoCrashPoints")
  void aCrashWhileUndoingIsGoneOnFrom(String step, String moment) {
    Procedure procedure =
        new Procedure(
            "doomed",
            LONG,
            Stream.concat(
                    steps("first").stream(),
                    Stream.of(new Procedure.Step("fails", o -> new Outcome.Fail("no room"))))
                .toList(),
            steps("sweep", "forget"));
    CountDownLatch crashed = new CountDownLatch(1);
    Operations first = engine(crashOnce(step, moment, crashed), procedure);
    Operation operation = submit(first, "doomed");
    first.wake(operation.id());
    join(crashed);
    first.close();

    Operations second = engine(FaultPoint.NONE, procedure);
    second.resume();
    Operation done = second.await(operation.id(), LONG);
    assertThat(done.state()).isEqualTo(Operation.State.FAILED);
    assertThat(done.error()).contains("no room");
    assertThat(effects(operation.id())).containsExactly("first", "sweep", "forget");
  }

  static Stream<Arguments> undoCrashPoints() {
    return Stream.of("fails", "sweep", "forget")
        .flatMap(step -> Stream.of("before", "after").map(moment -> Arguments.of(step, moment)));
  }

  /** Many crashes, wherever they fall: still each effect once, or all of them taken back. */
  @ParameterizedTest(name = "seed {0}")
  @Seeds(20)
  void manyCrashesLoseNothingAndRepeatNothing(long seed) {
    Random random = new Random(seed);
    boolean doomed = random.nextBoolean();
    Procedure procedure =
        new Procedure(
            "stormy",
            LONG,
            Stream.of(
                    steps("a", "b"),
                    List.of(
                        new Procedure.Step(
                            "c", o -> doomed ? new Outcome.Fail("no") : Outcome.done())),
                    steps("d"))
                .flatMap(List::stream)
                .toList(),
            steps("x", "y"));
    AtomicInteger crashes = new AtomicInteger(1 + random.nextInt(8));
    FaultPoint storm =
        (kind, step, moment) -> {
          boolean now;
          synchronized (random) {
            now = random.nextInt(3) == 0;
          }
          if (now && crashes.getAndDecrement() > 0) {
            throw new Crash();
          }
        };
    Operations engine = engine(storm, procedure);
    Operation operation = submit(engine, "stormy");
    Instant giveUp = Instant.now().plus(LONG);
    while (!engine.find(operation.id()).finished()) {
      assertThat(Instant.now()).isBefore(giveUp);
      engine.resume();
      engine.await(operation.id(), Duration.ofMillis(20));
    }
    assertThat(effects(operation.id()))
        .isEqualTo(doomed ? List.of("a", "b", "x", "y") : List.of("a", "b", "d"));
  }

  @Test
  void aStepThatThrowsIsTriedAgain() {
    AtomicInteger runs = new AtomicInteger();
    Procedure flaky =
        new Procedure(
            "flaky",
            LONG,
            List.of(
                new Procedure.Step(
                    "only",
                    operation -> {
                      if (runs.incrementAndGet() < 3) {
                        throw new java.io.IOException("not yet");
                      }
                      return Outcome.done(handle -> record("only").write(handle, operation));
                    })),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, flaky);
    Operation done = engine.await(submit(engine, "flaky").id(), LONG);
    assertThat(done.state()).isEqualTo(Operation.State.SUCCEEDED);
    assertThat(done.error()).isEmpty();
    assertThat(history(done.id())).containsExactly("only retry", "only retry", "only done");
    assertThat(effects(done.id())).containsExactly("only");
  }

  @Test
  void writesThatFailTakeTheStepBackAndAreTriedAgain() {
    AtomicInteger runs = new AtomicInteger();
    Procedure clumsy =
        new Procedure(
            "clumsy",
            LONG,
            List.of(
                new Procedure.Step(
                    "only",
                    operation ->
                        Outcome.done(handle -> {
                          record("only").write(handle, operation);
                          if (runs.incrementAndGet() == 1) {
                            handle.execute("select 1 / 0");
                          }
                        }))),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, clumsy);
    Operation operation = submit(engine, "clumsy");
    engine.wake(operation.id());
    await()
        .atMost(LONG)
        .until(() -> {
          engine.resume();
          return engine.find(operation.id()).finished();
        });
    assertThat(effects(operation.id())).containsExactly("only");
  }

  @Test
  void waitsAsLongAsAStepAsksForAndShowsItsProgress() {
    CountDownLatch ready = new CountDownLatch(1);
    Procedure patient =
        new Procedure(
            "patient",
            LONG,
            List.of(
                new Procedure.Step(
                    "wait",
                    operation ->
                        ready.getCount() == 0
                            ? Outcome.done()
                            : new Outcome.Again(Duration.ofMillis(20), "50 %"))),
            List.of());
    Operations engine = engine(FaultPoint.NONE, patient);
    Operation operation = submit(engine, "patient");
    Operation waiting = engine.await(operation.id(), Duration.ofMillis(300));
    assertThat(waiting.finished()).isFalse();
    assertThat(waiting.progress()).isEqualTo("50 %");
    ready.countDown();
    assertThat(engine.await(operation.id(), LONG).state()).isEqualTo(Operation.State.SUCCEEDED);
    assertThat(history(operation.id())).containsExactly("wait done");
  }

  @Test
  void awaitTellsEveryoneWhoWaits() {
    CountDownLatch go = new CountDownLatch(1);
    Procedure gated =
        new Procedure(
            "gated",
            LONG,
            List.of(
                new Procedure.Step(
                    "gate",
                    operation -> {
                      join(go);
                      return Outcome.done();
                    })),
            List.of());
    Operations engine = engine(FaultPoint.NONE, gated);
    Operation operation = submit(engine, "gated");
    List<CompletableFuture<Operation>> waiting =
        IntStream.range(0, 20)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(
                    () -> engine.await(operation.id(), LONG), Thread::startVirtualThread))
            .toList();
    go.countDown();
    Instant begin = Instant.now();
    for (CompletableFuture<Operation> one : waiting) {
      assertThat(one.join().state()).isEqualTo(Operation.State.SUCCEEDED);
    }
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(10));
    assertThat(engine.await(operation.id(), Duration.ZERO).finished()).isTrue();
  }

  @Test
  void runsTwoOperationsAtOnce() {
    CyclicBarrier both = new CyclicBarrier(2);
    Procedure meeting =
        new Procedure(
            "meeting",
            LONG,
            List.of(
                new Procedure.Step(
                    "meet",
                    operation -> {
                      both.await(10, TimeUnit.SECONDS);
                      return Outcome.done();
                    })),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, meeting);
    Operation one = submit(engine, "meeting");
    Operation other = submit(engine, "meeting");
    engine.resume();
    assertThat(engine.await(one.id(), LONG).state()).isEqualTo(Operation.State.SUCCEEDED);
    assertThat(engine.await(other.id(), LONG).state()).isEqualTo(Operation.State.SUCCEEDED);
  }

  @Test
  void neverRunsOneOperationTwiceAtOnce() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Procedure busy =
        new Procedure(
            "busy",
            LONG,
            IntStream.range(0, 20)
                .mapToObj(i ->
                    new Procedure.Step(
                        "step" + i,
                        operation -> {
                          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                          LockSupport.parkNanos(100_000);
                          inside.decrementAndGet();
                          return Outcome.done();
                        }))
                .toList(),
            List.of());
    Operations engine = engine(FaultPoint.NONE, busy);
    Operation operation = submit(engine, "busy");
    while (!engine.find(operation.id()).finished()) {
      engine.wake(operation.id());
      engine.resume();
    }
    assertThat(most).hasValue(1);
    assertThat(history(operation.id())).hasSize(20);
  }

  @Test
  void aCancelledOperationIsUndone() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Procedure slow =
        new Procedure(
            "slow",
            LONG,
            Stream.concat(
                    Stream.of(
                        new Procedure.Step(
                            "long",
                            operation -> {
                              entered.countDown();
                              join(leave);
                              return Outcome.done(h -> record("long").write(h, operation));
                            })),
                    steps("never").stream())
                .toList(),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, slow);
    Operation operation = submit(engine, "slow");
    engine.wake(operation.id());
    join(entered);
    cancel(engine, operation.id());
    leave.countDown();
    Operation done = engine.await(operation.id(), LONG);
    assertThat(done.state()).isEqualTo(Operation.State.FAILED);
    assertThat(done.error()).contains("Cancelled.");
    assertThat(effects(operation.id())).containsExactly("long", "sweep");
  }

  @Test
  void anOperationThatWaitsIsCancelledAtOnce() {
    Procedure waiting =
        new Procedure(
            "waiting",
            Duration.ofHours(2),
            List.of(
                new Procedure.Step(
                    "wait", operation -> new Outcome.Again(Duration.ofHours(1), "waiting"))),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, waiting);
    Operation operation = submit(engine, "waiting");
    assertThat(engine.await(operation.id(), Duration.ofMillis(200)).finished()).isFalse();
    cancel(engine, operation.id());
    engine.wake(operation.id());
    assertThat(engine.await(operation.id(), LONG).state()).isEqualTo(Operation.State.FAILED);
    assertThat(effects(operation.id())).containsExactly("sweep");
  }

  @Test
  void whatCanOnlyGoForwardIsNotCancelled() {
    Procedure forward = new Procedure("forward", LONG, steps("first", "second"), List.of());
    Operations engine = engine(FaultPoint.NONE, forward);
    Operation operation = submit(engine, "forward");
    cancel(engine, operation.id());
    assertThat(engine.await(operation.id(), LONG).state()).isEqualTo(Operation.State.SUCCEEDED);
  }

  @Test
  void whatTakesTooLongIsUndone() {
    Procedure late =
        new Procedure(
            "late",
            Duration.ofMillis(150),
            List.of(
                new Procedure.Step(
                    "wait", operation -> new Outcome.Again(Duration.ofMillis(10), "still"))),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, late);
    Operation done = engine.await(submit(engine, "late").id(), LONG);
    assertThat(done.state()).isEqualTo(Operation.State.FAILED);
    assertThat(done.error().orElseThrow()).contains("too long");
    assertThat(effects(done.id())).containsExactly("sweep");
  }

  @Test
  void closingWaitsForTheStepAndLeavesTheRestToTheNextServer() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Procedure slow =
        new Procedure(
            "closing",
            LONG,
            Stream.concat(
                    Stream.of(
                        new Procedure.Step(
                            "long",
                            operation -> {
                              entered.countDown();
                              join(leave);
                              return Outcome.done(h -> record("long").write(h, operation));
                            })),
                    steps("rest").stream())
                .toList(),
            steps("sweep"));
    Operations first = engine(FaultPoint.NONE, slow);
    Operation operation = submit(first, "closing");
    first.wake(operation.id());
    join(entered);
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(first::close, Thread::startVirtualThread);
    leave.countDown();
    closed.join();
    assertThat(effects(operation.id())).containsExactly("long");
    Operations second = engine(FaultPoint.NONE, slow);
    assertThat(second.await(operation.id(), LONG).state()).isEqualTo(Operation.State.SUCCEEDED);
    assertThat(effects(operation.id())).containsExactly("long", "rest");
  }

  @Test
  void cancellingDuringTheLastStepStillUndoesEverything() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Procedure lingering =
        new Procedure(
            "lingering",
            LONG,
            List.of(
                new Procedure.Step(
                    "last",
                    operation -> {
                      entered.countDown();
                      join(leave);
                      return Outcome.done(handle -> record("last").write(handle, operation));
                    })),
            steps("sweep"));
    Operations engine = engine(FaultPoint.NONE, lingering);
    Operation operation = submit(engine, "lingering");
    engine.wake(operation.id());
    join(entered);
    cancel(engine, operation.id());
    leave.countDown();
    assertThat(engine.await(operation.id(), LONG).state()).isEqualTo(Operation.State.FAILED);
    assertThat(effects(operation.id())).containsExactly("sweep");
  }

  @Test
  void aSupersededOperationRecordsNothingMore() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Procedure doomed =
        new Procedure(
            "doomed",
            LONG,
            List.of(
                new Procedure.Step(
                    "slow",
                    operation -> {
                      entered.countDown();
                      join(leave);
                      return Outcome.done(handle -> record("slow").write(handle, operation));
                    })),
            List.of());
    Operations engine = engine(FaultPoint.NONE, doomed);
    Operation operation = submit(engine, "doomed");
    engine.wake(operation.id());
    join(entered);
    CONTROL.jdbi().useTransaction(handle -> engine.supersede(handle, subject, "Overtaken."));
    leave.countDown();
    Operation ended = engine.await(operation.id(), LONG);
    assertThat(ended.state()).isEqualTo(Operation.State.FAILED);
    assertThat(ended.error()).contains("Overtaken.");
    engine.close();
    assertThat(effects(operation.id())).isEmpty();
    assertThat(history(operation.id())).containsExactly("slow superseded");
  }

  @Test
  void refusesTwoProceduresOfOneKind() {
    assertThatThrownBy(() -> engine(FaultPoint.NONE, plain("twin"), plain("twin")))
        .isInstanceOf(IllegalStateException.class);
  }

  private static void cancel(Operations engine, UUID id) {
    CONTROL.jdbi().useTransaction(handle -> engine.cancel(handle, engine.find(id)));
  }

  private static FaultPoint crashOnce(String step, String moment, CountDownLatch crashed) {
    return (kind, at, when) -> {
      if (at.equals(step) && when.equals(moment) && crashed.getCount() > 0) {
        crashed.countDown();
        throw new Crash();
      }
    };
  }

  private static void join(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
