package dev.howdah.postgres.replication;

import dev.howdah.postgres.PostgresException;
import dev.howdah.postgres.repository.Lsn;
import dev.howdah.postgres.sql.ControlConnections;
import dev.howdah.postgres.sql.Identifier;
import dev.howdah.postgres.sql.ScramVerifier;
import dev.howdah.postgres.sql.Session;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The replication side of one running server, leader or follower. Every method may be repeated.
 * Safe for use by many threads.
 */
public final class Streaming {

  /** How names of followers' roles begin; the rest is up to the caller. */
  public static final String ROLE_PREFIX = "howdah_follower_";

  private static final String POSITION =
      """
      SELECT r.recovering,
        CASE WHEN r.recovering THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
          ELSE pg_current_wal_lsn() END::text,
        CASE WHEN r.recovering THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text,
        pg_snapshot_xmax(pg_current_snapshot())::text,
        extract(epoch FROM CASE WHEN r.recovering
          THEN pg_last_xact_replay_timestamp() END) * 1000000,
        EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'),
        CASE WHEN r.recovering THEN pg_is_wal_replay_paused() ELSE false END
      FROM (SELECT pg_is_in_recovery() AS recovering) r
      """;

  private static final String SLOT = "pg_replication_slots WHERE slot_name = ?";

  /** How often something that takes a moment is looked at. */
  private static final long PAUSE_MILLIS = 20;

  private static final int DROP_TRIES = 250;
  private static final String OBJECT_IN_USE = "55006";

  private final Supplier<ControlConnections> connections;

  /** Of the server that the connections lead to. */
  public Streaming(Supplier<ControlConnections> connections) {
    this.connections = connections;
  }

  /**
   * Lets a follower in: makes its role, which can stream and nothing else, or gives it this
   * password; and its slot, which keeps write-ahead log for it from now on, up to {@code
   * max_slot_wal_keep_size}. A slot that was lost is made anew. The leader's {@code pg_hba.conf}
   * must admit it too, see {@link Replication.Leader}. To be called before the follower is copied.
   *
   * @param role begins with {@link #ROLE_PREFIX}
   * @param slot lower-case letters, digits and underscores
   */
  public void admit(String role, ScramVerifier password, String slot) {
    if (!role.startsWith(ROLE_PREFIX)) {
      throw new IllegalArgumentException("not a follower's role: " + role);
    }
    run(
        "admit a follower",
        session -> {
          boolean exists = session.exists("SELECT FROM pg_roles WHERE rolname = ?", role);
          session.executeWithPassword(
              (exists ? "ALTER" : "CREATE") + " ROLE %s LOGIN REPLICATION",
              new Identifier(role),
              password);
          dropSlots(
              session, "SELECT slot_name FROM %s AND wal_status = 'lost'".formatted(SLOT), slot);
          if (!session.exists("SELECT FROM " + SLOT, slot)) {
            session.exists(
                "SELECT FROM pg_create_physical_replication_slot(?, immediately_reserve => true)",
                slot);
          }
          return true;
        });
  }

  /** Ends the follower's connection and drops slot and role. Does nothing for what is gone. */
  public void dismiss(String role, String slot) {
    if (!role.startsWith(ROLE_PREFIX)) {
      throw new IllegalArgumentException("not a follower's role: " + role);
    }
    run(
        "dismiss a follower",
        session -> {
          if (session.exists("SELECT FROM pg_roles WHERE rolname = ?", role)) {
            // So that it cannot come back before its slot is gone.
            session.execute("ALTER ROLE %s NOLOGIN", new Identifier(role));
          }
          dropSlots(session, "SELECT slot_name FROM " + SLOT, slot);
          if (session.exists("SELECT FROM pg_roles WHERE rolname = ?", role)) {
            FollowerRoles.drop(connections.get(), session, List.of(new Identifier(role)));
          }
          return true;
        });
  }

  /** A slot in use cannot be dropped; whoever uses it takes a moment to go. */
  private static void dropSlots(Session session, String query, String slot) throws SQLException {
    for (int tries = 1; session.exists(query, slot); tries++) {
      try {
        session.exists("SELECT pg_terminate_backend(active_pid) FROM " + SLOT, slot);
        session.exists("SELECT pg_drop_replication_slot(slot_name)::text FROM " + SLOT, slot);
      } catch (SQLException e) {
        if (tries == DROP_TRIES || !OBJECT_IN_USE.equals(e.getSQLState())) {
          throw e;
        }
        pause();
      }
    }
  }

  /** The roles of followers that were admitted and not dismissed. */
  public List<String> admitted() {
    return run(
        "list the followers of",
        session -> FollowerRoles.all(session).stream().map(Identifier::name).toList());
  }

  /** How far the server has come. */
  public Position position() {
    return run("ask the position of", Streaming::position);
  }

  private static Position position(Session session) throws SQLException {
    return session
        .rows(
            POSITION,
            row ->
                new Position(
                    Lsn.of(row.getString(2)),
                    Lsn.of(row.getString(3)),
                    row.getLong(4),
                    row.getBoolean(1),
                    Optional.ofNullable(row.getBigDecimal(5)).map(Streaming::instant),
                    row.getBoolean(6),
                    row.getBoolean(7)))
        .getFirst();
  }

  private static Instant instant(BigDecimal micros) {
    return Instant.EPOCH.plusNanos(micros.longValue() * 1000);
  }

  /**
   * Makes a follower a leader of a history of its own and returns when it can be written to; what
   * it has received is replayed first. The roles of the old leader's followers are dropped in it.
   * Does nothing on a leader. The caller then configures the cluster as {@link Replication.Leader}.
   */
  public void promote() {
    boolean recovering =
        run(
            "promote",
            session -> {
              boolean follower = session.exists("SELECT WHERE pg_is_in_recovery()");
              if (follower) {
                session.exists("SELECT pg_promote(wait => false)");
                while (session.exists("SELECT WHERE pg_is_in_recovery()")) {
                  pause();
                }
              }
              return follower;
            });
    if (recovering) {
      FollowerRoles.dropAll(connections.get());
    }
  }

  /** A slot of this leader, if it has one of that name. */
  public Optional<Slot> slot(String name) {
    return run(
        "ask a slot of",
        session ->
            session
                .rows(
                    """
                    SELECT active, wal_status = 'lost', CASE WHEN wal_status = 'lost' THEN 0
                      ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) END
                    FROM pg_replication_slots WHERE slot_name = ?
                    """,
                    row -> new Slot(row.getBoolean(1), row.getBoolean(2), row.getLong(3)),
                    name)
                .stream()
                .findFirst());
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while waiting for a server", e);
    }
  }

  /** Something to do in a session. */
  @FunctionalInterface
  private interface Question<T extends @Nullable Object> {
    T ask(Session session) throws SQLException;
  }

  private <T> T run(String what, Question<T> question) {
    try (Session session = new Session(connections.get().superuser("postgres"))) {
      return question.ask(session);
    } catch (SQLException e) {
      throw new PostgresException("could not %s a server: %s".formatted(what, e.getMessage()), e);
    }
  }
}
