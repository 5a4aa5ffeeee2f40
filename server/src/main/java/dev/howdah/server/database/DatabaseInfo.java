package dev.howdah.server.database;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.howdah.postgres.cluster.ClusterState;
import dev.howdah.postgres.tenant.DatabaseStatistics;
import dev.howdah.server.protection.ProtectionState;
import dev.howdah.server.version.PostgresVersion;
import dev.howdah.server.version.PostgresVersion.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code pg:info} shows, in the order it shows it (B3.18, T4). Pure. */
final class DatabaseInfo {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private DatabaseInfo() {}

  /** One line. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Item(String name, List<String> values, @Nullable Boolean resolveDbName) {}

  static List<Item> of(Databases.View view, String region) {
    List<Item> items = view.plan().has("fork") ? production(view, region) : starter(view, region);
    for (Notes.Note note : view.notes()) {
      items.removeIf(item -> item.name().equals(note.name()));
      items.add(item(note.name(), note.value()));
    }
    return items;
  }

  private static List<Item> starter(Databases.View view, String region) {
    var items = new ArrayList<Item>();
    items.add(item("Plan", view.plan().title()));
    items.add(item("Status", status(view)));
    items.add(item("Connections", connections(view)));
    items.add(item("PG Version", version(view)));
    items.add(item("Created", MINUTE.format(view.database().createdAt())));
    items.add(item("Data Size", size(view)));
    items.add(item("Tables", tables(view)));
    view.plan()
        .rows()
        .ifPresent(limit ->
            items.add(
                item("Rows", "%d/%d (%s)".formatted(rows(view), limit, compliance(view).text()))));
    items.add(item("Fork/Follow", "Unsupported"));
    items.add(item("Rollback", "Unsupported"));
    items.add(item("Continuous Protection", "Off"));
    items.add(item("Region", region));
    return items;
  }

  private static List<Item> production(Databases.View view, String region) {
    var items = new ArrayList<Item>();
    items.add(item("Plan", view.plan().title()));
    items.add(item("Status", status(view)));
    if (view.plan().has("ha")) {
      items.add(item("HA Status", "Unavailable"));
    }
    items.add(item("Data Size", size(view)));
    items.add(item("Tables", tables(view)));
    items.add(item("PG Version", version(view)));
    items.add(item("Connections", connections(view)));
    items.add(item("Credentials", Long.toString(credentials(view))));
    // HA Status comes with a later release; until then it says what is so.
    items.add(item("Fork/Follow", "Available"));
    items.add(item("Rollback", rollback(view)));
    items.add(item("Continuous Protection", protection(view)));
    items.add(item("Created", MINUTE.format(view.database().createdAt())));
    items.addAll(kin(view));
    items.add(item("Region", region));
    upgradable(view).ifPresent(names -> items.add(item("Upgradable Extensions", names)));
    items.add(item("Maintenance", maintenance(view)));
    return items;
  }

  /** The databases that have to do with this one, which clients show by their names. */
  private static List<Item> kin(Databases.View view) {
    var items = new ArrayList<Item>();
    Databases.Kin kin = view.kin();
    items.add(databases("Forked From", kin.origin().stream().toList()));
    view.database()
        .origin()
        .flatMap(Database.Origin::asOf)
        .ifPresent(moment ->
            items.add(
                item(
                    "Data As Of",
                    SECOND.format(moment)
                        + (view.database().origin().orElseThrow().clamped()
                            ? " (its last commit)"
                            : ""))));
    items.add(databases("Following", kin.leader().stream().toList()));
    kin.leader()
        .filter(leader -> view.database().state() == Database.State.AVAILABLE)
        .ifPresent(leader ->
            items.add(
                item(
                    "Behind By",
                    kin.behind()
                        .map(commits -> commits + " commits")
                        .orElse("Unknown: one of the two servers does not answer"))));
    items.add(databases("Followers", kin.followers()));
    items.add(databases("Forks", kin.forks()));
    items.removeIf(item -> item.values().isEmpty());
    return items;
  }

  private static Item databases(String name, List<Database> databases) {
    return new Item(name, databases.stream().map(Database::place).toList(), true);
  }

  private static String rollback(Databases.View view) {
    if (follows(view)) {
      return "Unsupported";
    }
    return view.protection()
        .map(state ->
            state
                .earliest()
                .map(moment -> "earliest from " + MINUTE.format(upToMinute(moment)))
                .orElse("Unavailable until the first base copy is taken"))
        .orElse("Unsupported");
  }

  private static boolean follows(Databases.View view) {
    return view.database().following().isPresent();
  }

  /** A moment that can be given back to a rollback, so rounded up: before it there is nothing. */
  private static Instant upToMinute(Instant moment) {
    Instant minute = moment.truncatedTo(ChronoUnit.MINUTES);
    return minute.equals(moment) ? minute : minute.plus(1, ChronoUnit.MINUTES);
  }

