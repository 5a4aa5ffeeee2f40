package dev.howdah.server.addon;

import dev.howdah.server.app.App;
import dev.howdah.server.app.Apps;
import dev.howdah.server.platform.ApiError;
import dev.howdah.server.platform.Caller;
import dev.howdah.server.release.Releases;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What can be done with attachments. */
public final class Attachments {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Apps apps;
  private final Releases releases;
  private final Marketplace marketplace;
  private final Visibility visibility;
  private final AttachmentNames attachmentNames;
  private final AddonStore store = new AddonStore();

  /** Attachments kept in the control database. */
  public Attachments(
      Jdbi jdbi,
      InstantSource clock,
      Apps apps,
      Releases releases,
      Marketplace marketplace,
      Visibility visibility,
      AttachmentNames attachmentNames) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.apps = apps;
    this.releases = releases;
    this.marketplace = marketplace;
    this.visibility = visibility;
    this.attachmentNames = attachmentNames;
  }

  /** An attachment with its config var names. */
  public record View(Attachment attachment, Plan plan, List<String> configVars) {}

  /** The attachment {@code id}. */
  public View find(Caller caller, String reference) {
    return jdbi.withHandle(handle -> view(visibleAttachment(handle, caller, reference)));
  }

  /** An attachment of the app by name or id. */
  public View find(Caller caller, String app, String reference) {
    return jdbi.withHandle(handle ->
        view(
            store.attachmentsOfApp(handle, apps.find(handle, caller, app).id()).stream()
                .filter(attachment -> Resolver.isNamed(attachment, reference))
                .findFirst()
                .orElseThrow(Attachments::unknownAttachment)));
  }

  /** Attachments of the app. */
  public List<View> list(Caller caller, String app) {
    return jdbi.withHandle(
        handle -> views(store.attachmentsOfApp(handle, apps.find(handle, caller, app).id())));
  }

  /** Attachments in every app the caller owns or works on. */
  public List<View> list(Caller caller) {
    return jdbi.withHandle(handle -> views(store.attachmentsOfAccount(handle, caller.accountId())));
  }

  /** Attachments of the add-on. */
  public List<View> ofAddon(Caller caller, String addon) {
    return jdbi.withHandle(handle ->
        views(store.attachmentsOfAddon(handle, visibility.visible(handle, caller, addon).id())));
  }

  /** Attachments of an add-on, whoever asks. */
  public List<Attachment> of(Handle handle, UUID addon) {
    return store.attachmentsOfAddon(handle, addon);
  }

  /** The attachments of an app. */
  public List<Attachment> inApp(Handle handle, UUID app) {
    return store.attachmentsOfApp(handle, app);
  }

  /** Whether the add-on has the namespace, that is whether it can be attached so. */
  public boolean hasNamespace(Caller caller, String reference, String namespace) {
    return jdbi.withHandle(handle -> {
      Addon addon = visibility.visible(handle, caller, reference);
      return marketplace.provider(addon.service()).hasNamespace(handle, addon, namespace);
    });
  }

  /**
   * Attaches an add-on to an app. A name that is in use is taken over only when {@code confirm}
   * names the app.
   */
  public View attach(
      Caller caller,
      String appReference,
      String addonReference,
      Optional<String> name,
      Optional<String> namespace,
      Optional<String> confirm) {
    return jdbi.inTransaction(handle -> {
      App app = apps.lock(handle, apps.find(handle, caller, appReference));
      Addon addon = visibility.manageable(handle, caller, addonReference);
      if (addon.state() != Addon.State.PROVISIONED) {
        throw ApiError.invalid(
            addon.name() + " is " + addon.state().text() + " and cannot be attached.");
      }
      Provider provider = marketplace.provider(addon.service());
      namespace.ifPresent(wanted -> {
        if (!provider.hasNamespace(handle, addon, wanted)) {
          throw ApiError.invalid("Could not find " + wanted + " of " + addon.name() + ".");
        }
      });
      List<Attachment> ofApp = store.attachmentsOfApp(handle, app.id());
      String wanted = upper(name).orElseGet(() -> attachmentNames.colour(provider, ofApp));
      if (!isFree(handle, app, wanted, ofApp)) {
        requireConfirmation(app, wanted, ofApp, confirm);
        makeRoom(handle, app, wanted, ofApp, caller.accountId(), caller.email());
      }
      Attachment attachment = insert(handle, app, addon, wanted, namespace);
      releases.create(handle, app.id(), caller, "Attach " + wanted + Addons.ref(addon));
      return view(attachment);
    });
  }

  /** Takes an add-on out of an app. The last one in its own app stays. */
  public View detach(Caller caller, String reference) {
    return jdbi.inTransaction(handle -> {
      Attachment attachment = visibleAttachment(handle, caller, reference);
      App app = apps.lock(handle, apps.find(handle, caller, attachment.appId().toString()));
      boolean lastAtHome =
          app.id().equals(attachment.addon().appId())
              && store.attachmentsOfAddon(handle, attachment.addon().id()).stream()
                      .filter(other -> other.appId().equals(app.id()))
                      .count()
                  == 1;
      if (lastAtHome) {
        throw ApiError.invalid(
            "Cannot destroy last attachment to billing app "
                + app.name()
                + ". Destroy the add-on instead: addons:destroy "
                + attachment.addon().name());
      }
      View view = view(attachment);
      store.deleteAttachment(handle, attachment.id());
      releases.create(
          handle, app.id(), caller, "Detach " + attachment.name() + Addons.ref(attachment.addon()));
      return view;
    });
  }

  /** The attachments of the app that {@code name} means. */
  public List<View> resolve(
      Caller caller, String name, Optional<String> app, Optional<String> service) {
    return jdbi.withHandle(handle -> {
      String appName = name.contains("::") ? name.substring(0, name.indexOf("::")) : "";
      String plain = name.substring(appName.isEmpty() ? 0 : appName.length() + 2);
      Optional<String> where = appName.isEmpty() ? app : Optional.of(appName);
      List<Attachment> candidates =
          where
              .map(w -> store.attachmentsOfApp(handle, apps.find(handle, caller, w).id()))
              .orElseGet(() -> store.attachmentsOfAccount(handle, caller.accountId()))
              .stream()
              .filter(a -> service.isEmpty() || a.addon().service().equals(service.get()))
              .toList();
      List<Attachment> found = Resolver.attachments(plain, candidates);
      if (found.isEmpty()) {
        throw unknownAttachment();
      }
      return views(found);
    });
  }

  /** The chosen or made-up name, and the primary one if the app has no primary yet (B3.14). */
  void attachNew(
      Handle handle, App app, Addon addon, Optional<String> wanted, Optional<String> confirm) {
    Provider provider = marketplace.provider(addon.service());
    List<Attachment> ofApp = store.attachmentsOfApp(handle, app.id());
    String name = upper(wanted).orElseGet(() -> attachmentNames.colour(provider, ofApp));
    if (isFree(handle, app, name, ofApp)) {
      insert(handle, app, addon, name, Optional.empty());
    } else {
      requireConfirmation(app, name, ofApp, confirm);
      // The name is taken over when there is something to take it: making the add-on may fail.
      Attachment waiting =
          insert(handle, app, addon, attachmentNames.colour(provider, ofApp), Optional.empty());
      store.setTakesOver(handle, waiting.id(), name);
    }
    String primary = provider.primaryAttachment();
    boolean hasPrimary =
        name.equals(primary)
            || ofApp.stream().anyMatch(attachment -> attachment.name().equals(primary))
            || releases.isSetByUser(handle, app.id(), primary + "_URL");
    if (!hasPrimary) {
      insert(handle, app, addon, primary, Optional.empty());
    }
  }

  private Attachment insert(
      Handle handle, App app, Addon addon, String name, Optional<String> namespace) {
    Attachment attachment =
        new Attachment(
            UUID.randomUUID(),
            addon,
            app.id(),
            app.name(),
            name,
            namespace,
            clock.instant(),
            clock.instant());
    store.insert(handle, attachment);
    return attachment;
  }

  /** Gives the attachments of an add-on that is ready now the names they were promised. */
  void takeOver(Handle handle, Addon addon, UUID account, String email) {
    for (Attachment attachment : store.attachmentsOfAddon(handle, addon.id())) {
      Optional<String> name = store.takesOver(handle, attachment.id());
      if (name.isPresent()) {
        App app = apps.find(handle, attachment.appId()).orElseThrow();
        List<Attachment> ofApp = store.attachmentsOfApp(handle, app.id());
        makeRoom(handle, app, name.get(), ofApp, account, email);
        store.renameAttachment(handle, attachment.id(), name.get());
      }
    }
  }

  private boolean isFree(Handle handle, App app, String name, List<Attachment> ofApp) {
    return ofApp.stream().noneMatch(attachment -> attachment.name().equals(name))
        && !releases.isSetByUser(handle, app.id(), name + "_URL");
  }

  private static void requireConfirmation(
      App app, String name, List<Attachment> ofApp, Optional<String> confirm) {
    if (!confirm.equals(Optional.of(app.name()))) {
      throw ApiError.confirmationRequired(
          app.name(),
          ofApp.stream()
              .filter(attachment -> attachment.name().equals(name))
              .findFirst()
              .map(attachment ->
                  name + " is already attached to " + attachment.addon().name() + ". Overwrite?")
              .orElse("Overwrite the config var " + name + "_URL?"));
    }
  }

  /** Frees a name for an attachment: from another one, and from a var the user set. */
  private void makeRoom(
      Handle handle, App app, String name, List<Attachment> ofApp, UUID account, String email) {
    releases.giveWay(handle, app.id(), name + "_URL");
    for (Attachment old : ofApp) {
      if (old.name().equals(name)) {
        keepReachable(handle, app, old, ofApp);
        store.deleteAttachment(handle, old.id());
        releases.create(
            handle, app.id(), account, email, "Detach " + name + Addons.ref(old.addon()));
      }
    }
  }

  /** An add-on never loses its last name in its own app by having one taken over. */
  private void keepReachable(Handle handle, App app, Attachment old, List<Attachment> ofApp) {
    boolean otherName =
        ofApp.stream()
            .anyMatch(other ->
                other.addon().id().equals(old.addon().id()) && !other.id().equals(old.id()));
    if (!otherName && old.addon().appId().equals(app.id())) {
      Provider provider = marketplace.provider(old.addon().service());
      insert(handle, app, old.addon(), attachmentNames.colour(provider, ofApp), old.namespace());
    }
  }

  /** By id. Names are unique in an app only, so a name alone would mean any app's. */
  private Attachment visibleAttachment(Handle handle, Caller caller, String reference) {
    UUID id;
    try {
      id = UUID.fromString(reference);
    } catch (IllegalArgumentException notAnId) {
      throw unknownAttachment();
    }
    return store
        .attachment(handle, id)
        .filter(attachment ->
            apps.find(handle, attachment.appId())
                .filter(app -> apps.mayUse(handle, caller, app))
                .isPresent())
        .orElseThrow(Attachments::unknownAttachment);
  }

  /** Names of config vars are written in capitals. */
  private static Optional<String> upper(Optional<String> name) {
    return name.map(text -> text.toUpperCase(Locale.ROOT));
  }

  private View view(Attachment attachment) {
    return new View(
        attachment,
        marketplace.plan(attachment.addon().fullPlan()),
        marketplace.provider(attachment.addon().service()).suffixes().stream()
            .map(suffix -> attachment.name() + "_" + suffix)
            .toList());
  }

  private List<View> views(List<Attachment> attachments) {
    return attachments.stream().map(attachment -> view(attachment)).toList();
  }

  private static ApiError unknownAttachment() {
    return ApiError.notFound("attachment", "Couldn't find that add on attachment.");
  }
}
