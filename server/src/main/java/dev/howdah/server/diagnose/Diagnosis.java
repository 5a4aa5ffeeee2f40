package dev.howdah.server.diagnose;

import dev.howdah.postgres.os.HostUse;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.app.Apps;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.PlanCatalogue;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/** Makes reports on databases, and keeps them for a month. */
public final class Diagnosis {
  private static final Duration KEPT = Duration.ofDays(31);
  private static final double LOAD_YELLOW = 1;
  private static final double LOAD_RED = 2;

  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Visibility visibility;
  private final DatabaseAccess access;
  private final PlanCatalogue catalogue;
  private final Supplier<HostUse> host;
  private final DiagnoseStore store = new DiagnoseStore();

  /** Reports on the databases of {@code access}. */
  public Diagnosis(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      Visibility visibility,
      DatabaseAccess access,
      PlanCatalogue catalogue,
      Supplier<HostUse> host) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.visibility = visibility;
    this.access = access;
    this.catalogue = catalogue;
    this.host = host;
  }

  /**
   * Reports on the database of a connection URL. Only a database of this host is ever connected to,
   * with the login that Howdah has of it, and only for who may change it.
   */
  Report report(Caller caller, String app, String name, String url) {
    record Subject(DatabaseAccess.Reach reach, String app, String plan) {}
    Subject subject =
        jdbi.withHandle(handle -> {
          String appName = apps.find(handle, caller, app).name();
          DatabaseAccess.Reach reach =
              access
                  .atPort(handle, port(url))
                  .filter(found -> url.endsWith("/" + found.name()))
                  .orElseThrow(Diagnosis::unknown);
          var addon = visibility.manageable(handle, caller, reach.id().toString());
          return new Subject(reach, appName, addon.plan());
        });
    Report report =
        new Report(
            UUID.randomUUID(),
            subject.reach().id(),
            subject.app(),
            name,
            clock.instant(),
            examine(subject.reach(), connections(subject.plan())));
    jdbi.useTransaction(handle -> {
      store.deleteBefore(handle, oldest());
      store.insert(handle, report);
    });
    return report;
  }

  /** A report that was made before. */
  Report find(Caller caller, String id) {
    return jdbi.withHandle(handle -> {
      Report report =
          store
              .find(handle, uuid(id), oldest())
              .orElseThrow(() ->
                  ApiError.notFound(
                      "report", "There is no such report, or it is older than a month."));
      var _ = visibility.visible(handle, caller, report.databaseId().toString());
      return report;
    });
  }

  /** What is measured of the host of a database, for clients that send it back. */
  List<Map<String, Object>> metrics(Caller caller, String database) {
    var _ = jdbi.withHandle(handle -> visibility.visible(handle, caller, database));
    return List.of(Map.of("name", "load-avg-5m", "value", host.get().loads().get(1)));
  }

  private List<Report.Finding> examine(DatabaseAccess.Reach reach, int connections) {
    List<Report.Finding> findings = new ArrayList<>();
    try {
      findings.addAll(
          store.ask(
              reach,
              asking ->
                  Checks.all(connections).stream().map(check -> examine(asking, check)).toList()));
    } catch (DiagnoseStore.Full full) {
      for (Check check : Checks.all(connections)) {
        findings.add(
            check.name().equals(Checks.CONNECTION_COUNT)
                ? new Report.Finding(
                    check.name(), Check.Status.RED.text(), List.of(Map.of("count", connections)))
                : skipped(check.name(), "the database takes no more connections"));
      }
    } catch (DiagnoseStore.Unanswered unreachable) {
      throw ApiError.unavailable(
          "The database does not answer, so it cannot be examined: " + unreachable.getMessage());
    }
    double load = host.get().loads().get(1);
    Check.Status status =
        load > LOAD_RED
            ? Check.Status.RED
            : load > LOAD_YELLOW ? Check.Status.YELLOW : Check.Status.GREEN;
    findings.add(new Report.Finding(Checks.LOAD, status.text(), List.of(Map.of("load", load))));
    return findings;
  }

  private static Report.Finding examine(DiagnoseStore.Asking asking, Check check) {
    try {
      List<Map<String, Object>> rows = asking.rows(check.sql());
      Check.Status status = check.grade().apply(rows);
      return new Report.Finding(check.name(), status.text(), rows);
    } catch (DiagnoseStore.Unanswered failed) {
      return skipped(check.name(), String.valueOf(failed.getMessage()));
    }
  }

  private static Report.Finding skipped(String name, String why) {
    return new Report.Finding(name, Check.Status.SKIPPED.text(), Map.of("error", why));
  }

  private int connections(String plan) {
    return catalogue
        .find(plan.substring(plan.indexOf(':') + 1))
        .map(found -> found.connections())
        .orElse(Integer.MAX_VALUE);
  }

  private Instant oldest() {
    return clock.instant().minus(KEPT);
  }

  private static int port(String url) {
    try {
      return Optional.of(URI.create(url).getPort())
          .filter(port -> port > 0)
          .orElseThrow(Diagnosis::unknown);
    } catch (IllegalArgumentException notAnAddress) {
      throw unknown();
    }
  }

  private static UUID uuid(String id) {
    try {
      return UUID.fromString(id);
    } catch (IllegalArgumentException none) {
      throw ApiError.notFound("report", "There is no such report, or it is older than a month.");
    }
  }

  private static ApiError unknown() {
    return ApiError.invalid(
        "Url is not the address of a database of this server. Only those can be examined.");
  }
}