  private static String protection(Databases.View view) {
    if (follows(view)) {
      // What it holds is in its leader's history.
      return "On, by its leader";
    }
    if (view.protection().isEmpty()) {
      return "Off";
    }
    ProtectionState state = view.protection().get();
    String behind = state.behind().map(age -> ", " + age(age) + " behind").orElse("");
    if (state.problem().isPresent()) {
      return "Impaired" + behind + ": " + state.problem().get();
    }
    return state.earliest().isPresent()
        ? "On" + behind
        : "Starting" + behind + ": the first base copy is being taken";
  }

  /** {@code 12 s}, {@code 5 min}, {@code 3 h}: what a glance needs. */
  private static String age(Duration age) {
    if (age.compareTo(Duration.ofMinutes(2)) < 0) {
      return age.toSeconds() + " s";
    }
    return age.compareTo(Duration.ofHours(2)) < 0 ? age.toMinutes() + " min" : age.toHours() + " h";
  }

  private static String status(Databases.View view) {
    if (view.database().state() == Database.State.CREATING) {
      return "Preparing" + (view.progress().isEmpty() ? "" : ": " + view.progress());
    }
    return switch (view.server()) {
      case ClusterState.Running running -> available(view);
      case ClusterState.Starting starting -> "Starting";
      case ClusterState.Stopped stopped -> "Starting";
      case ClusterState.Stopping stopping -> "Restarting";
      case ClusterState.Failed failed -> "Unavailable: " + failed.reason();
      case ClusterState.Absent absent -> "Unavailable: its files are missing on the host";
    };
  }

  private static String available(Databases.View view) {
    return switch (compliance(view)) {
      case RESTRICTED -> "Over Plan Capacity: Access Restricted";
      case OVER -> "Over Plan Capacity: Action Required";
      case CLOSE, IN_COMPLIANCE ->
          follows(view) && !view.kin().streaming()
              ? "Available, disconnected from its leader: it catches up when it reaches it again"
              : "Available";
    };
  }

  /** The book's hobby plans show the number alone, everything later the limit too. */
  private static String connections(Databases.View view) {
    int now = view.statistics().map(DatabaseStatistics::connections).orElse(0);
    return view.plan().name().startsWith("hobby")
        ? Integer.toString(now)
        : now + "/" + view.plan().connections();
  }

  private static String version(Databases.View view) {
    String running =
        view.statistics()
            .map(DatabaseStatistics::version)
            .orElse(Integer.toString(view.database().major()));
    return view.version()
        .map(PostgresVersion::status)
        .filter(status -> status == Status.BETA || status == Status.DEPRECATED)
        .map(status -> running + " (" + status.text() + ")")
        .orElse(running);
  }

  private static String maintenance(Databases.View view) {
    return view.version()
        .filter(version -> version.status() == Status.DEPRECATED)
        .map(version ->
            "required: PostgreSQL %d is %s, see pg:upgrade"
                .formatted(version.major(), version.describe()))
        .orElse("not required");
  }

  private static String size(Databases.View view) {
    long bytes = bytes(view);
    if (view.plan().bytes().isPresent()) {
      return "%s / %s (%s)"
          .formatted(size(bytes), size(view.plan().bytes().getAsLong()), compliance(view).text());
    }
    if (view.plan().storage().isPresent()) {
      long storage = view.plan().storage().getAsLong();
      return String.format(
          Locale.ROOT, "%s / %s (%.2f%%)", size(bytes), size(storage), 100.0 * bytes / storage);
    }
    return size(bytes);
  }

  private static String tables(Databases.View view) {
    int tables = view.statistics().map(DatabaseStatistics::tables).orElse(0);
    return view.plan().tables().isPresent()
        ? "%d/%d (%s)"
            .formatted(
                tables,
                view.plan().tables().getAsLong(),
                tables <= view.plan().tables().getAsLong() ? "In compliance" : "Above limits")
        : Integer.toString(tables);
  }

  private static Ladder.Compliance compliance(Databases.View view) {
    return Ladder.compliance(
        Ladder.use(view.plan(), rows(view), bytes(view)), view.database().restrictedAt());
  }

  private static long rows(Databases.View view) {
    return view.statistics().map(DatabaseStatistics::rows).orElse(view.database().rows());
  }

  private static long bytes(Databases.View view) {
    return view.statistics().map(DatabaseStatistics::bytes).orElse(view.database().bytes());
  }

  private static long credentials(Databases.View view) {
    return view.credentials().stream().map(Credential::name).distinct().count();
  }

  private static java.util.Optional<String> upgradable(Databases.View view) {
    String names =
        view.statistics().stream()
            .flatMap(statistics -> statistics.extensions().stream())
            .filter(DatabaseStatistics.InstalledExtension::upgradable)
            .map(DatabaseStatistics.InstalledExtension::name)
            .collect(java.util.stream.Collectors.joining(", "));
    return names.isEmpty() ? java.util.Optional.empty() : java.util.Optional.of(names);
  }

  /** {@code 6.4 MB}, {@code 64 GB}: powers of 1024, one decimal where it says something. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    String number = String.format(Locale.ROOT, "%.1f", value);
    return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number)
        + " "
        + units[unit];
  }

  private static Item item(String name, String value) {
    return new Item(name, List.of(value), null);
  }
}
