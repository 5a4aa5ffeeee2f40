package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.acceptance.Ran;
import dev.howdah.acceptance.RunningServer;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The server dies right before and right after the record of every step of every operation, those
 * that undo included. The steps come from the server itself, so that a new one cannot be forgotten.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashIT {
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final int HALTED = 137;
  private static final int ROWS = 1000;

  /** The kinds of operations that move data in pg_dump's form. */
  private static final Set<String> MOVING =
      Set.of(
          "copy-data",
          "drop-replaced-data",
          "capture-backup",
          "delete-backup",
          "drill-backup",
          "restore-backup",
          "keep-replaced-data",
          "undo-restore",
          "drop-kept-data");

  /** The kinds of operations that end with another taking a database's place, or begin with it. */
  private static final Set<String> SUCCEEDING =
      Set.of(
          "roll-back-in-place",
          "recover-database",
          "refresh-fork",
          "prepare-upgrade",
          "upgrade-database",
          "open-successor",
          "undo-succession",
          "confirm-succession");

  /** Kinds of operations to try, while one is being written; all when there are none. */
  private static final List<String> KINDS =
      java.util.stream.Stream.of(System.getProperty("howdah.crash.kinds", "").split(",", -1))
          .filter(kind -> !kind.isBlank())
          .toList();

  private static final Map<String, String> SETTINGS =
      Map.of(
          "HOWDAH_ENFORCEMENT_INTERVAL", "PT1S",
          "HOWDAH_PROTECTION_INTERVAL", "PT1S",
          "HOWDAH_FOLLOWER_INTERVAL", "PT1S");

  /**
   * How many points of each kind are tried, drawn by {@code -Dhowdah.crash.seed}: all of them take
   * the better part of an hour. {@code -Dhowdah.crash.all=true} leaves none out.
   */
  private static final int POINTS =
      Boolean.getBoolean("howdah.crash.all")
          ? Integer.MAX_VALUE
          : Integer.getInteger("howdah.crash.points", 1);

  private static final long SEED = Long.getLong("howdah.crash.seed", 0);

  /**
   * Where the server dies.
   *
   * @param undone whether the operation failed before and is being undone
   */
  record Point(String kind, String faults, boolean undone) {
    @Override
    public String toString() {
      return faults;
    }
  }

  /** One kind of operation: how a client starts it, and what must be so when it is over. */
  private interface Scenario {
    /** What must be there first. */
    default void prepare() {}

    /** The request during which the server dies. */
    void begin();

    /** What its owner does when the server is there again, before everything has to be whole. */
    default void repair(boolean undone) {}

    /** Fails unless all of it happened, or nothing when it was undone. */
    void check(boolean undone);
  }

  private RunningServer server;
  private Estate estate;
  private String app;

  /** Keeps its rows through everything. */
  private Estate.Database keeper;

  private List<Point> points = List.of();
  private @Nullable Point armed;
  private int number;
  private int changes;

  @BeforeAll
  void start() {
    server = RunningServer.start(SETTINGS);
    estate = new Estate(server);
    app = estate.app();
    keeper = estate.database(app, "standard-0");
    fill(keeper);
    offerEveryVersion();
    server.kill();
    points = readPoints();
    rearm(points.getFirst());
  }

  private void offerEveryVersion() {
    String versions =
        majors().stream()
            .map(major -> "  " + major + ": {status: available}\n")
            .collect(java.util.stream.Collectors.joining("", "default: newest\nversions:\n", ""));
    try {
      java.nio.file.Files.writeString(server.data().resolve("versions.yaml"), versions);
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  void close() {
    server.close();
  }

  List<Point> points() {
    return points;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("points")
  void completesOrUndoesItselfAfterACrash(Point point) {
    if (!point.equals(armed)) {
      server.kill();
      rearm(point);
    }
    Scenario scenario = scenario(point.kind());
    scenario.prepare();
    assertThatThrownBy(scenario::begin).isInstanceOf(UncheckedIOException.class);
    assertThat(server.awaitEnd(PATIENCE)).as(server.log()).isEqualTo(HALTED);
    // The next fault is armed already while this operation goes on: it is of another kind.
    int next = points.indexOf(point) + 1;
    rearm(
        next < points.size() && !related(points.get(next).kind(), point.kind())
            ? points.get(next)
            : null);
    scenario.repair(point.undone());
    Aftermath.assertWhole(server);
    scenario.check(point.undone());
    assertThat(Tenant.ask(server, estate.url(keeper), "select count(*) from kept"))
        .isEqualTo(Integer.toString(ROWS));
  }

  /** Operations of which one leads to the other, or whose checks do. */
  private static boolean related(String kind, String other) {
    return kind.equals(other)
        || (MOVING.contains(kind) && MOVING.contains(other))
        || (SUCCEEDING.contains(kind) && SUCCEEDING.contains(other));
  }

  private void rearm(@Nullable Point point) {
    var settings = new java.util.HashMap<>(SETTINGS);
    if (point != null) {
      settings.put("HOWDAH_FAULT", point.faults());
    }
    server.restart(settings);
    armed = point;
  }

  /** Asks for a fault that does not exist; the refusal lists the steps that do. */
  private List<Point> readPoints() {
    Ran refused =
        server
            .command(
                RunningServer.CHECKOUT.resolve("howdah").toString(),
                "server",
                "--data",
                server.data().toString(),
                "--port",
                Integer.toString(server.port()))
            .with("HOWDAH_FAULT", "no/such/before")
            .run()
            .failed();
    assertThat(refused.err()).contains("HOWDAH_FAULT names no step");
    var groups = new ArrayList<List<Point>>();
    refused
        .err()
        .lines()
        .filter(line -> line.matches("[a-z-]+: .*"))
        .filter(line -> KINDS.isEmpty() || KINDS.contains(line.substring(0, line.indexOf(':'))))
        .forEach(line -> groups.add(pointsOf(line)));
    assertThat(groups).hasSizeGreaterThan(KINDS.isEmpty() ? 5 : 0);
    // One of each kind after the other: neighbours are of different kinds.
    int longest = groups.stream().mapToInt(List::size).max().orElseThrow();
    var all = new ArrayList<Point>();
    for (int i = 0; i < longest; i++) {
      for (List<Point> group : groups) {
        if (i < group.size()) {
          all.add(group.get(i));
        }
      }
    }
    return List.copyOf(all);
  }

  /** {@code kind: step step; undo: step}. */
  private static List<Point> pointsOf(String line) {
    String kind = line.substring(0, line.indexOf(':'));
    String[] parts = line.substring(kind.length() + 1).split("; undo: ", 2);
    List<String> steps = List.of(parts[0].strip().split(" ", -1));
    List<String> undo = parts.length == 1 ? List.of() : List.of(parts[1].strip().split(" ", -1));
    var all = new ArrayList<Point>();
    for (String step : steps) {
      for (String moment : List.of("before", "after")) {
        all.add(new Point(kind, kind + "/" + step + "/" + moment, false));
        for (String back : undo) {
          String failed = kind + "/" + step + "/fail," + kind + "/" + back + "/" + moment;
          all.add(new Point(kind, failed, true));
        }
      }
    }
    if (all.size() > POINTS) {
      Collections.shuffle(all, new Random(SEED + kind.hashCode()));
      return List.copyOf(all.subList(0, POINTS));
    }
    return all;
  }

  private Scenario scenario(String kind) {
    number++;
    return switch (kind) {
      case "create-database" -> new CreateDatabase();
      case "destroy-database" -> new DestroyDatabase();
      case "destroy-app" -> new DestroyApp();
      case "change-plan" -> new ChangePlan();
      case "configure-database" -> new Configure();
      case "reset-database" -> new Reset();
      case "repair-default-credential" -> new Repair();
      case "create-credential" -> new CreateCredential();
      case "destroy-credential" -> new DestroyCredential();
      case "rotate-credential" -> new RotateCredential();
      case "copy-data", "drop-replaced-data" -> new CopyData();
      case "capture-backup" -> new CaptureBackup();
      case "drill-backup" -> new DrillBackup();
      case "delete-backup" -> new DeleteBackup();
      case "restore-backup", "keep-replaced-data" -> new RestoreBackup();
      case "undo-restore" -> new EndOfRestore(true);
      case "drop-kept-data" -> new EndOfRestore(false);
      case "install-pgbackups" -> new InstallPgbackups();
      case "remove-pgbackups" -> new RemovePgbackups();
      case "change-pgbackups-plan" -> new ChangePgbackupsPlan();
      case "copy-database" -> new CopyDatabase();
      case "follow-database" -> new FollowDatabase();
      case "unfollow-database" -> new UnfollowDatabase();
      case "prepare-upgrade" -> new PrepareUpgrade();
      case "test-upgrade" -> new TestUpgrade();
      case "cancel-upgrade" -> new CancelUpgrade();
      case "upgrade-database", "open-successor" -> new UpgradeDatabase();
      case "undo-succession" -> new UndoUpgrade();
      case "confirm-succession" -> new ConfirmUpgrade();
      case "roll-back-in-place" -> new RollBackInPlace();
      case "recover-database" -> new RecoverDatabase();
      case "refresh-fork" -> new RefreshFork();
      case "rebuild-follower" -> new RebuildFollower();
      default -> throw new AssertionError("write a scenario for operations of kind " + kind);
    };
  }

  private final class CreateDatabase implements Scenario {
    private int before;

    @Override
    public void prepare() {
      before = estate.addons(app);
    }

    @Override
    public void begin() {
      estate.database(app, "hobby-dev");
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.addons(app)).isEqualTo(undone ? before : before + 1);
    }
  }

  private final class DestroyDatabase implements Scenario {
    private final Estate.Database doomed = estate.database(app, "hobby-dev");

    @Override
    public void begin() {
      server.send("DELETE", doomed.path(), Map.of());
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.status("GET", doomed.path())).isEqualTo(404);
    }
  }

  private final class DestroyApp implements Scenario {
    private final String doomed = estate.app();

    @Override
    public void prepare() {
      estate.database(doomed, "hobby-dev");
      estate.database(doomed, "standard-0");
    }

    @Override
    public void begin() {
      server.send("DELETE", "/apps/" + doomed, Map.of());
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.status("GET", "/apps/" + doomed)).isEqualTo(404);
      server.send("POST", "/apps", Map.of("name", doomed));
    }
  }

  /** To a plan with continuous protection and, every other time, from one to a plan without. */
  private final class ChangePlan implements Scenario {
    private final String from = changes++ % 2 == 0 ? "hobby-dev" : "standard-0";
    private final String to = from.equals("hobby-dev") ? "standard-0" : "hobby-dev";
    private final Estate.Database changed = estate.database(app, from);

    @Override
    public void prepare() {
      fill(changed);
    }

    @Override
    public void begin() {
      server.send("PATCH", changed.path(), Map.of("plan", "heroku-postgresql:" + to));
    }

    @Override
    public void check(boolean undone) {
      String plan = undone ? from : to;
      boolean production = plan.equals("standard-0");
      assertThat(estate.plan(changed)).isEqualTo("heroku-postgresql:" + plan);
      String limit = production ? "120" : "20";
      String url = estate.url(changed);
      assertThat(
              Tenant.ask(
                  server, url, "select rolconnlimit from pg_roles where rolname = session_user"))
          .isEqualTo(limit);
      assertThat(Tenant.ask(server, url, "select current_setting('max_connections')::int - 8"))
          .isEqualTo(limit);
      assertThat(Tenant.ask(server, url, "select current_setting('archive_mode')"))
          .isEqualTo(production ? "on" : "off");
      String protection = estate.info(changed, "Continuous Protection");
      assertThat(protection).matches(production ? "(Starting|On|Impaired).*" : "Off");
      if (production && from.equals("hobby-dev")) {
        server.send("PATCH", changed.path(), Map.of("plan", "heroku-postgresql:hobby-dev"));
      }
      assertThat(Tenant.ask(server, url, "select count(*) from kept"))
          .isEqualTo(Integer.toString(ROWS));
      server.send("DELETE", changed.path(), Map.of());
    }
  }

  private final class Configure implements Scenario {
    private final int milliseconds = 3000 + number;

    @Override
    public void begin() {
      server.send(
          "PATCH", keeper.data("/config"), Map.of("log_min_duration_statement", milliseconds));
    }

    @Override
    public void check(boolean undone) {
      assertThat(
              server
                  .get(keeper.data("/config"))
                  .path("log_min_duration_statement")
                  .path("value")
                  .asInt())
          .isEqualTo(milliseconds);
      assertThat(
              Tenant.ask(
                  server,
                  estate.url(keeper),
                  "select setting from pg_settings where name = 'log_min_duration_statement'"))
          .isEqualTo(Integer.toString(milliseconds));
    }
  }

  private final class Reset implements Scenario {
    private final Estate.Database emptied = estate.database(app, "hobby-dev");

    @Override
    public void prepare() {
      fill(emptied);
    }

    @Override
    public void begin() {
      server.send(
          "PUT",
          "/client/v11/databases/" + emptied.id() + "/reset",
          Map.of("extensions", List.of("hstore")));
    }

    @Override
    public void check(boolean undone) {
      String url = estate.url(emptied);
      assertThat(Tenant.ask(server, url, "select to_regclass('kept')")).isNull();
      assertThat(Tenant.ask(server, url, "select 'a=>1'::hstore -> 'a'")).isEqualTo("1");
      Tenant.run(server, url, "create table fresh (n int)", "insert into fresh values (1)");
      server.send("DELETE", emptied.path(), Map.of());
    }
  }

  private final class Repair implements Scenario {
    @Override
    public void begin() {
      server.send("POST", keeper.data("/repair-default"), Map.of());
    }

    @Override
    public void check(boolean undone) {
      Tenant.run(server, estate.url(keeper), "alter table kept set (fillfactor = 90)");
    }
  }

  private final class CreateCredential implements Scenario {
    private final String name = "made" + number;

    @Override
    public void begin() {
      server.send("POST", keeper.data("/credentials"), Map.of("name", name, "preset", "readonly"));
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.credentials(keeper).contains(name)).isNotEqualTo(undone);
      assertThat(
              Tenant.ask(
                  server,
                  estate.url(keeper),
                  "select count(*) from pg_roles where rolname = '" + name + "'"))
          .isEqualTo(undone ? "0" : "1");
    }
  }

  private final class DestroyCredential implements Scenario {
    private final String name = "gone" + number;

    @Override
    public void prepare() {
      server.send("POST", keeper.data("/credentials"), Map.of("name", name));
    }

    @Override
    public void begin() {
      server.send("DELETE", keeper.data("/credentials/" + name), Map.of());
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.credentials(keeper)).doesNotContain(name).contains("default");
      assertThat(
              Tenant.ask(
                  server,
                  estate.url(keeper),
                  "select count(*) from pg_roles where rolname = '" + name + "'"))
          .isEqualTo("0");
    }
  }

  private final class RotateCredential implements Scenario {
    private final String old = estate.url(keeper);

    @Override
    public void begin() {
      server.send("POST", keeper.data("/credentials/default/credentials_rotation"), Map.of());
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.url(keeper)).isNotEqualTo(old);
      assertThatThrownBy(() -> Tenant.connect(server, old)).isInstanceOf(SQLException.class);
      assertThat(
              Tenant.ask(
                  server,
                  estate.url(keeper),
                  "select count(*) from pg_roles r where pg_has_role(r.oid, 'howdah_retired', 'member')"
                      + " and not rolsuper"))
          .as("old logins that are left")
          .isEqualTo("1");
    }
  }

  private final class CopyData implements Scenario {
    private final Estate.Database target = estate.database(app, "hobby-dev");

    @Override
    public void prepare() {
      Tenant.run(server, estate.url(target), "create table precious (n int)");
    }

    @Override
    public void begin() {
      String transfer =
          server
              .send(
                  "POST",
                  "/client/v11/databases/" + target.id() + "/transfers",
                  Map.of(
                      "from_name",
                      "KEEPER",
                      "from_url",
                      estate.url(keeper),
                      "to_name",
                      "TARGET",
                      "to_url",
                      estate.url(target)))
              .path("uuid")
              .asString();
      // The request does not wait; the server dies while we look.
      while (transfer(transfer).path("finished_at").isNull()) {
        Thread.onSpinWait();
      }
      // It may have done so right after what we saw.
      assertThat(server.awaitEnd(PATIENCE)).isEqualTo(HALTED);
      transfer(transfer);
    }

    private tools.jackson.databind.JsonNode transfer(String id) {
      return server.get("/client/v11/apps/" + app + "/transfers/" + id);
    }

    @Override
    public void check(boolean undone) {
      var all = server.get("/client/v11/apps/" + app + "/transfers");
      var newest = all.path(all.size() - 1);
      assertThat(newest.path("succeeded").asBoolean()).isNotEqualTo(undone);
      String url = estate.url(target);
      assertThat(Tenant.ask(server, url, "select to_regclass('precious') is not null"))
          .isEqualTo(undone ? "t" : "f");
      if (!undone) {
        assertThat(Tenant.ask(server, url, "select count(*) from kept"))
            .isEqualTo(Integer.toString(ROWS));
      }
      assertThat(Tenant.ask(server, url, "select count(*) from pg_database where datname ~ '_'"))
          .as("second databases that are left")
          .isEqualTo("0");
      server.send("DELETE", target.path(), Map.of());
    }
  }

  private tools.jackson.databind.JsonNode newestTransfer() {
    var all = server.get("/client/v11/apps/" + app + "/transfers");
    return all.path(all.size() - 1);
  }

  private tools.jackson.databind.JsonNode transferred(String path, Map<String, ?> body) {
    String id = server.send("POST", path, body).path("uuid").asString();
    String transfer = "/client/v11/apps/" + app + "/transfers/" + id;
    await().atMost(PATIENCE).until(() -> !server.get(transfer).path("finished_at").isNull());
    assertThat(server.get(transfer).path("succeeded").asBoolean()).isTrue();
    return server.get(transfer);
  }

  /** A backup of the keeper. */
  private tools.jackson.databind.JsonNode backup() {
    return transferred("/client/v11/databases/" + keeper.id() + "/backups", Map.of());
  }

  private void askForTransfersUntilItDies() {
    askUntilItDies("/client/v11/apps/" + app + "/transfers");
  }

  private final class CaptureBackup implements Scenario {
    @Override
    public void begin() {
      server.send("POST", "/client/v11/databases/" + keeper.id() + "/backups", Map.of());
      askForTransfersUntilItDies();
    }

    @Override
    public void check(boolean undone) {
      var backup = newestTransfer();
      assertThat(backup.path("succeeded").asBoolean()).isNotEqualTo(undone);
      String address = "/client/v11/apps/" + app + "/transfers/" + backup.path("num").asString();
      if (undone) {
        assertThat(estate.status("POST", address + "/actions/public-url")).isEqualTo(422);
        return;
      }
      String url =
          server.send("POST", address + "/actions/public-url", Map.of()).path("url").asString();
      byte[] dump = server.download(url);
      assertThat(dump).hasSize(backup.path("processed_bytes").asInt());
      assertThat(new String(dump, 0, 5, java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("PGDMP");
    }
  }

  private final class DeleteBackup implements Scenario {
    private String path = "";

    @Override
    public void prepare() {
      path = "/client/v11/apps/" + app + "/transfers/" + backup().path("num").asString();
    }

    @Override
    public void begin() {
      server.send("DELETE", path, Map.of());
      askForTransfersUntilItDies();
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.status("GET", path)).isEqualTo(404);
    }
  }

  private final class DrillBackup implements Scenario {
    // Its first backup is none of those that are drilled unasked.
    private final String on = estate.app();
    private final Estate.Database source = estate.database(on, "hobby-dev");
    private String path = "";

    @Override
    public void prepare() {
      fill(source);
      String id =
          server
              .send("POST", "/client/v11/databases/" + source.id() + "/backups", Map.of())
              .path("uuid")
              .asString();
      path = "/client/v11/apps/" + on + "/transfers/" + id;
      await().atMost(PATIENCE).until(() -> server.get(path).path("succeeded").asBoolean());
    }

    @Override
    public void begin() {
      server.send("POST", path + "/actions/verify", Map.of());
      askUntilItDies(path);
    }

    @Override
    public void check(boolean undone) {
      assertThat(server.get(path).path("verification").asString())
          .contains(undone ? "FAILED" : ROWS + " rows");
      server.send("DELETE", "/apps/" + on, Map.of());
    }
  }

  private final class RestoreBackup implements Scenario {
    private final Estate.Database target = estate.database(app, "hobby-dev");
    private String source = "";

    @Override
    public void prepare() {
      Tenant.run(server, estate.url(target), "create table precious (n int)");
      source = backup().path("to_url").asString();
    }

    @Override
    public void begin() {
      server.send(
          "POST",
          "/client/v11/databases/" + target.id() + "/restores",
          Map.of("backup_url", source));
      askForTransfersUntilItDies();
    }

    @Override
    public void check(boolean undone) {
      assertThat(newestTransfer().path("succeeded").asBoolean()).isNotEqualTo(undone);
      String url = estate.url(target);
      if (!undone) {
        assertThat(Tenant.ask(server, url, "select count(*) from kept"))
            .isEqualTo(Integer.toString(ROWS));
        server.send("POST", "/client/v11/databases/" + target.id() + "/restores/undo", Map.of());
      }
      assertThat(Tenant.ask(server, url, "select to_regclass('precious')")).isEqualTo("precious");
      assertThat(Tenant.ask(server, url, "select count(*) from pg_database where datname ~ '_'"))
          .as("second databases that are left")
          .isEqualTo("0");
      server.send("DELETE", target.path(), Map.of());
    }
  }

  private final class EndOfRestore implements Scenario {
    private final boolean undo;
    private final Estate.Database target = estate.database(app, "hobby-dev");

    EndOfRestore(boolean undo) {
      this.undo = undo;
    }

    @Override
    public void prepare() {
      Tenant.run(server, estate.url(target), "create table precious (n int)");
      transferred(
          "/client/v11/databases/" + target.id() + "/restores",
          Map.of("backup_url", backup().path("to_url").asString()));
    }

    @Override
    public void begin() {
      server.send(
          "POST",
          "/client/v11/databases/" + target.id() + "/restores/" + (undo ? "undo" : "confirm"),
          Map.of());
      askForTransfersUntilItDies();
    }

    @Override
    public void check(boolean undone) {
      String url = estate.url(target);
      assertThat(Tenant.ask(server, url, "select to_regclass('precious') is not null"))
          .isEqualTo(undo ? "t" : "f");
      assertThat(Tenant.ask(server, url, "select to_regclass('kept') is not null"))
          .isEqualTo(undo ? "f" : "t");
      assertThat(Tenant.ask(server, url, "select count(*) from pg_database where datname ~ '_'"))
          .as("second databases that are left")
          .isEqualTo("0");
      server.send("DELETE", target.path(), Map.of());
    }
  }

  private String installPgbackups(String on) {
    return server
        .send("POST", "/apps/" + on + "/addons", Map.of("plan", "pgbackups:auto-week"))
        .path("name")
        .asString();
  }

  private List<String> plansOf(String of) {
    return server
        .get("/apps/" + of + "/addons")
        .valueStream()
        .map(addon -> addon.path("plan").path("name").asString())
        .toList();
  }

  private final class InstallPgbackups implements Scenario {
    private final String on = estate.app();

    @Override
    public void begin() {
      installPgbackups(on);
    }

    @Override
    public void check(boolean undone) {
      assertThat(plansOf(on)).isEqualTo(undone ? List.of() : List.of("pgbackups:auto-week"));
    }
  }

  private final class RemovePgbackups implements Scenario {
    private final String on = estate.app();
    private String addon = "";

    @Override
    public void prepare() {
      addon = installPgbackups(on);
    }

    @Override
    public void begin() {
      server.send("DELETE", "/apps/" + on + "/addons/" + addon, Map.of());
    }

    @Override
    public void check(boolean undone) {
      assertThat(plansOf(on)).isEmpty();
    }
  }

  private final class ChangePgbackupsPlan implements Scenario {
    private final String on = estate.app();
    private String addon = "";

    @Override
    public void prepare() {
      addon = installPgbackups(on);
    }

    @Override
    public void begin() {
      server.send(
          "PATCH", "/apps/" + on + "/addons/" + addon, Map.of("plan", "pgbackups:auto-month"));
    }

    @Override
    public void check(boolean undone) {
      assertThat(plansOf(on)).containsExactly("pgbackups:auto-month");
    }
  }

  /** Asks again and again until the server is dead, for requests that do not wait. */
  private void askUntilItDies(String path) {
    while (true) {
      server.get(path);
      Thread.onSpinWait();
    }
  }

  private Set<String> addons() {
    return server
        .get("/apps/" + app + "/addons")
        .valueStream()
        .map(addon -> addon.path("id").asString())
        .collect(java.util.stream.Collectors.toSet());
  }

  /** A database of the app that was not there before; empty when there is none. */
  private java.util.Optional<Estate.Database> newer(Set<String> before) {
    return server
        .get("/apps/" + app + "/addons")
        .valueStream()
        .filter(addon -> !before.contains(addon.path("id").asString()))
        .map(addon ->
            new Estate.Database(app, addon.path("id").asString(), addon.path("name").asString()))
        .findFirst();
  }

  private void copyKeeper(String how) {
    server.send(
        "POST",
        "/apps/" + app + "/addons",
        Map.of("plan", "heroku-postgresql:standard-0", "config", Map.of(how, keeper.name())));
  }

  private final class CopyDatabase implements Scenario {
    private final Set<String> before = addons();

    @Override
    public void begin() {
      copyKeeper("fork");
      askUntilItDies(keeper.path());
    }

    @Override
    public void check(boolean undone) {
      var fork = newer(before);
      assertThat(fork.isPresent()).isNotEqualTo(undone);
      fork.ifPresent(made -> {
        String url = estate.url(made);
        assertThat(url).isNotEqualTo(estate.url(keeper));
        Tenant.run(server, url, "insert into kept values (-1)");
        assertThat(Tenant.ask(server, url, "select count(*) from kept"))
            .isEqualTo(Integer.toString(ROWS + 1));
        server.send("DELETE", made.path(), Map.of());
      });
    }
  }

  private final class FollowDatabase implements Scenario {
    private final Set<String> before = addons();

    @Override
    public void begin() {
      copyKeeper("follow");
      askUntilItDies(keeper.path());
    }

    @Override
    public void check(boolean undone) {
      var follower = newer(before);
      assertThat(follower.isPresent()).isNotEqualTo(undone);
      follower.ifPresent(made -> {
        assertThat(Tenant.ask(server, estate.url(made), "select pg_is_in_recovery()"))
            .isEqualTo("t");
        assertThat(Tenant.ask(server, estate.url(made), "select count(*) from kept"))
            .isEqualTo(Integer.toString(ROWS));
        server.send("DELETE", made.path(), Map.of());
      });
      assertThat(slots()).isEqualTo("0");
    }
  }

  /** What the keeper still keeps for followers. */
  private String slots() {
    return Tenant.ask(server, estate.url(keeper), "select count(*) from pg_replication_slots");
  }

  private final class UnfollowDatabase implements Scenario {
    private final Set<String> before = addons();

    @Override
    public void prepare() {
      copyKeeper("follow");
      await().atMost(PATIENCE).until(() -> newer(before).map(made -> !waits(made)).orElse(false));
    }

    @Override
    public void begin() {
      String id = newer(before).orElseThrow().id();
      server.send("PUT", "/client/v11/databases/" + id + "/unfollow", Map.of());
    }

    @Override
    public void check(boolean undone) {
      Estate.Database made = newer(before).orElseThrow();
      String url = estate.url(made);
      Tenant.run(server, url, "insert into kept values (-1)");
      assertThat(Tenant.ask(server, url, "select count(*) from kept"))
          .isEqualTo(Integer.toString(ROWS + 1));
      assertThat(slots()).isEqualTo("0");
      server.send("DELETE", made.path(), Map.of());
    }
  }

  private void post(Estate.Database database, String what, Map<String, Object> body) {
    server.send("POST", "/client/v11/databases/" + database.id() + "/" + what, body);
  }

  private boolean waits(Estate.Database database) {
    return server
        .get("/client/v11/databases/" + database.id() + "/wait_status")
        .path("waiting?")
        .asBoolean();
  }

  private void awaitRest(Estate.Database database) {
    await().atMost(PATIENCE).until(() -> !waits(database));
  }

  /** A database whose files are lost is at rest otherwise than others. */
  private void awaitEndOf(String kind) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            Aftermath.sql(
                    server,
                    "select 1 from operation where finished_at is null and kind = '" + kind + "'")
                .isEmpty());
  }

  private void awaitBase(Estate.Database database) {
    await().atMost(PATIENCE).until(() -> estate.info(database, "Rollback").startsWith("earliest"));
  }

  /** A protected database that all of its kind share: its first base copy takes a moment. */
  private Estate.@Nullable Database aged;

  private Estate.Database aged() {
    Estate.Database database = aged;
    if (database == null) {
      database = estate.database(app, "standard-0");
      fill(database);
      aged = database;
    }
    awaitBase(database);
    return database;
  }

  private final class RollBackInPlace implements Scenario {
    private final Estate.Database database = aged();
    private String moment = "";

    @Override
    public void prepare() {
      String url = estate.url(database);
      Tenant.run(server, url, "insert into kept values (-1)");
      moment = Tenant.ask(server, url, "select now() at time zone 'UTC'");
      // The next commit is later by the clock, too.
      Tenant.run(server, url, "select pg_sleep(0.01)", "insert into kept values (-2)");
    }

    @Override
    public void begin() {
      post(database, "rollback", Map.of("to", moment + "+00"));
      askUntilItDies(keeper.path());
    }

    @Override
    public void check(boolean undone) {
      String url = estate.url(database);
      awaitRest(database);
      assertThat(Tenant.ask(server, url, "select count(*) from kept where n < 0"))
          .isEqualTo(undone ? "2" : "1");
      if (!undone) {
        post(database, "rollback/undo", Map.of());
        awaitRest(database);
        assertThat(Tenant.ask(server, url, "select count(*) from kept where n < 0")).isEqualTo("2");
        post(database, "rollback/confirm", Map.of());
        awaitRest(database);
      }
      Tenant.run(server, url, "delete from kept where n < 0");
    }
  }

  private final class RecoverDatabase implements Scenario {
    private final Estate.Database database = aged();

    @Override
    public void prepare() {
      String url = estate.url(database);
      Tenant.run(server, url, "create table if not exists archived (n int)");
      // What is a minute old is safe; this is not to take a minute.
      new Operator(server, database).ask("select pg_switch_wal()");
      await()
          .atMost(PATIENCE)
          .until(() ->
              new Operator(server, database)
                  .ask("select count(*) from pg_ls_archive_statusdir() where name like '%.ready'")
                  .equals("0"));
      new Operator(server, database).loseDisk();
    }

    @Override
    public void begin() {
      post(database, "recover", Map.of());
      askUntilItDies(keeper.path());
    }

    @Override
    public void repair(boolean undone) {
      if (undone) {
        awaitEndOf("recover-database");
        if (estate.info(database, "Kept").isEmpty()) {
          // Nothing is there to go back to: it is recovered in a second try.
          post(database, "recover", Map.of());
        }
      }
    }

    @Override
    public void check(boolean undone) {
      String url = estate.url(database);
      assertThat(Tenant.ask(server, url, "select count(*) from kept"))
          .isEqualTo(Integer.toString(ROWS));
      Tenant.run(server, url, "insert into archived values (1)");
      post(database, "rollback/confirm", Map.of());
      awaitRest(database);
    }
  }

  private final class RefreshFork implements Scenario {
    private final Set<String> before = addons();

    @Override
    public void prepare() {
      copyKeeper("fork");
      Estate.Database fork = newer(before).orElseThrow();
      awaitRest(fork);
      Tenant.run(server, estate.url(fork), "insert into kept values (-1)");
    }

    @Override
    public void begin() {
      post(newer(before).orElseThrow(), "refresh", Map.of());
      askUntilItDies(keeper.path());
    }

    @Override
    public void check(boolean undone) {
      Estate.Database fork = newer(before).orElseThrow();
      awaitRest(fork);
      assertThat(Tenant.ask(server, estate.url(fork), "select count(*) from kept"))
          .isEqualTo(Integer.toString(undone ? ROWS + 1 : ROWS));
      Tenant.run(server, estate.url(fork), "insert into kept values (-2)");
      server.send("DELETE", fork.path(), Map.of());
    }
  }

  /** A slot that is gone cannot give what it kept. */
  private final class RebuildFollower implements Scenario {
    private final Set<String> before = addons();

    @Override
    public void prepare() {
      copyKeeper("follow");
      awaitRest(newer(before).orElseThrow());
      // It must not be there again in between.
      var operator = new Operator(server, keeper);
      operator.ask(
          """
          do $$ declare slot record; begin
            for slot in select slot_name from pg_replication_slots loop
              execute format('alter role %I nologin', slot.slot_name);
            end loop;
          end $$
          """);
      operator.ask(
          """
          do $$ begin
            perform pg_terminate_backend(active_pid, 5000) from pg_replication_slots;
            perform pg_drop_replication_slot(slot_name) from pg_replication_slots;
          end $$
          """);
    }

    @Override
    public void begin() {
      askUntilItDies(keeper.path());
    }

    @Override
    public void check(boolean undone) {
      Estate.Database follower = newer(before).orElseThrow();
      // Undone, it is tried again at the next look.
      await()
          .atMost(PATIENCE)
          .until(() -> !waits(follower) && estate.info(follower, "Behind By").equals("0 commits"));
      Tenant.run(server, estate.url(keeper), "create table if not exists later (n int)");
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() ->
              "t"
                  .equals(
                      Tenant.ask(
                          server,
                          estate.url(follower),
                          "select to_regclass('later') is not null")));
      Tenant.run(server, estate.url(keeper), "drop table later");
      server.send("DELETE", follower.path(), Map.of());
      assertThat(slots()).isEqualTo("0");
    }
  }

  /** A database of the oldest version there is, about which something is done. */
  private abstract class OfUpgrade implements Scenario {
    final Estate.Database database;
    private final String what;

    OfUpgrade(String plan, String what) {
      this.what = what;
      Assumptions.assumeTrue(
          majors().size() > 1,
          "NOT TESTED: this host has one major version of PostgreSQL; ./verify adds one on Debian");
      database = estate.database(app, plan, Map.of("version", majors().getFirst()));
      fill(database);
    }

    @Override
    public void begin() {
      tell(what);
      askUntilItDies(keeper.path());
    }

    void tell(String request) {
      server.send("POST", "/client/v11/databases/" + database.id() + "/" + request, Map.of());
    }

    /** Tells it, and waits until it is over. */
    void complete(String request) {
      tell(request);
      await().atMost(PATIENCE).until(() -> !status().path("waiting?").asBoolean());
    }

    tools.jackson.databind.JsonNode status() {
      return server.get("/client/v11/databases/" + database.id() + "/upgrade/wait_status");
    }

    /** Fails unless it is of a version, with all its rows, can be written to, and keeps no log. */
    void assertServes(String major) {
      String url = estate.url(database);
      assertThat(Tenant.ask(server, url, "show server_version_num")).startsWith(major);
      Tenant.run(server, url, "insert into kept values (-1)", "delete from kept where n < 0");
      assertThat(Tenant.ask(server, url, "select count(*) from kept"))
          .isEqualTo(Integer.toString(ROWS));
    }

    void assertNothingFollows() {
      assertThat(
              Tenant.ask(server, estate.url(database), "select count(*) from pg_replication_slots"))
          .isEqualTo("0");
    }

    void destroy() {
      server.send("DELETE", database.path(), Map.of());
    }
  }

  private static List<String> majors() {
    try (var installed = java.nio.file.Files.list(java.nio.file.Path.of("/usr/lib/postgresql"))) {
      return installed
          .filter(directory -> java.nio.file.Files.exists(directory.resolve("bin/postgres")))
          .map(directory -> directory.getFileName().toString())
          .sorted()
          .toList();
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class PrepareUpgrade extends OfUpgrade {
    PrepareUpgrade() {
      super("standard-0", "upgrade/prepare");
    }

    @Override
    public void check(boolean undone) {
      assertThat(status().path("error?").asBoolean()).isEqualTo(undone);
      if (!undone) {
        assertThat(status().path("message").asString()).contains("ready");
        complete("upgrade/run");
        assertServes(majors().getLast());
      } else {
        assertServes(majors().getFirst());
      }
      assertNothingFollows();
      destroy();
    }
  }

  private final class TestUpgrade extends OfUpgrade {
    TestUpgrade() {
      super("hobby-dev", "upgrade/dry_run");
    }

    @Override
    public void check(boolean undone) {
      assertThat(status().path("error?").asBoolean()).isEqualTo(undone);
      assertServes(majors().getFirst());
      destroy();
    }
  }

  private final class CancelUpgrade extends OfUpgrade {
    CancelUpgrade() {
      super("standard-0", "upgrade/cancel");
    }

    @Override
    public void prepare() {
      complete("upgrade/prepare");
    }

    @Override
    public void check(boolean undone) {
      assertServes(majors().getFirst());
      assertNothingFollows();
      destroy();
    }
  }

  private final class UpgradeDatabase extends OfUpgrade {
    UpgradeDatabase() {
      super("hobby-dev", "upgrade/run");
    }

    @Override
    public void check(boolean undone) {
      assertThat(status().path("error?").asBoolean()).isEqualTo(undone);
      assertServes(undone ? majors().getFirst() : majors().getLast());
      assertNothingFollows();
      destroy();
    }
  }

  private final class UndoUpgrade extends OfUpgrade {
    UndoUpgrade() {
      super("hobby-dev", "upgrade/undo");
    }

    @Override
    public void prepare() {
      complete("upgrade/run");
    }

    @Override
    public void check(boolean undone) {
      assertServes(undone ? majors().getLast() : majors().getFirst());
      assertNothingFollows();
      complete("upgrade/undo");
      assertServes(undone ? majors().getFirst() : majors().getLast());
      destroy();
    }
  }

  private final class ConfirmUpgrade extends OfUpgrade {
    ConfirmUpgrade() {
      super("hobby-dev", "upgrade/confirm");
    }

    @Override
    public void prepare() {
      complete("upgrade/run");
    }

    @Override
    public void check(boolean undone) {
      assertThat(estate.info(database, "Kept")).isEmpty();
      assertServes(majors().getLast());
      destroy();
    }
  }

  private void fill(Estate.Database database) {
    Tenant.run(
        server,
        estate.url(database),
        "create table kept (n int primary key)",
        "insert into kept select generate_series(1, " + ROWS + ")");
  }
}
