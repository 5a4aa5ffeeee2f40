package dev.howdah.server.addon;

import dev.howdah.server.app.App;
import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import org.jdbi.v3.core.Handle;

/**
 * Which add-ons a caller may see and which it may change. An app that an add-on is attached to may
 * see it; only those who work on the app it was made for may change it.
 */
public final class Visibility {
  private final Apps apps;
  private final AddonStore store = new AddonStore();

  /** Decides by the access to {@code apps}. */
  public Visibility(Apps apps) {
    this.apps = apps;
  }

  /**
   * An add-on whose app the caller owns or works on: to change it.
   *
   * @throws ApiError 404 when there is none that the caller may see
   */
  public Addon manageable(Handle handle, Caller caller, String reference) {
    Addon addon = visible(handle, caller, reference);
    App app = apps.find(handle, addon.appId()).orElseThrow();
    if (!apps.mayUse(handle, caller, app)) {
      throw ApiError.forbidden(
          addon.name()
              + " belongs to the app "
              + app.name()
              + ", which you do not have access to.");
    }
    return addon;
  }

  /** An add-on that the caller sees through its own app or through one it is attached to. */
  public Addon visible(Handle handle, Caller caller, String reference) {
    return store
        .find(handle, reference)
        .filter(addon -> sees(handle, caller, addon))
        .orElseThrow(Visibility::unknown);
  }

  private boolean sees(Handle handle, Caller caller, Addon addon) {
    if (apps.find(handle, addon.appId())
        .filter(app -> apps.mayUse(handle, caller, app))
        .isPresent()) {
      return true;
    }
    return store.attachmentsOfAddon(handle, addon.id()).stream()
        .anyMatch(attachment ->
            apps.find(handle, attachment.appId())
                .filter(app -> apps.mayUse(handle, caller, app))
                .isPresent());
  }

  static ApiError unknown() {
    return ApiError.notFound("add_on", "Couldn't find that add-on.");
  }
}
