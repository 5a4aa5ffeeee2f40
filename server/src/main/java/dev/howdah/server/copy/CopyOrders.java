package dev.howdah.server.copy;

import dev.howdah.postgres.PostgresHost;
import dev.howdah.postgres.tenant.DatabaseStatistics;
import dev.howdah.server.addon.Addon;
import dev.howdah.server.addon.Addons;
import dev.howdah.server.addon.Visibility;
import dev.howdah.server.database.Copying;
import dev.howdah.server.database.Database;
import dev.howdah.server.database.DatabaseAccess;
import dev.howdah.server.database.DatabasePlan;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.protection.Protection;
import dev.howdah.server.protection.ProtectionState;
import dev.howdah.server.secret.Tokens;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Reads {@code --fork}, {@code --follow} and {@code --rollback} of a new database. */
final class CopyOrders implements Copying {
  private static final List<String> KINDS = List.of("fork", "follow", "rollback");
  private static final Map<String, Set<String>> OPTIONS =
      Map.of(
          "fork", Set.of("fork", "fast", "version"),
          "follow", Set.of("follow", "version"),
          "rollback", Set.of("rollback", "to", "by", "version"));

  /** What {@code --fast} gives is no older than this (B6.20). */
  private static final Duration OLDEST_SNAPSHOT = Duration.ofHours(30);

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter BOOK =
      DateTimeFormatter.ofPattern("MMMM d, uuuu h:mma 'UTC'", Locale.US).withZone(ZoneOffset.UTC);

  private static final String WAIT = "\nUse `heroku pg:wait` to track status.";

  private final PostgresHost host;
  private final InstantSource clock;
  private final Addons addons;
  private final Visibility visibility;
  private final DatabaseAccess databases;
  private final Protection protection;
  private final Tokens tokens;

  CopyOrders(
      PostgresHost host,
      InstantSource clock,
      Addons addons,
      Visibility visibility,
      DatabaseAccess databases,
      Protection protection,
      Tokens tokens) {
    this.host = host;
    this.clock = clock;
    this.addons = addons;
    this.visibility = visibility;
    this.databases = databases;
    this.protection = protection;
    this.tokens = tokens;
  }

  @Override
  public boolean isWanted(Map<String, String> options) {
    return List.of("fork", "follow", "rollback", "fast", "to", "by").stream()
        .anyMatch(options::containsKey);
  }

  @Override
  public void check(DatabasePlan plan, Map<String, String> options) {
    List<String> kinds = KINDS.stream().filter(options::containsKey).toList();
    if (kinds.size() != 1) {
      throw ApiError.invalid(
          kinds.isEmpty()
              ? "--fast goes with --fork, --to and --by go with --rollback DATABASE."
              : "A database can be one of a fork, a follower and a rollback: leave out all but one"
                  + " of --"
                  + String.join(", --", kinds)
                  + ".");
    }
    String kind = kinds.getFirst();
    String source = options.getOrDefault(kind, "");
    if (source.isBlank() || source.equals("true")) {
      throw ApiError.invalid("--" + kind + " needs a database.");
    }
    options.keySet().stream()
        .filter(option -> !OPTIONS.getOrDefault(kind, Set.of()).contains(option))
        .findFirst()
        .ifPresent(option -> {
          throw ApiError.invalid("--" + option + " does not go with --" + kind + ".");
        });
    if (kind.equals("follow") && !plan.has("follow")) {
      throw onlyProduction(kind);
    }
    if (kind.equals("rollback")) {
      PointInTime.of(to(options), by(options), clock.instant());
    }
  }

  @Override
  public Order order(
      Handle handle, Addon addon, DatabasePlan plan, Map<String, String> options, Caller by) {
    String kind = KINDS.stream().filter(options::containsKey).findFirst().orElseThrow();
    Addon sourceAddon = source(handle, addon, options.getOrDefault(kind, ""), by);
    Database source = requireCopyable(handle, by, sourceAddon, plan, kind);
    Optional.ofNullable(options.get("version"))
        .filter(version -> !version.equals(String.valueOf(source.major())))
        .ifPresent(version -> {
          throw ApiError.invalid(
              "%s is a PostgreSQL %d, and so is a copy of it. Leave --version out, and upgrade the"
                      .formatted(sourceAddon.name(), source.major())
                  + " copy with pg:upgrade.");
        });
    return switch (kind) {
      case "follow" -> follow(sourceAddon, source);
      case "rollback" -> rollback(sourceAddon, source, options);
      default ->
          options.getOrDefault("fast", "").equals("true")
              ? fast(sourceAddon, source)
              : fork(sourceAddon, source);
    };
  }

