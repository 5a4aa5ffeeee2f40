package dev.howdah.server.addon;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A plan of an add-on service.
 *
 * @param service such as {@code heroku-postgresql}
 * @param name without the service, such as {@code standard-0}
 * @param cents price a month
 * @param isDefault whether it is taken when no plan is named
 */
public record Plan(
    String service,
    String name,
    String humanName,
    String description,
    int cents,
    boolean isDefault) {

  /** {@code service:plan}, as everybody writes it. */
  public String fullName() {
    return service + ":" + name;
  }

  /** The id it has on the wire; follows from the name. */
  public UUID id() {
    return UUID.nameUUIDFromBytes(("plan/" + fullName()).getBytes(StandardCharsets.UTF_8));
  }
}
