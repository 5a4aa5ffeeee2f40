package dev.howdah.server.addon;

import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import java.util.List;
import java.util.UUID;
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
    if (!manages(handle, caller, addon)) {
      throw ApiError.forbidden(
          addon.name()
              + " belongs to the app "
              + addon.appName()
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

  /** Whether the caller owns or works on the app that the add-on was made for. */
  public boolean manages(Handle handle, Caller caller, Addon addon) {
    return mayUse(handle, caller, addon.appId());
  }

  /** The attachments through which the caller sees the add-on, in apps of its own. */
  public List<Attachment> attachments(Handle handle, Caller caller, Addon addon) {
    return store.attachmentsOfAddon(handle, addon.id()).stream()
        .filter(attachment -> mayUse(handle, caller, attachment.appId()))
        .toList();
  }

  private boolean sees(Handle handle, Caller caller, Addon addon) {
    return manages(handle, caller, addon) || !attachments(handle, caller, addon).isEmpty();
  }

  private boolean mayUse(Handle handle, Caller caller, UUID app) {
    return apps.find(handle, app).filter(found -> apps.mayUse(handle, caller, found)).isPresent();
  }

  /** What is answered about an add-on that is not there, or not for this caller. */
  public static ApiError unknown() {
    return ApiError.notFound("add_on", "Couldn't find that add-on.");
  }
}