  /** As for a new copy, of a source that is known: refuses what the caller may not copy now. */
  void requireCopyable(Handle handle, Caller by, Database source, DatabasePlan plan, String kind) {
    Addon addon = visibility.visible(handle, by, source.id().toString());
    requireCopyable(handle, by, addon, plan, kind);
    requireRunning(addon, source);
  }

  private Database requireCopyable(
      Handle handle, Caller by, Addon addon, DatabasePlan plan, String kind) {
    requireAccess(handle, by, addon, kind);
    Database source =
        databases
            .database(handle, addon.id())
            .filter(database -> database.state() == Database.State.AVAILABLE)
            .orElseThrow(() ->
                ApiError.conflict(
                    addon.name() + " is not available yet. Wait for it with pg:wait."));
    if (!databases.plan(source).has(kind)) {
      throw onlyProduction(kind);
    }
    requireRoom(addon, source, plan);
    return source;
  }

  private Order follow(Addon addon, Database leader) {
    if (leader.following().isPresent()) {
      throw ApiError.invalid(
          addon.name()
              + " is a follower itself, and a follower cannot be followed. Follow its leader.");
    }
    requireRunning(addon, leader);
    String role = "howdah_follower_" + tokens.identifier('f');
    return new Order(
        leader,
        Optional.of(new Database.Following(leader.id(), role, tokens.databasePassword())),
        Optional.empty(),
        CopyProcedures.FOLLOW,
        Map.of(
            "message",
            "Follower will become available for read-only queries when up-to-date" + WAIT));
  }

  private Order fork(Addon addon, Database source) {
    requireRunning(addon, source);
    return copy(
        source,
        Optional.empty(),
        Map.of(
            "message",
            "Database will become available after it completes forking" + WAIT,
            "how",
            "live"));
  }

  /** From what is there already: a snapshot, or a base copy in the repository. */
  private Order fast(Addon addon, Database source) {
    Instant now = clock.instant();
    Optional<Instant> snapshot =
        host.snapshots().list(source.lineage()).stream().reduce((a, b) -> b);
    Optional<Instant> base = protection.of(source.id()).flatMap(ProtectionState::newestBase);
    boolean fromSnapshot =
        snapshot.isPresent() && (base.isEmpty() || !snapshot.get().isBefore(base.get()));
    Instant moment =
        (fromSnapshot ? snapshot : base)
            .filter(at -> Duration.between(at, now).compareTo(OLDEST_SNAPSHOT) <= 0)
            .orElseThrow(() ->
                ApiError.invalid(
                    addon.name()
                        + " has no snapshot of the last 30 hours. Leave --fast out to fork it as it"
                        + " is now."));
    return copy(
        source,
        Optional.of(moment),
        Map.of(
            "message",
            "Database will become available after it completes forking\n"
                + "Fork will contain data from %s (about %s ago)\n"
                    .formatted(BOOK.format(moment), about(Duration.between(moment, now)))
                + "To create a fork with up-to-date data, exclude the `--fast` flag."
                + WAIT,
            "how",
            fromSnapshot ? "snapshot" : "archive",
            "lineage",
            source.lineage(),
            "moment",
            moment.toString()));
  }

  private Order rollback(Addon addon, Database source, Map<String, String> options) {
    Instant now = clock.instant();
    Instant moment = PointInTime.of(to(options), by(options), now);
    requireReachable(addon.name(), source, moment, now);
    return copy(
        source,
        Optional.of(moment),
        Map.of(
            "message",
            "Database will become available after it completes rolling back to "
                + PointInTime.describe(moment, now)
                + WAIT,
            "how",
            "archive",
            "lineage",
            source.lineage(),
            "moment",
            moment.toString()));
  }

  private static Order copy(
      Database source, Optional<Instant> asOf, Map<String, Object> particulars) {
    Map<String, Object> input = new HashMap<>(particulars);
    input.put("source", source.id());
    return new Order(
        source,
        Optional.empty(),
        Optional.of(new Database.Origin(source.id(), asOf, false)),
        CopyProcedures.COPY,
        input);
  }

