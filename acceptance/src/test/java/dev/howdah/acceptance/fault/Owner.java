package dev.howdah.acceptance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.acceptance.RunningServer;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that nobody else interferes with, and that keeps book: what was answered must be so
 * after every crash; what was only asked for may be so, whole, or not at all.
 */
final class Owner extends Client {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_DATABASES = 3;
  private static final int ROWS = 50;

  /** A database, as far as it is known. */
  private static final class Holding {
    final String id;
    Set<String> plans;
    long rows;

    /** Whether a request is out whose answer never came: rows may be gone by it. */
    boolean mayBeEmpty;

    boolean mayBeGone;

    Holding(String id, String plan) {
      this.id = id;
      this.plans = Set.of(plan);
    }
  }

  private final String name;
  private final Estate estate;
  private final List<Holding> holdings = new ArrayList<>();
  private String app = "";
  private boolean appMayBeGone;
  private int apps;

  Owner(RunningServer server, String name, Random random) {
    super(server, random);
    this.name = name;
    this.estate = new Estate(server);
  }

  @Override
  void act() {
    if (app.isEmpty()) {
      makeApp();
    } else if (holdings.isEmpty()) {
      makeDatabase();
    } else {
      Holding holding = holdings.get(random.nextInt(holdings.size()));
      switch (random.nextInt(20)) {
        case 0 -> removeApp();
        case 1, 2, 3, 4, 5 -> {
          if (holdings.size() < MOST_DATABASES) {
            makeDatabase();
          } else {
            remove(holding);
          }
        }
        case 6, 7, 8 -> remove(holding);
        case 9, 10, 11 -> changePlan(holding);
        case 12, 13 -> reset(holding);
        case 14, 15 -> rotate(holding);
        case 16 -> addCredential(holding);
        default -> fill(holding);
      }
    }
  }

  private void makeApp() {
    String wanted = name + "-" + ++apps;
    app = wanted;
    // Until the answer is there it may not exist.
    appMayBeGone = true;
    must("POST", "/apps", Map.of("name", wanted));
    appMayBeGone = false;
  }

  private void removeApp() {
    appMayBeGone = true;
    holdings.forEach(holding -> holding.mayBeGone = true);
    must("DELETE", "/apps/" + app, Map.of());
    assertThat(send("GET", "/apps/" + app, null).statusCode()).isEqualTo(404);
    holdings.clear();
    app = "";
    appMayBeGone = false;
  }

  private void makeDatabase() {
    String plan = random.nextBoolean() ? "hobby-dev" : "standard-0";
    HttpResponse<String> answer =
        must("POST", "/apps/" + app + "/addons", Map.of("plan", "heroku-postgresql:" + plan));
    JsonNode made = JSON.readTree(answer.body());
    assertThat(made.path("state").asString()).isEqualTo("provisioned");
    holdings.add(new Holding(made.path("id").asString(), plan));
  }

  private void remove(Holding holding) {
    holding.mayBeGone = true;
    must("DELETE", path(holding), Map.of());
    holdings.remove(holding);
    assertThat(send("GET", path(holding), null).statusCode()).isEqualTo(404);
  }

  private void changePlan(Holding holding) {
    String old = holding.plans.iterator().next();
    String wanted = old.equals("hobby-dev") ? "standard-0" : "hobby-dev";
    holding.plans = Set.of(old, wanted);
    must("PATCH", path(holding), Map.of("plan", "heroku-postgresql:" + wanted));
    holding.plans = Set.of(wanted);
  }

  private void reset(Holding holding) {
    holding.mayBeEmpty = true;
    must("PUT", "/client/v11/databases/" + holding.id + "/reset", Map.of());
    holding.rows = 0;
    holding.mayBeEmpty = false;
  }

  private void rotate(Holding holding) {
    must("POST", "/postgres/v0/databases/" + holding.id + "/credentials_rotation", Map.of());
  }

  private void addCredential(Holding holding) {
    // Hobby databases have none; both answers are right.
    send(
        "POST",
        "/postgres/v0/databases/" + holding.id + "/credentials",
        Map.of("name", "c" + random.nextInt(1_000_000), "preset", "readwrite"));
  }

  private void fill(Holding holding) {
    Tenant.run(
        server,
        url(holding),
        "create table if not exists kept (n bigint generated always as identity)",
        "insert into kept select from generate_series(1, " + ROWS + ")");
    holding.rows += ROWS;
  }

  @Override
  void takeStock() {
    if (app.isEmpty()) {
      return;
    }
    int status = send("GET", "/apps/" + app, null).statusCode();
    if (status == 404) {
      assertThat(appMayBeGone).as("app %s, which is gone, was asked to go", app).isTrue();
      app = "";
      appMayBeGone = false;
      holdings.clear();
      return;
    }
    assertThat(status).isEqualTo(200);
    appMayBeGone = false;
    Set<String> there = new TreeSet<>();
    for (JsonNode addon : server.get("/apps/" + app + "/addons")) {
      there.add(addon.path("id").asString());
    }
    for (Holding holding : List.copyOf(holdings)) {
      if (there.remove(holding.id)) {
        check(holding);
      } else {
        assertThat(holding.mayBeGone).as("database %s was asked to go", holding.id).isTrue();
        holdings.remove(holding);
      }
    }
    // Made without our seeing the answer: ours from now on.
    for (String id : there) {
      Holding found = new Holding(id, plan(id));
      holdings.add(found);
    }
  }

  private void check(Holding holding) {
    assertThat(holding.plans).contains(plan(holding.id));
    holding.plans = Set.of(plan(holding.id));
    String url = url(holding);
    boolean table = Tenant.ask(server, url, "select to_regclass('kept') is not null").equals("t");
    long rows = table ? Long.parseLong(Tenant.ask(server, url, "select count(*) from kept")) : 0;
    if (holding.mayBeEmpty && rows == 0) {
      holding.rows = 0;
    }
    assertThat(rows).as("rows of %s", holding.id).isEqualTo(holding.rows);
    holding.mayBeEmpty = false;
    // It is still here, so the removal that was asked for never began.
    holding.mayBeGone = false;
  }

  private String plan(String id) {
    String plan = server.get("/apps/" + app + "/addons/" + id).path("plan").path("name").asString();
    return plan.substring(plan.indexOf(':') + 1);
  }

  private String url(Holding holding) {
    return estate.url(new Estate.Database(app, holding.id, holding.id));
  }

  private String path(Holding holding) {
    return "/apps/" + app + "/addons/" + holding.id;
  }
}
