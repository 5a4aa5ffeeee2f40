package dev.howdah.server.addon;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * A service an app has. The app it was made for pays for it; other apps may have it attached.
 *
 * @param plan the plan's name without the service
 */
public record Addon(
    UUID id,
    String name,
    UUID appId,
    String appName,
    String service,
    String plan,
    State state,
    Instant createdAt,
    Instant updatedAt) {

  /** Where it is in its life. */
  public enum State {
    /** Being made. */
    PROVISIONING,
    /** In use. */
    PROVISIONED,
    /** Being removed; its config vars are gone already. */
    DEPROVISIONING;

    /** As the wire and the control database spell it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The state spelled so. */
    public static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** {@code service:plan}. */
  public String fullPlan() {
    return service + ":" + plan;
  }
}
