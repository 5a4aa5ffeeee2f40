package dev.howdah.server.database;

import dev.howdah.server.addon.Addon;
import dev.howdah.server.platform.Caller;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** How a new database begins as a copy of another, when its options ask for that. */
public interface Copying {

  /**
   * What is asked for.
   *
   * @param source what is copied
   * @param following how the copy is to follow it; empty for a copy that is written to
   * @param origin what is remembered of where its content comes from; empty for a follower
   * @param kind the operation that makes it
   * @param input what that operation is told
   */
  record Order(
      Database source,
      Optional<Database.Following> following,
      Optional<Database.Origin> origin,
      String kind,
      Map<String, Object> input) {}

  /** Whether the options ask for a copy. */
  boolean isWanted(Map<String, String> options);

  /**
   * Refuses options that make no sense on a plan, whatever there is to copy.
   *
   * @throws dev.howdah.server.platform.ApiError that says what is wrong with them
   */
  void check(DatabasePlan plan, Map<String, String> options);

  /**
   * Finds what is to be copied, and refuses what the caller may not copy or the plan cannot hold.
   *
   * @param addon the new database's add-on
   */
  Order order(
      Handle handle, Addon addon, DatabasePlan plan, Map<String, String> options, Caller by);
}
