package dev.howdah.server.database;

import dev.howdah.postgres.cluster.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The plans there are: {@code plans.yaml}, which an operator may replace.
 *
 * @param plans in the order of the file
 * @param defaultPlan the plan taken when none is named
 * @param grace how long a database may be over a limit before it is restricted
 */
public record PlanCatalogue(List<DatabasePlan> plans, String defaultPlan, Duration grace) {

  /** Checks that the default plan exists. */
  public PlanCatalogue {
    plans = List.copyOf(plans);
    String wanted = defaultPlan;
    if (plans.stream().noneMatch(plan -> plan.name().equals(wanted))) {
      throw new IllegalArgumentException(
          "plans.yaml: the default plan " + wanted + " is not there");
    }
  }

  /** Reads the operator's file if there is one, otherwise the one that comes with Howdah. */
  public static PlanCatalogue load(Path operatorsFile) {
    try (InputStream in =
        Files.exists(operatorsFile)
            ? Files.newInputStream(operatorsFile)
            : Objects.requireNonNull(PlanCatalogue.class.getResourceAsStream("plans.yaml"))) {
      return read(new YAMLMapper().readTree(in));
    } catch (IOException | JacksonException unreadable) {
      throw new IllegalArgumentException(
          "plans.yaml cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /** The plan of that name. */
  public Optional<DatabasePlan> find(String name) {
    return plans.stream().filter(plan -> plan.name().equals(name)).findFirst();
  }

  /** What the write-ahead logs of databases on these plans are cut into. */
  public Set<WalSegmentSize> walSegmentSizes() {
    return plans.stream().map(DatabasePlan::walSegmentSize).collect(Collectors.toSet());
  }

  /** The same catalogue with another grace period; for tests that cannot wait a week. */
  public PlanCatalogue withGrace(Duration other) {
    return new PlanCatalogue(plans, defaultPlan, other);
  }

  private static PlanCatalogue read(JsonNode file) {
    List<DatabasePlan> plans = new ArrayList<>();
    JsonNode entries = file.path("plans");
    for (var entry : entries.properties()) {
      JsonNode own = entry.getValue();
      String alias = own.path("alias").asString("");
      JsonNode source = alias.isEmpty() ? own : entries.path(alias);
      if (source.isMissingNode()) {
        throw new IllegalArgumentException(
            "plans.yaml: " + entry.getKey() + " is an alias of nothing");
      }
      DatabasePlan plan = plan(entry.getKey(), source, file.path("tiers"));
      plans.add(plan.as(entry.getKey(), own.path("name").asString(entry.getKey())));
    }
    Duration grace = Duration.parse(file.path("grace").asString("P7D"));
    return new PlanCatalogue(plans, file.path("default").asString(""), grace);
  }

  private static DatabasePlan plan(String name, JsonNode plan, JsonNode tiers) {
    String tierName = plan.path("tier").asString("");
    JsonNode tier = tiers.path(tierName);
    if (tier.isMissingNode()) {
      throw new IllegalArgumentException("plans.yaml: " + name + " has no tier, or an unknown one");
    }
    Set<String> features = new TreeSet<>();
    tier.path("features").forEach(feature -> features.add(feature.asString()));
    List<String> extensions = new ArrayList<>();
    tier.path("extensions").forEach(extension -> extensions.add(extension.asString()));
    String rollback = tier.path("rollback").asString("none");
    return new DatabasePlan(
        name,
        plan.path("name").asString(name),
        tierName,
        plan.path("price").asInt(0),
        plan.path("connections").asInt(20),
        size(plan.path("rows")),
        size(plan.path("bytes")),
        size(plan.path("storage")),
        size(plan.path("tables")),
        size(plan.path("ram")),
        features,
        rollback.equals("none") ? Optional.empty() : Optional.of(Period.parse(rollback)),
        tier.path("wal_segment_mb").asInt(16) == 1
            ? WalSegmentSize.ONE_MEGABYTE
            : WalSegmentSize.SIXTEEN_MEGABYTES,
        extensions);
  }

  /** A number, or a number with KB, MB, GB or TB (powers of 1024). */
  static OptionalLong size(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return OptionalLong.empty();
    }
    String[] parts = node.asString().strip().toUpperCase(Locale.ROOT).split(" +", 2);
    long number = Long.parseLong(parts[0]);
    if (parts.length == 1) {
      return OptionalLong.of(number);
    }
    int power = List.of("KB", "MB", "GB", "TB").indexOf(parts[1]) + 1;
    if (power == 0) {
      throw new IllegalArgumentException("plans.yaml: not a size: " + node.asString());
    }
    return OptionalLong.of(number << (10 * power));
  }
}
