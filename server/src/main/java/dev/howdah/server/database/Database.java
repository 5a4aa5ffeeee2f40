package dev.howdah.server.database;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The service behind a {@code heroku-postgresql} add-on. Has the add-on's id, which also names its
 * cluster.
 *
 * @param plan the plan's name
 * @param major the PostgreSQL major version
 * @param lineage the WAL history it writes
 * @param host the host part of its endpoint
 * @param port the port of its endpoint, its own for life
 * @param name the name of the database in the cluster
 * @param settings what the owner changed with {@code pg:settings}
 * @param rows rows at the last measurement
 * @param bytes size at the last measurement
 * @param overSince since when it is over a limit of its plan
 * @param restrictedAt when it was restricted for that
 * @param following what it follows; empty when it is written to
 * @param origin what it began as a copy of
 */
public record Database(
    UUID id,
    String plan,
    int major,
    UUID lineage,
    String host,
    int port,
    String name,
    State state,
    Map<String, String> settings,
    long rows,
    long bytes,
    Optional<Instant> warnedAt,
    Optional<Instant> overSince,
    Optional<Instant> restrictedAt,
    Optional<Following> following,
    Optional<Origin> origin,
    Instant createdAt) {

  /**
   * How a follower gets what its leader writes.
   *
   * @param leaderId the database it follows
   * @param role the role it streams as at the leader, and the name of its slot there
   * @param password of that role
   */
  public record Following(UUID leaderId, String role, String password) {
    /** Says nothing of the password. */
    @Override
    public String toString() {
      return "Following[" + leaderId + " as " + role + "]";
    }
  }

  /**
   * Where the content of a fork or a rollback comes from.
   *
   * @param databaseId the database it was copied from, which may be gone
   * @param asOf the moment that it showed at first, where that was not the time of copying
   * @param clamped whether the moment asked for lay behind the last commit, so that all is there
   */
  public record Origin(UUID databaseId, Optional<Instant> asOf, boolean clamped) {}

  /** The name of the credential every database has. */
  public static final String DEFAULT_CREDENTIAL = "default";

  /** Where it is in its life. */
  public enum State {
    /** Being made. */
    CREATING,
    /** In use; its server should run. */
    AVAILABLE,
    /** Being removed. */
    DESTROYING;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** Its endpoint as a URL without anybody's login. */
  String place() {
    return "postgres://@%s:%d/%s".formatted(host, port, name);
  }

  /** Copies the settings. */
  public Database {
    settings = Map.copyOf(settings);
  }
}
