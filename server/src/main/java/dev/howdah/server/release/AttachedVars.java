package dev.howdah.server.release;

import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The config vars that an app has from its attachments. */
public interface AttachedVars {
  /** Name and value of every one. */
  SortedMap<String, String> of(Handle handle, UUID appId);

  /** Names of plans of the app's add-ons, such as {@code heroku-postgresql:hobby-dev}. */
  List<String> plans(Handle handle, UUID appId);

  /**
   * Makes room for a config var that the user sets although an attachment brings it, where that is
   * allowed (B3.35: {@code DATABASE_URL} may point outside the platform). Throws where it is not.
   */
  void override(Handle handle, UUID appId, String name);
}
