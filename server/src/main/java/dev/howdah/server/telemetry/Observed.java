package dev.howdah.server.telemetry;

import dev.howdah.server.database.DatabasePlan;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A database in use, and who hears of it.
 *
 * @param id also names its cluster
 * @param addon the name of its add-on
 * @param port of its endpoint; tells it from others of the same app in {@code postgres.N}
 * @param database its name in the cluster
 * @param leader the database it follows
 * @param audiences the apps it is attached to
 */
record Observed(
    UUID id,
    String addon,
    int port,
    String database,
    DatabasePlan plan,
    Optional<UUID> leader,
    List<Audience> audiences) {

  private static final String COMMON = "HEROKU_POSTGRESQL_";

  /** Copies the list. */
  Observed {
    audiences = List.copyOf(audiences);
  }

  /**
   * An app that the database is attached to.
   *
   * @param attachment the name it has there, its own rather than {@code DATABASE}
   */
  record Audience(UUID app, String attachment) {
    /** As log lines call it: {@code GOLD} (T14.1). */
    String label() {
      return attachment.startsWith(COMMON) ? attachment.substring(COMMON.length()) : attachment;
    }
  }

  /** Whether its plan has logs and metrics (B7.1). */
  boolean speaks() {
    return plan.has("logs");
  }

  /** The process its lines come from. */
  String process() {
    return "postgres." + port;
  }
}
