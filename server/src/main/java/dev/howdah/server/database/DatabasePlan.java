package dev.howdah.server.database;

import dev.howdah.postgres.cluster.WalSegmentSize;
import dev.howdah.server.protection.BaseSchedule;
import java.time.Duration;
import java.time.LocalDate;
import java.time.Period;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a plan gives a database.
 *
 * @param name such as {@code standard-0}
 * @param humanName such as {@code Standard 0}
 * @param dollars a month
 * @param connections of each login
 * @param rows the limit of rows, if there is one
 * @param bytes the limit of bytes that leads to restriction, if there is one
 * @param storage the size that is shown as the plan's, if there is one
 * @param tables the number of tables that is shown as the plan's, if there is one
 * @param ram bytes of memory the plan stands for, if it has memory of its own
 * @param features what the tier can do: fork, follow, rollback, credentials, settings, logs, ha
 * @param rollback how far back a rollback reaches, if there is any
 */
public record DatabasePlan(
    String name,
    String humanName,
    String tier,
    int dollars,
    int connections,
    OptionalLong rows,
    OptionalLong bytes,
    OptionalLong storage,
    OptionalLong tables,
    OptionalLong ram,
    Set<String> features,
    Optional<Period> rollback,
    WalSegmentSize walSegmentSize,
    List<String> extensions) {

  private static final long MEGABYTE = 1 << 20;
  private static final Duration SHORTEST_FULL = Duration.ofDays(1);
  private static final Duration LONGEST_FULL = Duration.ofDays(7);
  private static final Duration INCREMENT = Duration.ofHours(6);

  /** Copies the collections. */
  public DatabasePlan {
    features = Set.copyOf(features);
    extensions = List.copyOf(extensions);
  }

  /** Whether the plan has {@code feature}. */
  public boolean has(String feature) {
    return features.contains(feature);
  }

  /** Whether databases of this plan have continuous protection. */
  public boolean isProtected() {
    return rollback.isPresent();
  }

  /** How far back a rollback reaches; nothing when the plan has none. */
  Duration window() {
    return rollback
        .map(period -> Duration.ofDays(LocalDate.EPOCH.plus(period).toEpochDay()))
        .orElse(Duration.ZERO);
  }

  /**
   * When base copies are taken: whole ones so that little more than the window is kept, smaller
   * ones so that no rollback replays more than a quarter of a day.
   */
  BaseSchedule baseSchedule() {
    Duration half = window().dividedBy(2);
    Duration full = half.compareTo(LONGEST_FULL) > 0 ? LONGEST_FULL : half;
    return new BaseSchedule(full.compareTo(SHORTEST_FULL) < 0 ? SHORTEST_FULL : full, INCREMENT);
  }

  /** {@code Hobby-dev}, as {@code pg:info} writes it (B3.18). */
  public String title() {
    return has("fork")
        ? humanName
        : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  /** Whether so much fits within the limits of the plan. */
  public boolean holds(long rowsWanted, long bytesWanted) {
    return rowsWanted <= rows.orElse(Long.MAX_VALUE)
        && bytesWanted <= bytes.orElse(Long.MAX_VALUE)
        && bytesWanted <= storage.orElse(Long.MAX_VALUE);
  }

  /** The same limits under another name. */
  DatabasePlan as(String otherName, String otherHumanName) {
    return new DatabasePlan(
        otherName,
        otherHumanName,
        tier,
        dollars,
        connections,
        rows,
        bytes,
        storage,
        tables,
        ram,
        features,
        rollback,
        walSegmentSize,
        extensions);
  }

  /**
   * The server settings of the plan on a host.
   *
   * @param hostMemory bytes of memory the host has; a plan that promises more gets what there is
   */
  Map<String, String> settings(long hostMemory) {
    var settings = new HashMap<String, String>();
    if (ram.isEmpty()) {
      settings.put("shared_buffers", "8MB");
      settings.put("effective_cache_size", "128MB");
      settings.put("work_mem", "2MB");
      settings.put("maintenance_work_mem", "16MB");
      settings.put("autovacuum_max_workers", "1");
      settings.put("max_wal_size", "64MB");
      // Twice the segments of a cluster that came from a production plan.
      settings.put("min_wal_size", "32MB");
      settings.put("temp_file_limit", "1GB");
      settings.put("pg_stat_statements.max", "500");
    } else {
      long memory = Math.min(ram.getAsLong(), hostMemory);
      settings.put("shared_buffers", megabytes(memory / 4));
      settings.put("effective_cache_size", megabytes(memory * 3 / 4));
      settings.put("work_mem", megabytes(Math.max(4 * MEGABYTE, memory / 256)));
      settings.put("maintenance_work_mem", megabytes(Math.max(64 * MEGABYTE, memory / 16)));
      settings.put("max_wal_size", "2GB");
      settings.put("min_wal_size", "80MB");
      settings.put("temp_file_limit", megabytes(storage.orElse(64L << 30) / 4));
      settings.put("pg_stat_statements.max", "5000");
    }
    return settings;
  }

  private static String megabytes(long bytes) {
    return bytes / MEGABYTE + "MB";
  }
}
