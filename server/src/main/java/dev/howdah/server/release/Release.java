package dev.howdah.server.release;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What an app's dynos see from one moment on. Never changed.
 *
 * @param version counts up from 1 in each app
 * @param addonPlans the plans of its add-ons then
 */
public record Release(
    UUID id,
    UUID appId,
    String appName,
    int version,
    String description,
    UUID accountId,
    String accountEmail,
    List<String> addonPlans,
    Instant createdAt) {

  /**
   * The config vars of a release.
   *
   * @param user those the user set, which a rollback brings back
   * @param attached those that attachments brought, which stay what they are
   */
  public record Config(SortedMap<String, String> user, SortedMap<String, String> attached) {
    /** Copies both maps. */
    public Config {
      user = new TreeMap<>(user);
      attached = new TreeMap<>(attached);
    }

    /** All of them, as dynos see them. */
    public SortedMap<String, String> all() {
      var all = new TreeMap<>(user);
      all.putAll(attached);
      return all;
    }
  }
}