  /**
   * Refuses a moment that the history of a database does not hold, and names those it does.
   *
   * @throws ApiError that names the window
   */
  void requireReachable(String name, Database source, Instant moment, Instant now) {
    if (source.following().isPresent()) {
      throw ApiError.invalid(
          name + " is a follower: its history is its leader's. Roll that one back.");
    }
    Instant earliest =
        protection
            .of(source.id())
            .flatMap(ProtectionState::earliest)
            .orElseThrow(() ->
                ApiError.invalid(
                    name
                        + " cannot be rolled back yet: its first base copy is still being taken."
                        + " pg:info shows when it can."));
    if (moment.isBefore(earliest) || moment.isAfter(now)) {
      throw ApiError.invalid(
          "%s is outside of what %s can be rolled back to: from %s to %s."
              .formatted(MINUTE.format(moment), name, ceiling(earliest), MINUTE.format(now)));
    }
  }

  /** What is shown can be asked for. */
  private static String ceiling(Instant time) {
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    return MINUTE.format(second.equals(time) ? second : second.plusSeconds(1));
  }

  private Addon source(Handle handle, Addon target, String reference, Caller by) {
    if (reference.contains("://")) {
      return byUrl(handle, reference, by);
    }
    List<Addon> found = new ArrayList<>();
    for (Addons.View view : addons.resolve(by, reference, Optional.of(target.appName()))) {
      if (view.addon().service().equals(target.service())) {
        found.add(view.addon());
      }
    }
    if (found.size() > 1) {
      throw new ApiError(
          422,
          "multiple_matches",
          reference
              + " means several databases: "
              + String.join(", ", found.stream().map(Addon::name).toList())
              + ".");
    }
    return found.stream().findFirst().orElseThrow(() -> unknown(reference));
  }

  /** Older clients send the URL of what they mean (contract §14). */
  private Addon byUrl(Handle handle, String url, Caller by) {
    try {
      URI uri = URI.create(url);
      return databases
          .atPort(handle, uri.getPort())
          .filter(reach -> reach.host().equalsIgnoreCase(uri.getHost()))
          .filter(reach -> ("/" + reach.name()).equals(uri.getPath()))
          .map(reach -> visibility.visible(handle, by, reach.id().toString()))
          .orElseThrow(() -> unknown("that URL"));
    } catch (IllegalArgumentException noUrl) {
      throw unknown("that URL");
    }
  }

  private static ApiError unknown(String what) {
    return ApiError.notFound("add_on", "Couldn't find a database " + what + " to copy.");
  }

  /**
   * Who has the owner's login anyway may copy what it reads. A follower also costs its leader
   * something, so that is for those who manage it.
   */
  private void requireAccess(Handle handle, Caller by, Addon source, String kind) {
    if (visibility.manages(handle, by, source)) {
      return;
    }
    boolean owner =
        visibility.attachments(handle, by, source).stream()
            .anyMatch(attachment -> attachment.namespace().isEmpty());
    if (kind.equals("follow") || !owner) {
      throw ApiError.forbidden(
          "%s belongs to the app %s, which you do not have access to."
              .formatted(source.name(), source.appName()));
    }
  }

  private void requireRunning(Addon addon, Database source) {
    if (!databases.clustering().running(source)) {
      throw ApiError.unavailable(
          addon.name() + " is not running now, and cannot be copied. Try again when it is.");
    }
  }

  /** What does not fit a plan is refused with the smallest that it fits (T7.1). */
  private void requireRoom(Addon addon, Database source, DatabasePlan plan) {
    if (!databases.clustering().running(source)) {
      return;
    }
    DatabaseStatistics size = databases.clustering().tenant(source).statistics();
    if (!plan.holds(size.rows(), size.bytes())) {
      throw ApiError.invalid(
          "%s does not fit %s.%s"
              .formatted(
                  addon.name(),
                  plan.humanName(),
                  databases
                      .smallestHolding(size.rows(), size.bytes(), plan)
                      .map(fits -> " The smallest plan that holds it is " + fits.name() + ".")
                      .orElse("")));
    }
  }

  private static ApiError onlyProduction(String kind) {
    return ApiError.invalid(
        kind.substring(0, 1).toUpperCase(Locale.ROOT)
            + kind.substring(1)
            + " is only available on production databases.");
  }

  private static String about(Duration age) {
    long minutes = Math.max(1, age.toMinutes());
    return minutes < 90
        ? minutes + (minutes == 1 ? " minute" : " minutes")
        : (minutes + 30) / 60 + " hours";
  }

  private static Optional<String> to(Map<String, String> options) {
    return Optional.ofNullable(options.get("to"));
  }

  private static Optional<String> by(Map<String, String> options) {
    return Optional.ofNullable(options.get("by"));
  }
}
